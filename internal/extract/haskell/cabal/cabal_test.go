package cabal_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/haskell/cabal"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cabal.New(), "clock.cabal", "braces.cabal")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cabal.New(), map[string]bool{
		"clock.cabal": true, "a/clock.cabal": true, "cabal.project": false, "cabal.project.freeze": false, ".cabal": false, ".cabal/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "name: clock\nlibrary\n  build-depends: gauge >=1\n"
	extracttest.Faults(t, cabal.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "not a dependency", Keep: 1, Content: head + "    , needle >="},
		{Name: "truncated set", Line: 4, Words: "not a dependency", Keep: 1, Content: head + "    , needle ^>= {1.2,"},
		{Name: "no comma", Line: 3, Words: "not a dependency", Content: "name: clock\nlibrary\n  build-depends: gauge\n    needle\n"},
		{Name: "no name", Line: 3, Words: "names no package", Keep: 1, Content: "version: 1\nlibrary\n  build-depends: gauge\n"},
		{Name: "merge conflict", Line: 4, Words: "neither a field nor a section", Keep: 1, Content: head + "<<<<<<< HEAD\n"},
		{Name: "empty", Line: 1, Words: "names no package", Content: ""},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cabal.New(), "clock.cabal")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cabal.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cabal.New(), "shared:haskell-postgrest/postgrest.cabal")
}
