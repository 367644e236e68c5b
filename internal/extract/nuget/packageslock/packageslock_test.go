package packageslock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nuget/packageslock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, packageslock.New(), "packages.lock.json", "faults.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, packageslock.New(), map[string]bool{
		"packages.lock.json":       true,
		"a/b/packages.lock.json":   true,
		"packages.Shop.lock.json":  true,
		"mypackages.lock.json":     false,
		"packages.lock.json.bak":   false,
		"packages.lock.json/x":     false,
		"package-lock.json":        false,
		"packages.json":            false,
		"web/packages.config.json": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, packageslock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 4, Words: "ends too early", Keep: 1,
			Content: "{\"dependencies\": {\"net8.0\": {\n\"A\": {\"resolved\": \"1\"},\n\n\"B\": {\"resolved\":",
		},
		{
			Name: "a package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"dependencies\": {\"net8.0\": {\n\"A\": {\"resolved\": \"1\"},\n\"a\": {\"resolved\": \"2\"}}}}",
		},
		{
			Name: "wrong type", Line: 1, Words: "not an object",
			Content: "[]",
		},
		{
			Name: "another file", Line: 1, Words: "no object",
			Content: "{}",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, packageslock.New(), "packages.lock.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, packageslock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, packageslock.New(), "shared:nuget-lock-stryker/src/Stryker.CLI/Stryker.CLI.UnitTest/packages.lock.json")
}
