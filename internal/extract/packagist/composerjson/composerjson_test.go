package composerjson_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/packagist/composerjson"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"composer.json", "named.json", "faults.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, composerjson.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"composer.json", true},
		{"a/b/composer.json", true},
		{"mycomposer.json", false},
		{"composer.json.bak", false},
		{"composer.json/x", false},
	}
	for _, tt := range tests {
		if got := composerjson.New().Wants(tt.path); got != tt.want {
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
		{"truncated", "{\"require\": {\n\"a/b\": \"^1\",\n\"a/c\": \"^", 3, "ends too early", 1},
		{"a key twice", "{\"require\": {\n\"a/b\": \"^1\",\n\"a/b\": \"^2\"}}", 3, "stands twice", 2},
		{"wrong type", "\"text\"", 1, "not a JSON object", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, composerjson.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, composerjson.New(), "composer.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, composerjson.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, composerjson.New(), "shared:composer-bookstack/composer.json")
}
