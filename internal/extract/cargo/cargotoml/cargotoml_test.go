package cargotoml_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cargo/cargotoml"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cargotoml.New(), "Cargo.toml", "faults.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cargotoml.New(), map[string]bool{
		"Cargo.toml":     true,
		"a/b/Cargo.toml": true,
		"myCargo.toml":   false,
		"Cargo.toml.bak": false,
		"Cargo.toml/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, cargotoml.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "not valid TOML", Keep: 1,
			Content: "[dependencies]\na = \"1\"\nb = { version = \"2",
		},
		{
			Name: "a key twice", Line: 3, Words: "defined twice", Keep: 1,
			Content: "[dependencies]\na = \"1\"\na = \"2\"\n",
		},
		{
			Name: "wrong type", Line: 1, Words: "not a table",
			Content: "dependencies = 1\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cargotoml.New(), "Cargo.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cargotoml.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cargotoml.New(), "shared:cargo-mdbook/Cargo.toml")
}
