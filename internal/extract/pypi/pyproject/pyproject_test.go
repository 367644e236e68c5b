package pyproject

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pyproject.toml", "poetry.toml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"pyproject.toml":      true,
		"a/pyproject.toml":    true,
		"poetry.toml":         false,
		"pyproject.toml.orig": false,
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
		{"truncated", "[project]\nname = \"a\"\ndependencies = [\"anchor\"]\n[tool.poetry.dependencies]\nbeacon = \"", 5, "not valid TOML", 1},
		{"duplicate", "[tool.poetry.dependencies]\nanchor = \"*\"\nanchor = \"1\"\n", 3, "\"anchor\" is defined twice", 1},
		{"wrong type", "[project]\ndependencies = \"anchor\"\n", 2, "not an array", 0},
		{"wrong groups", "[dependency-groups]\ntest = [\"tester\"]\nlint = \"linter\"\n", 3, "not an array", 1},
		{"wrong table", "[tool.poetry]\ndependencies = [\"anchor\"]\n", 2, "not a table", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), c.content, c.line, c.words, c.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "pyproject.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, New(), "shared:poetry-poetry/pyproject.toml")
}
