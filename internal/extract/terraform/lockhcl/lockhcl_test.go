package lockhcl_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/terraform/lockhcl"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, lockhcl.New(), "lock.hcl")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, lockhcl.New(), map[string]bool{
		".terraform.lock.hcl": true, "infra/.terraform.lock.hcl": true, "terraform.lock.hcl": false, "main.tf": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = "provider \"registry.example.org/a/gauge\" {\n  version = \"1.0.0\"\n}\n"
	extracttest.Faults(t, lockhcl.New(), []extracttest.Fault{
		{Name: "truncated", Line: 5, Words: "ends within", Keep: 2, Content: gauge + "provider \"a\" {\n  version = \"1\"\n"},
		{Name: "truncated hashes", Line: 6, Words: "ends within", Keep: 2, Content: gauge + "provider \"a\" {\n  version = \"1\"\n  hashes = ["},
		{Name: "truncated comment", Line: 4, Words: "comment", Keep: 1, Content: gauge + "/* a"},
		{Name: "twice", Line: 4, Words: "stands twice", Keep: 2, Content: gauge + gauge},
		{Name: "version twice", Line: 3, Words: "stands twice", Keep: 1, Content: "provider \"a\" {\n  version = \"1\"\n  version = \"2\"\n}\n"},
		{Name: "no version", Line: 2, Words: "no version", Keep: 1, Content: "provider \"a\" {\n}\n"},
		{Name: "no name", Line: 1, Words: "no name", Content: "provider {\n}\n"},
		{Name: "no attribute", Line: 2, Words: "not an attribute", Keep: 1, Content: "provider \"a\" {\n  version\n}\n"},
		{Name: "no hash", Line: 2, Words: "not a hash", Keep: 1, Content: "provider \"a\" {\n  hashes = [x]\n}\n"},
		{Name: "merge conflict", Line: 1, Words: "not a block", Keep: 1, Content: "<<<<<<< HEAD\n" + gauge},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, lockhcl.New(), "lock.hcl")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, lockhcl.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, lockhcl.New(), "lock.hcl") }
