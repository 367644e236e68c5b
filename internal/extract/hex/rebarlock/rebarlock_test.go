package rebarlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/hex/rebarlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, rebarlock.New(), "rebar.lock", "old.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, rebarlock.New(), map[string]bool{
		"rebar.lock": true, "a/b/rebar.lock": true, "myrebar.lock": false, "rebar.lock.bak": false, "rebar.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, rebarlock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "quote is not closed", Keep: 1,
			Content: "{\"1.2.0\",[\n{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0},\n{<<\"b"},
		{Name: "truncated between packages", Line: 3, Words: "ends before", Keep: 1,
			Content: "{\"1.2.0\",[\n{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0},\n"},
		{Name: "no period", Line: 2, Words: "period", Keep: 1,
			Content: "[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}]\n"},
		{Name: "a package twice", Line: 2, Words: "stands twice", Keep: 2,
			Content: "[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0},\n{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}]."},
		{Name: "wrong type", Line: 1, Words: "not a list", Content: "text."},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, rebarlock.New(), "rebar.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, rebarlock.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, rebarlock.New(), "rebar.lock") }
