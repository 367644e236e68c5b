package gemfilelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfilelock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gemfilelock.New(), "Gemfile.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gemfilelock.New(), map[string]bool{
		"Gemfile.lock":      true,
		"a/b/Gemfile.lock":  true,
		"myGemfile.lock":    false,
		"Gemfile.lock.bak":  false,
		"Gemfile.lock/x":    false,
		"gems.locked":       true,
		"a/gems.locked":     true,
		"Gemfile.next.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gemfilelock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 5, Words: "not a gem with its version", Keep: 1,
			Content: "GEM\n  remote: https://registry.example.org/\n  specs:\n    gear (2.0.0)\n    oil (0.",
		},
		{
			Name: "truncated between lines", Line: 3, Words: "ends before", Keep: 1,
			Content: "GEM\n  specs:\n    gear (2.0.0)\n",
		},
		{
			Name: "the same gem twice", Line: 4, Words: "stands twice", Keep: 1,
			Content: "GEM\n  specs:\n    gear (2.0.0)\n    gear (2.0.0)\n\nDEPENDENCIES\n  gear\n",
		},
		{
			Name: "another syntax", Line: 1, Words: "not a known section",
			Content: "{}",
		},
		{
			Name: "empty", Line: 1, Words: "no section",
			Content: "",
		},
		{
			Name: "merge conflict", Line: 4, Words: "merge conflict", Keep: 1,
			Content: "GEM\n  specs:\n    gear (2.0.0)\n<<<<<<< HEAD\n",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gemfilelock.New(), "Gemfile.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gemfilelock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gemfilelock.New(), "shared:gem-rubygems-org/Gemfile.lock")
}
