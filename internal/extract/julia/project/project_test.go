package project_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/julia/project"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, project.New(), "Project.toml", "faults.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, project.New(), map[string]bool{
		"Project.toml": true, "docs/Project.toml": true, "JuliaProject.toml": true, "MyProject.toml": false, "project.toml": false, "Project.toml/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, project.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "not valid TOML", Keep: 1,
			Content: "[deps]\nA = \"1\"\nB = \""},
		{Name: "a dependency twice", Line: 3, Words: "defined twice", Keep: 1,
			Content: "[deps]\nA = \"1\"\nA = \"1\"\n"},
		{Name: "wrong type", Line: 1, Words: "not a table", Content: "deps = 1\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, project.New(), "Project.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, project.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, project.New(), "Project.toml") }
