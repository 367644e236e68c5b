package stacklock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/haskell/stacklock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, stacklock.New(), "stack.yaml.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, stacklock.New(), map[string]bool{
		"stack.yaml.lock": true, "a/b/stack.yaml.lock": true, "stack-ghc9.yaml.lock": true, "mystack.yaml.lock": false, "stack.yaml": false, "stack.yaml.lock/x": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, stacklock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 5, Words: "not YAML", Keep: 1,
			Content: "packages:\n- completed:\n    hackage: a-1.0\n- completed:\n    hackage: \"b-1"},
		{Name: "a package twice", Line: 4, Words: "stands twice", Keep: 2,
			Content: "packages:\n- completed:\n    hackage: a-1.0\n- completed:\n    hackage: a-1.0\n"},
		{Name: "a key twice", Line: 3, Words: "stands twice",
			Content: "snapshots: []\npackages: []\npackages: []\n"},
		{Name: "wrong type", Line: 1, Words: "not a mapping", Content: "- a\n"},
		{Name: "another file", Line: 1, Words: "no list", Content: "a: b\n"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, stacklock.New(), "stack.yaml.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, stacklock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, stacklock.New(), "shared:haskell-postgrest/stack.yaml.lock")
}
