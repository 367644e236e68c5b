package gowork_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gowork"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"full.work"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, gowork.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"go.work", true},
		{"a/b/go.work", true},
		{"mygo.work", false},
		{"go.work.bak", false},
		{"go.work/x", false},
	}
	for _, tt := range tests {
		if got := gowork.New().Wants(tt.path); got != tt.want {
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
		{"truncated in a block", "go 1.23\nuse (\n\t./a\n", 3, "has no end", 0},
		{"another syntax", "[workspace]\n", 1, "unknown directive", 0},
		{"use without a folder", "use\n", 1, "needs one folder", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, gowork.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gowork.New(), "full.work")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gowork.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gowork.New(), "full.work")
}
