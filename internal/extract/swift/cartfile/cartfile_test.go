package cartfile_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/swift/cartfile"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cartfile.New(), "Cartfile.resolved")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cartfile.New(), map[string]bool{
		"Cartfile.resolved": true, "a/Cartfile.resolved": true, "Cartfile": false, "Cartfile.resolved.orig": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = "github \"Dials/Gauge\" \"1.2.0\"\n"
	extracttest.Faults(t, cartfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "not a pinned", Keep: 1, Content: gauge + `github "Dials/Needle" "1.`},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: gauge + gauge},
		{Name: "another kind", Line: 1, Words: "not a pinned", Content: `svn "a" "b"`},
		{Name: "merge conflict", Line: 2, Words: "not a pinned", Keep: 2, Content: gauge + "<<<<<<< HEAD\n" + `github "a/b" "1"`},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cartfile.New(), "Cartfile.resolved")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cartfile.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, cartfile.New(), "Cartfile.resolved") }
