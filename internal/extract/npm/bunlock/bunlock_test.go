package bunlock

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, New(), "bun.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, New(), map[string]bool{
		"bun.lock":       true,
		"a/b/bun.lock":   true,
		"bun.lockb":      false,
		"a/sun.bun.lock": false,
		"":               false,
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "bun.lock")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const module = `"a":["a@1.0.0","",{},"sha512-YQ=="],`
	extracttest.Faults(t, New(), []extracttest.Fault{
		{Name: "empty", Line: 1, Words: "ends too early"},
		{Name: "not an object", Content: "// x\n[]", Line: 1, Words: "not a JSON object"},
		{Name: "not a lock", Content: "{}", Line: 1, Words: "not bun's lock"},
		{Name: "unknown version", Content: "{\n\"lockfileVersion\":2}", Line: 2, Words: `"2" is not known`},
		{Name: "truncated", Content: "{\"packages\":{\n" + module + "\n\"b\":[\"b@1", Line: 3, Words: "ends too early", Keep: 1},
		{Name: "truncated in an entry", Content: "{\"packages\":{\n" + module + "\n\"b\":[\"b@1\",", Line: 3, Words: "ends too early", Keep: 2},
		{Name: "open comment", Content: "{\"packages\":{\n" + module + "\n/*", Line: 3, Words: "ends too early", Keep: 1},
		{Name: "two commas", Content: "{\"packages\":{\n" + module + ",}}", Line: 2, Words: "not valid JSON", Keep: 1},
		{Name: "duplicate", Content: "{\"packages\":{" + module + "\n" + module + "}}", Line: 2, Words: `duplicate key "a" in packages`, Keep: 2},
		{Name: "duplicate workspace", Content: "{\"workspaces\":{\"a\":{},\n\"a\":{}}}", Line: 2, Words: `duplicate key "a" in workspaces`},
		{Name: "packages is an array", Content: "{\n\"packages\":[1]}", Line: 2, Words: "packages is not an object"},
		{Name: "too deep", Content: "{\"packages\":{\n\"" + strings.Repeat("a/", 200) + "b\":[\"b@1\"]}}", Line: 2, Words: "nested too deeply"},
	})
}

func TestNested(t *testing.T) {
	t.Parallel()
	file, err := New().Extract(context.Background(), extract.Input{
		Data: []byte(`{"packages":{"@a/b":["@a/b@1"],"@a/b/c":["c@2"],"c":["c@1"]}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range file.Packages {
		if p.Nested != (p.Version == "2") {
			t.Errorf("%s %s is nested: %t", p.Name, p.Version, p.Nested)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"{\"a\":[1,2,],}":              "{\"a\":[1,2 ] }",
		"[1, // one\n2, /* t\nwo */]":  "[1,       \n2      \n     ]",
		`["//", "a,]", "\",]", "\\",]`: `["//", "a,]", "\",]", "\\" ]`,
		"[,]":                          "[,]",
		"[1,,]":                        "[1,,]",
		"[1,\n\t]":                     "[1 \n\t]",
		`"open \`:                      `"open \`,
		"1/2":                          "1/2",
		"//":                           "  ",
		"/":                            "/",
		"":                             "",
	} {
		if diff := cmp.Diff(want, string(plain([]byte(in)))); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", in, diff)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`{"a":[1,2],"b":"\\\",]//"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		out := plain(text)
		if len(out) != len(text) || strings.Count(string(out), "\n") != strings.Count(string(text), "\n") {
			t.Errorf("%q: other length or lines: %q", text, out)
		}
		if json.Valid(text) && string(out) != string(text) {
			t.Errorf("%q: valid JSON became %q", text, out)
		}
	})
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "shared:bun-hono/bun.lock") }
