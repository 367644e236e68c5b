package cargolock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cargo/cargolock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cargolock.New(), "Cargo.lock", "v1.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cargolock.New(), map[string]bool{
		"Cargo.lock":     true,
		"a/b/Cargo.lock": true,
		"myCargo.lock":   false,
		"Cargo.lock.bak": false,
		"Cargo.lock/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, cargolock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 6, Words: "not valid TOML", Keep: 1,
			Content: "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b",
		},
		{
			Name: "the same package twice", Line: 5, Words: "stands twice", Keep: 2,
			Content: "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
		},
		{
			Name: "a key twice", Line: 4, Words: "defined twice", Keep: 1,
			Content: "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nversion = \"1.0.1\"\n",
		},
		{
			Name: "wrong type", Line: 1, Words: "not an array of tables",
			Content: "package = \"a\"\n",
		},
		{
			Name: "no name", Line: 1, Words: "without a name",
			Content: "[[package]]\nversion = \"1.0.0\"\n",
		},
		{
			Name: "a later format", Line: 1, Words: "not known", Keep: 1,
			Content: "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cargolock.New(), "Cargo.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cargolock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cargolock.New(), "shared:cargo-localsend/Cargo.lock")
}
