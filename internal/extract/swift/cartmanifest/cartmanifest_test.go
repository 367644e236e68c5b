package cartmanifest_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/swift/cartmanifest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cartmanifest.New(), "Cartfile")
	extracttest.Goldens(t, cartmanifest.NewPrivate(), "Cartfile.private")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cartmanifest.New(), map[string]bool{
		"Cartfile": true, "a/Cartfile": true, "Cartfile.resolved": false, "Cartfile.private": false, "MyCartfile": false,
	})
	extracttest.Wants(t, cartmanifest.NewPrivate(), map[string]bool{
		"Cartfile.private": true, "a/Cartfile.private": true, "Cartfile": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = "github \"Dials/Gauge\" ~> 1.2\n"
	extracttest.Faults(t, cartmanifest.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "not a dependency", Keep: 1, Content: gauge + `github "Dials/Need`},
		{Name: "truncated constraint", Line: 2, Words: "not a dependency", Keep: 1, Content: gauge + `github "Dials/Needle" ~> `},
		{Name: "truncated branch", Line: 2, Words: "not a dependency", Keep: 1, Content: gauge + `github "Dials/Needle" "ma`},
		{Name: "another operator", Line: 1, Words: "not a dependency", Content: `github "a/b" < 1.0`},
		{Name: "two constraints", Line: 1, Words: "not a dependency", Content: `github "a/b" >= 1.0 < 2`},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: gauge + gauge},
		{Name: "another kind", Line: 1, Words: "not a dependency", Content: `svn "a" "b"`},
		{Name: "merge conflict", Line: 2, Words: "not a dependency", Keep: 2, Content: gauge + "<<<<<<< HEAD\n" + `github "a/b"`},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cartmanifest.New(), "Cartfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cartmanifest.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, cartmanifest.New(), "Cartfile") }
