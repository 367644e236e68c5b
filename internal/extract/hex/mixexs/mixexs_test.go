package mixexs_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/hex/mixexs"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, mixexs.New(), "mix.exs", "inline.exs")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, mixexs.New(), map[string]bool{
		"mix.exs": true, "a/b/mix.exs": true, "mymix.exs": false, "mix.exs.bak": false, "mix.exs/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, mixexs.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "quote is not closed", Keep: 1,
			Content: "defmodule A do\n  defp deps do\n    [{:a, \"~> 1.0\"},\n     {:b, \"~> 1."},
		{Name: "truncated in a tuple", Line: 4, Words: "ends before", Keep: 1,
			Content: "defmodule A do\n  defp deps do\n    [{:a, \"~> 1.0\"},\n     {:b, :c"},
		{Name: "truncated list", Line: 3, Words: "the file ends within the list that begins here", Keep: 1,
			Content: "defmodule A do\n  defp deps do\n    [\n     {:a, \"~> 1.0\"},\n"},
		{Name: "wrong brackets", Line: 3, Words: "unexpected", Content: "defmodule A do\n  defp deps do\n    [{:a, \"~> 1.0\"]}"},
		{Name: "no module", Line: 1, Words: "no module", Content: "{}"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, mixexs.New(), "mix.exs")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, mixexs.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, mixexs.New(), "mix.exs") }
