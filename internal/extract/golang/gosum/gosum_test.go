package gosum_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gosum"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"full.sum", "faults.sum"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, gosum.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"go.sum", true},
		{"a/b/go.sum", true},
		{"mygo.sum", false},
		{"go.sum.bak", false},
		{"go.sum/x", false},
	}
	for _, tt := range tests {
		if got := gosum.New().Wants(tt.path); got != tt.want {
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
		{"truncated", "a.example/b v1.0.0 h1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\na.example/b v1.0.0/go.mod h1:AAE", 2, "not a hash", 0},
		{"another syntax", "{\"a\": 1}", 1, "not a module", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, gosum.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gosum.New(), "full.sum")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gosum.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gosum.New(), "shared:go-guac/go.sum")
}
