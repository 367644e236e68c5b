package cargotoml_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cargo/cargotoml"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Cargo.toml", "faults.toml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, cargotoml.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"Cargo.toml", true},
		{"a/b/Cargo.toml", true},
		{"myCargo.toml", false},
		{"Cargo.toml.bak", false},
		{"Cargo.toml/x", false},
	}
	for _, tt := range tests {
		if got := cargotoml.New().Wants(tt.path); got != tt.want {
			t.Errorf("Wants(%q) = %t, want %t", tt.path, got, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"truncated", "[dependencies]\na = \"1\"\nb = { version = \"2", 3, "not valid TOML", 1},
		{"a key twice", "[dependencies]\na = \"1\"\na = \"2\"\n", 3, "defined twice", 1},
		{"wrong type", "dependencies = 1\n", 1, "not a table", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, cargotoml.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cargotoml.New(), "Cargo.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cargotoml.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cargotoml.New(), "shared:cargo-mdbook/Cargo.toml")
}
