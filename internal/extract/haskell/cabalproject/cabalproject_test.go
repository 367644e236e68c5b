package cabalproject_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/haskell/cabalproject"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cabalproject.New(), "cabal.project")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cabalproject.New(), map[string]bool{
		"cabal.project": true, "a/cabal.project": true, "cabal.project.local": true, "cabal.project.ghc9": true,
		"cabal.project.freeze": false, "cabal.project.ghc9.freeze": false, "cabal.projects": false, "cabal.project.": false, "cabal.project/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, cabalproject.New(), []extracttest.Fault{
		{Name: "no field", Line: 2, Words: "neither a field nor a section", Content: "packages: ./\ntext\n"},
		{Name: "merge conflict", Line: 1, Words: "neither a field nor a section", Content: "<<<<<<< HEAD\npackages: ./\n"},
		{Name: "wrong type", Line: 1, Words: "neither a field nor a section", Content: "{}"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cabalproject.New(), "cabal.project")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cabalproject.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cabalproject.New(), "shared:haskell-kupo/cabal.project")
}
