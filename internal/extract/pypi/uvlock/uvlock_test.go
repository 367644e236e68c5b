package uvlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/uvlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, uvlock.New(), "uv.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, uvlock.New(), map[string]bool{
		"uv.lock":        true,
		"a/uv.lock":      true,
		"script.py.lock": false,
		"xuv.lock":       false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, uvlock.New(), []extracttest.Fault{
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
			Name: "empty", Line: 1, Words: "no \"version\"",
			Content: "",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, uvlock.New(), "uv.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, uvlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, uvlock.New(), "shared:uv-flask/uv.lock")
}
