package pubspec_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pub/pubspec"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pubspec.New(), "pubspec.yaml", "faults.yaml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pubspec.New(), map[string]bool{
		"pubspec.yaml": true, "a/b/pubspec.yaml": true, "mypubspec.yaml": false, "pubspec.yml": false, "pubspec.yaml/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pubspec.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "a quote is not closed", Keep: 2,
			Content: "dependencies:\n  a: ^1.0.0\n  b: \">=1"},
		{Name: "a dependency twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "dependencies:\n  a: ^1.0.0\n  a: ^2.0.0\n"},
		{Name: "wrong type", Line: 1, Words: "not a mapping", Content: "text\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pubspec.New(), "pubspec.yaml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pubspec.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pubspec.New(), "shared:pub-localsend/app/pubspec.yaml")
}
