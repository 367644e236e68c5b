package packageswift_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/swift/packageswift"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, packageswift.New(), "Package.swift")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, packageswift.New(), map[string]bool{
		"Package.swift": true, "a/Package.swift": true, "Package@swift-5.7.swift": true, "MyPackage.swift": false, "Package.resolved": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = ".package(url: \"https://git.example.org/a/gauge\", from: \"1.0.0\"),\n"
	extracttest.Faults(t, packageswift.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "a string does not end", Keep: 1, Content: gauge + ".package(url: \"https:"},
		{Name: "truncated call", Line: 2, Words: "a dependency does not end", Keep: 1, Content: gauge + ".package(url: "},
		{Name: "truncated comment", Line: 2, Words: "a comment does not end", Keep: 1, Content: gauge + "/* "},
		{Name: "truncated list", Line: 1, Words: "the file ends within the brackets that open here", Keep: 1, Content: "let package = Package(name: \"a\", dependencies: [\n" + gauge},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, packageswift.New(), "Package.swift")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, packageswift.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, packageswift.New(), "Package.swift") }
