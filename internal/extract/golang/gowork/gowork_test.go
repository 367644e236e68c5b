package gowork_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gowork"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gowork.New(), "full.work")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gowork.New(), map[string]bool{
		"go.work":     true,
		"a/b/go.work": true,
		"mygo.work":   false,
		"go.work.bak": false,
		"go.work/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gowork.New(), []extracttest.Fault{
		{
			Name: "truncated in a block", Line: 3, Words: "has no end",
			Content: "go 1.23\nuse (\n\t./a\n",
		},
		{
			Name: "another syntax", Line: 1, Words: "unknown directive",
			Content: "[workspace]\n",
		},
		{
			Name: "use without a folder", Line: 1, Words: "needs one folder",
			Content: "use\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gowork.New(), "full.work")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gowork.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gowork.New(), "full.work")
}
