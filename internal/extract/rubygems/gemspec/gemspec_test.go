package gemspec_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemspec"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gemspec.New(), "clock.gemspec")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gemspec.New(), map[string]bool{
		"clock.gemspec": true, "a/clock.gemspec": true, ".gemspec": true, "gemspec": false, "clock.gemspec.erb": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gemspec.New(), []extracttest.Fault{
		{Name: "truncated", Line: 3, Words: "does not end", Keep: 1, Content: "Gem::Specification.new do |s|\ns.add_dependency 'a'\ns.add_dependency 'b"},
		{Name: "truncated block", Line: 1, Words: "a block does not end", Keep: 1, Content: "Gem::Specification.new do |s|\ns.add_dependency 'a'\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gemspec.New(), "clock.gemspec")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gemspec.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, gemspec.New(), "clock.gemspec") }
