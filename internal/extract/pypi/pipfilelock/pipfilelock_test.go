package pipfilelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfilelock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pipfilelock.New(), "Pipfile.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pipfilelock.New(), map[string]bool{
		"Pipfile.lock":     true,
		"a/Pipfile.lock":   true,
		"Pipfile":          false,
		"Pipfile.lock.bak": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pipfilelock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "ends too early", Keep: 1,
			Content: "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"},\n\"beacon\": {\"vers",
		},
		{
			Name: "duplicate", Line: 3, Words: "\"anchor\" is listed twice", Keep: 2,
			Content: "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"},\n\"anchor\": {\"version\": \"==1.1\"}}}",
		},
		{
			Name: "duplicate category", Line: 3, Words: "\"default\" is listed twice", Keep: 2,
			Content: "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"}},\n\"default\": {\"beacon\": {}}}",
		},
		{
			Name: "wrong type at top", Line: 1, Words: "no object",
			Content: "[\"anchor\"]",
		},
		{
			Name: "wrong type of a category", Line: 2, Words: "\"develop\" is no object", Keep: 1,
			Content: "{\"default\": {\"anchor\": {}},\n\"develop\": []}",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pipfilelock.New(), "Pipfile.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pipfilelock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pipfilelock.New(), "shared:pipenv-pipenv/Pipfile.lock")
}
