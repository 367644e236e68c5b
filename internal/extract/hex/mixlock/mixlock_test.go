package mixlock_test

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/hex/mixlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, mixlock.New(), "mix.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, mixlock.New(), map[string]bool{
		"mix.lock": true, "a/b/mix.lock": true, "mymix.lock": false, "mix.lock.bak": false, "mix.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, mixlock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "quote is not closed", Keep: 1,
			Content: "%{\n\"a\": {:hex, :a, \"1.0.0\"},\n\"b\": {:hex, :b, \"1."},
		{Name: "truncated between packages", Line: 3, Words: "ends before", Keep: 1,
			Content: "%{\n\"a\": {:hex, :a, \"1.0.0\"},\n"},
		{Name: "a package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "%{\n\"a\": {:hex, :a, \"1.0.0\"},\n\"a\": {:hex, :a, \"1.0.1\"}}"},
		{Name: "wrong brackets", Line: 2, Words: "unexpected", Content: "%{\n\"a\": {:hex, :a, \"1.0.0\"]}"},
		{Name: "wrong type", Line: 1, Words: "not a map", Content: "[]"},
		{Name: "more text", Line: 2, Words: "text after", Content: "%{}\n1"},
		{Name: "deep", Line: 1, Words: "deeper", Content: "%{\"a\": " + strings.Repeat("{", 1000)},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, mixlock.New(), "mix.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, mixlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, mixlock.New(), "shared:mix-phoenix/integration_test/mix.lock")
}
