package pipfile_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/pipfile"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pipfile.New(), "Pipfile")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pipfile.New(), map[string]bool{
		"Pipfile":      true,
		"a/b/Pipfile":  true,
		"Pipfile.lock": false,
		"pipfile":      false,
		"xPipfile":     false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pipfile.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "not valid TOML", Keep: 1,
			Content: "[packages]\nanchor = \"*\"\nbeacon = \"",
		},
		{
			Name: "duplicate", Line: 3, Words: "\"anchor\" is defined twice", Keep: 1,
			Content: "[packages]\nanchor = \"*\"\nanchor = \"==1\"\n",
		},
		{
			Name: "wrong type", Line: 1, Words: "no table of packages",
			Content: "packages = [\"anchor\"]\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pipfile.New(), "Pipfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pipfile.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pipfile.New(), "Pipfile")
}
