package pdmlock

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pdm.lock", "pdm3.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"pdm.lock":   true,
		"a/pdm.lock": true,
		"xpdm.lock":  false,
	} {
		if got := New().Wants(name); got != want {
			t.Errorf("Wants(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"truncated", "[[package]]\nname = \"anchor\"\nversion = \"1.0\"\n\n[[package]]\nname = \"bea", 6, "not valid TOML", 1},
		{"duplicate", "[[package]]\nname = \"anchor\"\nversion = \"1.0\"\nversion = \"1.1\"\n", 4, "\"version\" is defined twice", 1},
		{"wrong type at top", "[package]\nname = \"anchor\"\n", 1, "no array of tables", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), c.content, c.line, c.words, c.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "pdm.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "shared:pdm-pdm/pdm.lock") }
