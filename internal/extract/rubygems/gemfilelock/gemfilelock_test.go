package gemfilelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/rubygems/gemfilelock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Gemfile.lock", "faults.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, gemfilelock.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"Gemfile.lock", true},
		{"a/b/Gemfile.lock", true},
		{"myGemfile.lock", false},
		{"Gemfile.lock.bak", false},
		{"Gemfile.lock/x", false},
		{"gems.locked", true},
		{"a/gems.locked", true},
		{"Gemfile.next.lock", false},
	}
	for _, tt := range tests {
		if got := gemfilelock.New().Wants(tt.path); got != tt.want {
			t.Errorf("Wants(%q) = %t, want %t", tt.path, got, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"truncated", "GEM\n  remote: https://registry.example.org/\n  specs:\n    gear (2.0.0)\n    oil (0.", 5, "not a gem with its version", 1},
		{"truncated between lines", "GEM\n  specs:\n    gear (2.0.0)\n", 3, "ends before", 1},
		{"the same gem twice", "GEM\n  specs:\n    gear (2.0.0)\n    gear (2.0.0)\n\nDEPENDENCIES\n  gear\n", 4, "stands twice", 1},
		{"another syntax", "{}", 1, "not a known section", 0},
		{"empty", "", 1, "no section", 0},
		{"merge conflict", "GEM\n  specs:\n    gear (2.0.0)\n<<<<<<< HEAD\n", 4, "merge conflict", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, gemfilelock.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gemfilelock.New(), "Gemfile.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gemfilelock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gemfilelock.New(), "shared:gem-rubygems-org/Gemfile.lock")
}
