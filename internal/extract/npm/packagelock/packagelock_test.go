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
		{"empty", "", 1, "ends too early", 0},
		{"not an object", "[]", 1, "not a JSON object", 0},
		{"not a lock", `{"name":"x"}`, 1, "not npm's lock", 0},
		{"truncated", "{\"packages\":{\n" + module + ",\n\"node_modules/b\":{\"version\":", 3, "ends too early", 1},
		{"truncated after a version", "{\"packages\":{\n" + module + ",\n\"node_modules/b\":{\"version\":\"2\",", 3, "ends too early", 2},
		{"truncated version 1", "{\"dependencies\":{\n\"a\":{\"version\":\"1.0.0\",\n\"dependencies\":{\"b\":", 3, "ends too early", 1},
		{"text behind", "{\"packages\":{" + module + "}}\n}", 2, "not valid JSON", 1},
		{"duplicate place", "{\"packages\":{" + module + ",\n" + module + "}}", 2, `duplicate key "node_modules/a"`, 2},
		{"duplicate root", "{\"packages\":{\"\":{},\n\"\":{}}}", 2, `duplicate key ""`, 0},
		{"duplicate module", "{\"dependencies\":{\"a\":{},\n\"a\":{\"version\":\"1\"}}}", 2, `duplicate key "a" in dependencies`, 1},
		{"packages is an array", "{\n\"packages\":[{}]}", 2, "packages is not an object", 0},
		{"unknown version", "{\n\"lockfileVersion\":4,\n\"packages\":{}}", 2, `lockfileVersion "4" is not known`, 0},
		{"place too deep", "{\"packages\":{\n\"" + deep + "\":{}}}", 2, "nested too deeply", 0},
		{"nested too deep", "{\"dependencies\":{\n\"a\":" + nest + "}}", 2, "nested too deeply", 1},
		{"globs too complex", `{"packages":{"":{"workspaces":["{a,b}{a,b}{a,b}{a,b}"]}}}`, 1, "too complex", 0},
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
