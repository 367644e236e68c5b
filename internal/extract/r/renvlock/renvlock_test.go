package renvlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/r/renvlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, renvlock.New(), "renv.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, renvlock.New(), map[string]bool{
		"renv.lock": true, "a/b/renv.lock": true, "myrenv.lock": false, "renv.lock.bak": false, "renv.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, renvlock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "ends too early", Keep: 2,
			Content: "{\"Packages\": {\n\"a\": {\"Version\": \"1.0\"},\n\"b\": {\"Version\":"},
		{Name: "a package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"Packages\": {\n\"a\": {\"Version\": \"1.0\"},\n\"a\": {\"Version\": \"1.0\"}}}"},
		{Name: "wrong type", Line: 1, Words: "not an object", Content: "[]"},
		{Name: "another file", Line: 1, Words: "no object", Content: "{}"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, renvlock.New(), "renv.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, renvlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, renvlock.New(), "shared:renv-admiral/renv.lock")
}
