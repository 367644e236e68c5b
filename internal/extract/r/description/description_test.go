package description_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/r/description"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, description.New(), "DESCRIPTION", "other")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, description.New(), map[string]bool{
		"DESCRIPTION": true, "a/DESCRIPTION": true, "description": false, "DESCRIPTION.md": false, "DESCRIPTION/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "Package: clock\nImports: gauge,\n"
	extracttest.Faults(t, description.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "not a package with its constraint", Keep: 1, Content: head + "  needle (>= 1"},
		{Name: "no operator", Line: 3, Words: "not a package with its constraint", Keep: 1, Content: head + "  needle (1)\n"},
		{Name: "no comma", Line: 3, Words: "not a package with its constraint", Keep: 1, Content: head + "  needle\n  hand\n"},
		{Name: "twice", Line: 3, Words: "stands twice", Keep: 2, Content: head + "Imports: needle\n"},
		{Name: "merge conflict", Line: 3, Words: "not a field", Keep: 2, Content: head + "<<<<<<< HEAD\nSuggests: needle\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, description.New(), "DESCRIPTION")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, description.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, description.New(), "shared:renv-admiral/DESCRIPTION")
}
