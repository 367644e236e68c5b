package poetrylock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/poetrylock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, poetrylock.New(), "poetry1.lock", "poetry2.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, poetrylock.New(), map[string]bool{
		"poetry.lock":   true,
		"a/poetry.lock": true,
		"mypoetry.lock": false,
		"poetry.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, poetrylock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 6, Words: "not valid TOML", Keep: 1,
			Content: "[[package]]\nname = \"anchor\"\nversion = \"1.0\"\n\n[[package]]\nname = \"bea",
		},
		{
			Name: "duplicate", Line: 4, Words: "\"version\" is defined twice", Keep: 1,
			Content: "[[package]]\nname = \"anchor\"\nversion = \"1.0\"\nversion = \"1.1\"\n",
		},
		{
			Name: "wrong type at top", Line: 1, Words: "no array of tables",
			Content: "package = \"anchor\"\n",
		},
		{
			Name: "empty", Line: 1, Words: "no \"metadata\"",
			Content: "",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, poetrylock.New(), "poetry1.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, poetrylock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, poetrylock.New(), "shared:poetry-poetry/poetry.lock")
}
