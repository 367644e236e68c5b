package projectassets_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nuget/projectassets"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, projectassets.New(), "project.assets.json", "faults.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, projectassets.New(), map[string]bool{
		"project.assets.json":       true,
		"a/obj/project.assets.json": true,
		"myproject.assets.json":     false,
		"project.assets.json.bak":   false,
		"project.assets.json/x":     false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, projectassets.New(), []extracttest.Fault{
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
	extracttest.Hostile(t, projectassets.New(), "project.assets.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, projectassets.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, projectassets.New(), "project.assets.json") }
