package packagelock

import (
	"context"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, New(),
		"v1.json", "v2.json", "v2-other-order.json", "v3-workspaces.json", "old-shrinkwrap.json", "faults.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, New(), map[string]bool{
		"package-lock.json":               true,
		"a/b/package-lock.json":           true,
		"npm-shrinkwrap.json":             true,
		"node_modules/.package-lock.json": false,
		"package-lock.json.bak":           false,
		"package.json":                    false,
		"package-lock.json/readme":        false,
		"":                                false,
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "v3-workspaces.json")
	extracttest.Hostile(t, New(), "v1.json")
}

// What a project gets when it asks for a name is at the top, not in a package.
func TestNested(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"places": `{"packages":{"node_modules/a":{"version":"1"},"node_modules/b/node_modules/a":{"version":"2"},
			"packages/c/node_modules/a":{"version":"3"},"packages/c":{"name":"c","version":"4"}}}`,
		"version 1": `{"dependencies":{"a":{"version":"1","dependencies":{"a":{"version":"2","dependencies":
			{"a":{"version":"3"}}}}},"c":{"version":"4"}}}`,
	} {
		file, err := New().Extract(context.Background(), extract.Input{Data: []byte(content)})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range file.Packages {
			if want := p.Version == "2" || p.Version == "3"; p.Nested != want {
				t.Errorf("%s: %s %s is nested: %t, want %t", name, p.Name, p.Version, p.Nested, want)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const module = `"node_modules/a":{"version":"1.0.0"}`
	deep := strings.Repeat("node_modules/a/", 200) + "node_modules/b"
	nest := strings.Repeat(`{"version":"1","dependencies":{"a":`, 150) + `{}` + strings.Repeat("}}", 150)
	extracttest.Faults(t, New(), []extracttest.Fault{
		{Name: "empty", Content: "", Line: 1, Words: "ends too early"},
		{Name: "not an object", Content: "[]", Line: 1, Words: "not a JSON object"},
		{Name: "not a lock", Content: `{"name":"x"}`, Line: 1, Words: "not npm's lock"},
		{Name: "truncated", Content: "{\"packages\":{\n" + module + ",\n\"node_modules/b\":{\"version\":", Line: 3, Words: "ends too early", Keep: 1},
		{Name: "truncated after a version", Content: "{\"packages\":{\n" + module + ",\n\"node_modules/b\":{\"version\":\"2\",", Line: 3, Words: "ends too early", Keep: 2},
		{Name: "truncated version 1", Content: "{\"dependencies\":{\n\"a\":{\"version\":\"1.0.0\",\n\"dependencies\":{\"b\":", Line: 3, Words: "ends too early", Keep: 1},
		{Name: "text behind", Content: "{\"packages\":{" + module + "}}\n}", Line: 2, Words: "not valid JSON", Keep: 1},
		{Name: "duplicate place", Content: "{\"packages\":{" + module + ",\n" + module + "}}", Line: 2, Words: `duplicate key "node_modules/a"`, Keep: 2},
		{Name: "duplicate root", Content: "{\"packages\":{\"\":{},\n\"\":{}}}", Line: 2, Words: `duplicate key ""`},
		{Name: "duplicate module", Content: "{\"dependencies\":{\"a\":{},\n\"a\":{\"version\":\"1\"}}}", Line: 2, Words: `duplicate key "a" in dependencies`, Keep: 1},
		{Name: "packages is an array", Content: "{\n\"packages\":[{}]}", Line: 2, Words: "packages is not an object"},
		{Name: "unknown version", Content: "{\n\"lockfileVersion\":4,\n\"packages\":{}}", Line: 2, Words: `lockfileVersion "4" is not known`},
		{Name: "place too deep", Content: "{\"packages\":{\n\"" + deep + "\":{}}}", Line: 2, Words: "nested too deeply"},
		{Name: "nested too deep", Content: "{\"dependencies\":{\n\"a\":" + nest + "}}", Line: 2, Words: "nested too deeply", Keep: 1},
		{Name: "globs too complex", Content: `{"packages":{"":{"workspaces":["{a,b}{a,b}{a,b}{a,b}"]}}}`, Line: 1, Words: "too complex"},
	})
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) {
	for _, name := range []string{
		"npm-v2-axios/package-lock.json",
		"npm-v1-dependencytrack-frontend/package-lock.json",
		"npm-v3-retirejs/package-lock.json",
	} {
		b.Run(name, func(b *testing.B) { extracttest.Bench(b, New(), "shared:"+name) })
	}
}
