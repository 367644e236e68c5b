package cargolock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cargo/cargolock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Cargo.lock", "v1.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, cargolock.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"Cargo.lock", true},
		{"a/b/Cargo.lock", true},
		{"myCargo.lock", false},
		{"Cargo.lock.bak", false},
		{"Cargo.lock/x", false},
	}
	for _, tt := range tests {
		if got := cargolock.New().Wants(tt.path); got != tt.want {
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
		{"truncated", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b", 6, "not valid TOML", 1},
		{"the same package twice", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n", 5, "stands twice", 2},
		{"a key twice", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nversion = \"1.0.1\"\n", 4, "defined twice", 1},
		{"wrong type", "package = \"a\"\n", 1, "not an array of tables", 0},
		{"no name", "[[package]]\nversion = \"1.0.0\"\n", 1, "without a name", 0},
		{"a later format", "version = 9\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n", 1, "not known", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, cargolock.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cargolock.New(), "Cargo.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cargolock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cargolock.New(), "shared:cargo-localsend/Cargo.lock")
}
