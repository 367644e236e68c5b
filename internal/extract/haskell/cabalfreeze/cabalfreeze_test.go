package cabalfreeze_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/haskell/cabalfreeze"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cabalfreeze.New(), "cabal.project.freeze", "commas.freeze")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cabalfreeze.New(), map[string]bool{
		"cabal.project.freeze": true, "a/b/cabal.project.freeze": true, "cabal.project.ghc9.freeze": true, "cabal.config": false, "cabal.project": false, "mycabal.project.freeze": false, "cabal.project.freeze/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, cabalfreeze.New(), []extracttest.Fault{
		{Name: "no field", Line: 2, Words: "not a field", Keep: 1,
			Content: "constraints: any.a ==1.0\ntext\n"},
		{Name: "no constraint", Line: 1, Words: "not a constraint", Keep: 1,
			Content: "constraints: ==1.0, any.a ==1.0\n"},
		{Name: "wrong type", Line: 1, Words: "not a field", Content: "{}"},
		{Name: "empty", Line: 1, Words: "no field"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cabalfreeze.New(), "cabal.project.freeze")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cabalfreeze.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cabalfreeze.New(), "shared:haskell-kupo/cabal.project.freeze")
}
