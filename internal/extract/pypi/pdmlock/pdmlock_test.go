package pdmlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/pdmlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pdmlock.New(), "pdm.lock", "pdm3.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pdmlock.New(), map[string]bool{
		"pdm.lock":   true,
		"a/pdm.lock": true,
		"xpdm.lock":  false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pdmlock.New(), []extracttest.Fault{
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
			Content: "[package]\nname = \"anchor\"\n",
		},
		{
			Name: "empty", Line: 1, Words: "no \"metadata\"",
			Content: "",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pdmlock.New(), "pdm.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pdmlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pdmlock.New(), "shared:pdm-pdm/pdm.lock")
}
