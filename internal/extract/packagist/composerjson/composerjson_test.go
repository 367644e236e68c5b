package composerjson_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/packagist/composerjson"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, composerjson.New(), "composer.json", "named.json", "faults.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, composerjson.New(), map[string]bool{
		"composer.json":     true,
		"a/b/composer.json": true,
		"mycomposer.json":   false,
		"composer.json.bak": false,
		"composer.json/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, composerjson.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "ends too early", Keep: 1,
			Content: "{\"require\": {\n\"a/b\": \"^1\",\n\"a/c\": \"^",
		},
		{
			Name: "a key twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"require\": {\n\"a/b\": \"^1\",\n\"a/b\": \"^2\"}}",
		},
		{
			Name: "wrong type", Line: 1, Words: "not a JSON object",
			Content: "\"text\"",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, composerjson.New(), "composer.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, composerjson.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, composerjson.New(), "shared:composer-bookstack/composer.json")
}
