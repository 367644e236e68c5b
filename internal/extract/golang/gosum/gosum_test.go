package gosum_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gosum"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gosum.New(), "full.sum", "faults.sum")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gosum.New(), map[string]bool{
		"go.sum":     true,
		"a/b/go.sum": true,
		"mygo.sum":   false,
		"go.sum.bak": false,
		"go.sum/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gosum.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 2, Words: "not a hash",
			Content: "a.example/b v1.0.0 h1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\na.example/b v1.0.0/go.mod h1:AAE",
		},
		{
			Name: "another syntax", Line: 1, Words: "not a module",
			Content: "{\"a\": 1}",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gosum.New(), "full.sum")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gosum.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gosum.New(), "shared:go-guac/go.sum")
}
