package podspecjson_test

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract/cocoapods/podspecjson"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, podspecjson.New(), "Clock.podspec.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, podspecjson.New(), map[string]bool{
		"Clock.podspec.json": true, "a/Clock.podspec.json": true, "Clock.podspec": false, "podspec.json": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, podspecjson.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"dependencies\": {\"A\": [],\n\"B\": ["},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: "{\"name\": \"C\", \"dependencies\": {\"A\": []},\n\"dependencies\": {\"B\": []}}"},
		{Name: "a dependency twice", Line: 2, Words: "stands twice", Keep: 2, Content: "{\"name\": \"C\", \"dependencies\": {\"A\": [],\n\"A\": [\"1\"]}}"},
		{Name: "another kind", Line: 1, Words: "not an object", Content: `{"name": "C", "dependencies": ["A"]}`},
		{Name: "no name", Line: 1, Words: "names no pod", Keep: 1, Content: `{"dependencies": {"A": []}}`},
		{Name: "a dependency without a name", Line: 1, Words: "no name", Content: `{"name": "C", "dependencies": {"": []}}`},
		{Name: "deep", Line: 1, Words: "deeper", Content: `{"name": "C", ` + strings.Repeat(`"subspecs": [{`, 60)},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, podspecjson.New(), "Clock.podspec.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, podspecjson.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, podspecjson.New(), "Clock.podspec.json") }
