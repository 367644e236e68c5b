package pubspeclock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pub/pubspeclock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pubspeclock.New(), "pubspec.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pubspeclock.New(), map[string]bool{
		"pubspec.lock": true, "a/b/pubspec.lock": true, "mypubspec.lock": false, "pubspec.lock.bak": false, "pubspec.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pubspeclock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 7, Words: "a quote is not closed", Keep: 2,
			Content: "packages:\n  a:\n    source: hosted\n    version: \"1.0.0\"\n  b:\n    source: hosted\n    version: \"1."},
		{Name: "truncated between lines", Line: 5, Words: "has no version", Keep: 2,
			Content: "packages:\n  a:\n    source: hosted\n    version: \"1.0.0\"\n  b:\n    source: hosted\n"},
		{Name: "a package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "packages:\n  a: {source: hosted, version: 1.0.0}\n  a: {source: hosted, version: 1.0.0}\n"},
		{Name: "an alias", Line: 2, Words: "alias", Content: "packages:\n  a: *b\n"},
		{Name: "wrong type", Line: 1, Words: "not a mapping", Content: "- a\n"},
		{Name: "another file", Line: 1, Words: "no mapping", Content: "sdks: {}\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pubspeclock.New(), "pubspec.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pubspeclock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pubspeclock.New(), "shared:pub-localsend/pubspec.lock")
}
