package packagesconfig_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nuget/packagesconfig"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, packagesconfig.New(), "packages.config", "faults.config")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, packagesconfig.New(), map[string]bool{
		"packages.config": true, "a/packages.config": true, "packages.Shop.config": true, "mypackages.config": false, "packages.config/x": false, "web.config": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, packagesconfig.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "file ends within", Keep: 1,
			Content: "<packages>\n<package id=\"A\" version=\"1\"/>\n"},
		{Name: "a package twice", Line: 2, Words: "stands twice", Keep: 2,
			Content: "<packages><package id=\"A\" version=\"1\"/>\n<package id=\"a\" version=\"1\"/></packages>"},
		{Name: "wrong root", Line: 1, Words: "not a list", Content: "<configuration/>"},
		{Name: "empty", Line: 1, Words: "no element"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, packagesconfig.New(), "packages.config")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, packagesconfig.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, packagesconfig.New(), "shared:nuget-packages-config-component-detection/packages.config")
}
