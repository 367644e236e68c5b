package gomod_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/golang/gomod"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"full.mod", "old.mod", "language.mod", "gocommand.mod", "faults.mod"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, gomod.New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want bool
	}{
		{"go.mod", true},
		{"a/b/go.mod", true},
		{"mygo.mod", false},
		{"go.mod.bak", false},
		{"go.mod/x", false},
	}
	for _, tt := range tests {
		if got := gomod.New().Wants(tt.path); got != tt.want {
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
		{"truncated in a block", "module m\ngo 1.21\nrequire (\n\ta.example/b v1.0.0\n\ta.exam", 5, "has no end", 2},
		{"repeated module", "module m\ngo 1.21\nmodule n\n", 3, "stands twice", 1},
		{"another syntax", "{\"module\": \"m\"}", 1, "unknown directive", 0},
		{"empty", "", 1, "no module directive", 0},
		{"a branch", "module m\ngo 1.20\nrequire a.example/b main\n", 3, "\"main\" is not a version", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, gomod.New(), tt.content, tt.line, tt.words, tt.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, gomod.New(), "full.mod")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, gomod.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, gomod.New(), "shared:go-guac/go.mod")
}
