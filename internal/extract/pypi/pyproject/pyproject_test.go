package pyproject_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/pyproject"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pyproject.New(), "pyproject.toml", "poetry.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pyproject.New(), map[string]bool{
		"pyproject.toml":      true,
		"a/pyproject.toml":    true,
		"poetry.toml":         false,
		"pyproject.toml.orig": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pyproject.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 5, Words: "not valid TOML", Keep: 1,
			Content: "[project]\nname = \"a\"\ndependencies = [\"anchor\"]\n[tool.poetry.dependencies]\nbeacon = \"",
		},
		{
			Name: "duplicate", Line: 3, Words: "\"anchor\" is defined twice", Keep: 1,
			Content: "[tool.poetry.dependencies]\nanchor = \"*\"\nanchor = \"1\"\n",
		},
		{
			Name: "wrong type", Line: 2, Words: "not an array",
			Content: "[project]\ndependencies = \"anchor\"\n",
		},
		{
			Name: "wrong groups", Line: 3, Words: "not an array", Keep: 1,
			Content: "[dependency-groups]\ntest = [\"tester\"]\nlint = \"linter\"\n",
		},
		{
			Name: "wrong table", Line: 2, Words: "not a table",
			Content: "[tool.poetry]\ndependencies = [\"anchor\"]\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pyproject.New(), "pyproject.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pyproject.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pyproject.New(), "shared:poetry-poetry/pyproject.toml")
}
