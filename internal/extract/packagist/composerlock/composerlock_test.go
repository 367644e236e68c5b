package composerlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/packagist/composerlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"composer.lock", "faults.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, composerlock.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"composer.lock", true},
		{"a/b/composer.lock", true},
		{"mycomposer.lock", false},
		{"composer.lock.bak", false},
		{"composer.lock/x", false},
	}
	for _, tt := range tests {
		if got := composerlock.New().Wants(tt.path); got != tt.want {
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
		{"truncated", "{\"packages\": [\n{\"name\": \"a/b\", \"version\": \"1.0\"},\n{\"name\": \"a/c\", \"ver", 3, "ends too early", 1},
		{"the same package twice", "{\"packages\": [\n{\"name\": \"a/b\", \"version\": \"1.0\"},\n{\"name\": \"A/b\", \"version\": \"1.1\"}]}", 3, "stands twice", 2},
		{"wrong type", "[1]", 1, "not a JSON object", 0},
		{"no packages", "{\n}", 2, "no list", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, composerlock.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, composerlock.New(), "composer.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, composerlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, composerlock.New(), "shared:composer-bookstack/composer.lock")
}
