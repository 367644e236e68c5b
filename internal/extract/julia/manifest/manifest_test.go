package manifest_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/julia/manifest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, manifest.New(), "Manifest.toml", "v1.toml", "faults.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, manifest.New(), map[string]bool{
		"Manifest.toml": true, "docs/Manifest.toml": true, "JuliaManifest.toml": true, "Manifest-v1.11.toml": true, "MyManifest.toml": false, "manifest.toml": false, "Manifest.toml/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, manifest.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "not valid TOML", Keep: 1,
			Content: "[[A]]\nversion = \"1.0.0\"\n[[B]]\nversion = \"1."},
		{Name: "a package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "[[A]]\nuuid = \"1\"\n[[A]]\nuuid = \"1\"\n"},
		{Name: "another file", Line: 1, Words: "no package", Content: "a = 1\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, manifest.New(), "Manifest.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, manifest.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, manifest.New(), "shared:julia-documenter/Manifest.toml")
}
