package gomod_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gomod"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gomod.New(), "full.mod", "old.mod", "language.mod", "gocommand.mod", "faults.mod")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gomod.New(), map[string]bool{
		"go.mod":     true,
		"a/b/go.mod": true,
		"mygo.mod":   false,
		"go.mod.bak": false,
		"go.mod/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gomod.New(), []extracttest.Fault{
		{
			Name: "truncated in a block", Line: 5, Words: "has no end", Keep: 2,
			Content: "module m\ngo 1.21\nrequire (\n\ta.example/b v1.0.0\n\ta.exam",
		},
		{
			Name: "repeated module", Line: 3, Words: "stands twice", Keep: 1,
			Content: "module m\ngo 1.21\nmodule n\n",
		},
		{
			Name: "another syntax", Line: 1, Words: "unknown directive",
			Content: "{\"module\": \"m\"}",
		},
		{
			Name: "empty", Line: 1, Words: "no module directive",
			Content: "",
		},
		{
			Name: "a branch", Line: 3, Words: "\"main\" is not a version", Keep: 1,
			Content: "module m\ngo 1.20\nrequire a.example/b main\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gomod.New(), "full.mod")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gomod.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gomod.New(), "shared:go-guac/go.mod")
}
