package cpanfilesnapshot_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/cpan/cpanfilesnapshot"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, cpanfilesnapshot.New(), "cpanfile.snapshot")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, cpanfilesnapshot.New(), map[string]bool{
		"cpanfile.snapshot": true, "a/cpanfile.snapshot": true, "cpanfile": false, "mycpanfile.snapshot": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "DISTRIBUTIONS\n  Gauge-1.0\n"
	extracttest.Faults(t, cpanfilesnapshot.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "not a distribution", Keep: 1, Content: head + "  Need"},
		{Name: "truncated module", Line: 4, Words: "not a module", Keep: 1, Content: head + "    provides:\n      Gau"},
		{Name: "twice", Line: 3, Words: "stands twice", Keep: 2, Content: head + "  Gauge-1.0\n"},
		{Name: "orphan", Line: 2, Words: "no distribution", Content: "DISTRIBUTIONS\n    provides:\n"},
		{Name: "merge conflict", Line: 3, Words: "not a known section", Keep: 1, Content: head + "<<<<<<< HEAD\n"},
		{Name: "empty", Line: 1, Words: "no section", Content: ""},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, cpanfilesnapshot.New(), "cpanfile.snapshot")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, cpanfilesnapshot.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, cpanfilesnapshot.New(), "cpanfile.snapshot")
}
