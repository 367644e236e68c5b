package pipfile

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Pipfile"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Pipfile":      true,
		"a/b/Pipfile":  true,
		"Pipfile.lock": false,
		"pipfile":      false,
		"xPipfile":     false,
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
		{"truncated", "[packages]\nanchor = \"*\"\nbeacon = \"", 3, "not valid TOML", 1},
		{"duplicate", "[packages]\nanchor = \"*\"\nanchor = \"==1\"\n", 3, "\"anchor\" is defined twice", 1},
		{"wrong type", "packages = [\"anchor\"]\n", 1, "no table of packages", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), c.content, c.line, c.words, c.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "Pipfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "Pipfile") }
