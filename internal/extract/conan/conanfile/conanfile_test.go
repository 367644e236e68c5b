package conanfile_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/conan/conanfile"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, conanfile.New(), "conanfile.txt")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, conanfile.New(), map[string]bool{
		"conanfile.txt": true, "a/conanfile.txt": true, "conanfile.py": false, "conan.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, conanfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "not a reference", Keep: 1, Content: "[requires]\ngauge/1.0\nneed"},
		{Name: "truncated range", Line: 2, Words: "not a reference", Content: "[requires]\ngauge/[>1"},
		{Name: "twice", Line: 3, Words: "stands twice", Keep: 2, Content: "[requires]\ngauge/1.0\ngauge/2.0\n"},
		{Name: "no section", Line: 1, Words: "before any section", Content: "gauge/1.0\n"},
		{Name: "another section", Line: 1, Words: "not a known section", Content: "[needs]\ngauge/1.0\n"},
		{Name: "merge conflict", Line: 3, Words: "not a reference", Keep: 1, Content: "[requires]\ngauge/1.0\n<<<<<<< HEAD\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, conanfile.New(), "conanfile.txt")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, conanfile.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, conanfile.New(), "shared:conan-plotjuggler/conanfile.txt")
}
