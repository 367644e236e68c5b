package gemfile_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfile"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, gemfile.New(), "Gemfile")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, gemfile.New(), map[string]bool{
		"Gemfile": true, "a/Gemfile": true, "gems.rb": true, "Gemfile.lock": false, "myGemfile": false, "Gemfile/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, gemfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "does not end", Keep: 1, Content: "gem 'gauge'\ngem 'need"},
		{Name: "truncated block", Line: 1, Words: "a block does not end", Keep: 1, Content: "group :test do\n  gem 'gauge'\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gemfile.New(), "Gemfile")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gemfile.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gemfile.New(), "shared:gem-rubygems-org/Gemfile")
}
