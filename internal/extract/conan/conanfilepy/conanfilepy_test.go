package conanfilepy_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/conan/conanfilepy"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, conanfilepy.New(), "conanfile.py")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, conanfilepy.New(), map[string]bool{
		"conanfile.py": true, "a/conanfile.py": true, "conanfile.txt": false, "myconanfile.py": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "class A(ConanFile):\n    requires = \"gauge/1.0\"\n    def requirements(self):\n"
	extracttest.Faults(t, conanfilepy.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "a string does not end", Keep: 1, Content: head + "        self.requires(\"need"},
		{Name: "truncated call", Line: 4, Words: "ends within the brackets", Keep: 1, Content: head + "        self.requires(\"needle/1.0\","},
		{Name: "truncated list", Line: 4, Words: "ends within the brackets", Keep: 1, Content: head + "    tool_requires = [\n\"needle/1.0\","},
		{Name: "another truncated call", Line: 4, Words: "ends within the brackets", Keep: 1, Content: head + "        print(1"},
		{Name: "no reference", Line: 4, Words: "not a reference", Keep: 1, Content: head + "        self.requires(\"needle\")\n"},
		{Name: "another file", Line: 1, Words: "no recipe", Content: "x = 1"},
		{Name: "empty", Line: 1, Words: "no recipe", Content: ""},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, conanfilepy.New(), "conanfile.py")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, conanfilepy.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, conanfilepy.New(), "conanfile.py") }
