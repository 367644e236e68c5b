package packagejson

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, New(), "package.json", "object-workspaces.json", "faults.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, New(), map[string]bool{
		"package.json":      true,
		"a/b/package.json":  true,
		"package.json5":     false,
		"a/my-package.json": false,
		"package-lock.json": false,
		"":                  false,
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "package.json")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, New(), []extracttest.Fault{
		{Name: "empty", Line: 1, Words: "ends too early"},
		{Name: "not an object", Content: "\"x\"", Line: 1, Words: "not a JSON object"},
		{Name: "truncated", Content: "{\"dependencies\":{\n\"a\":\"1\",\n\"b\":", Line: 3, Words: "ends too early", Keep: 1},
		{Name: "no JSON", Content: "{\n\"dependencies\": {\"a\": \"1\", {{b}} }}", Line: 2, Words: "not valid JSON", Keep: 1},
		{Name: "comment", Content: "{\n// no\n}", Line: 2, Words: "not valid JSON"},
		{Name: "text behind", Content: "{}\n{}", Line: 2, Words: "after the end"},
		{Name: "duplicate", Content: "{\"dependencies\":{\"a\":\"1\",\n\"a\":\"2\"}}", Line: 2, Words: `duplicate key "a" in dependencies`, Keep: 2},
		{Name: "wrong type", Content: "{\n\"dependencies\":[\"a\"]}", Line: 2, Words: "dependencies is not an object"},
		{Name: "no string", Content: "{\"dependencies\":{\n\"a\":1}}", Line: 2, Words: `the value of "a" is not a string`},
	})
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "shared:bun-hono/package.json") }
