package depsjson_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nuget/depsjson"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, depsjson.New(), "Shop.deps.json", "faults.deps.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, depsjson.New(), map[string]bool{
		"Shop.deps.json":                 true,
		"bin/Release/Shop.Web.deps.json": true,
		".deps.json":                     false,
		"deps.json":                      false,
		"Shop.deps.json.bak":             false,
		"Shop.deps.json/x":               false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, depsjson.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "ends too early", Keep: 1,
			Content: "{\"libraries\": {\n\"A/1.0.0\": {\"type\": \"package\"},\n\"B/1.0.0\": {",
		},
		{
			Name: "a library twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"libraries\": {\n\"A/1.0.0\": {\"type\": \"package\"},\n\"a/1.0.0\": {}}}",
		},
		{
			Name: "wrong type", Line: 1, Words: "not an object",
			Content: "\"text\"",
		},
		{
			Name: "another file", Line: 1, Words: "no object",
			Content: "{}",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, depsjson.New(), "Shop.deps.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, depsjson.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, depsjson.New(), "Shop.deps.json") }
