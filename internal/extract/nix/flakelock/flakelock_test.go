package flakelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/nix/flakelock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, flakelock.New(), "flake.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, flakelock.New(), map[string]bool{
		"flake.lock": true, "a/flake.lock": true, "flake.nix": false, "snowflake.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = `"gauge": {"locked": {"type": "github", "owner": "a", "repo": "b", "rev": "c"}}`
	extracttest.Faults(t, flakelock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"nodes\": {\n" + gauge + ","},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 1, Content: "{\"nodes\": {" + gauge + ",\n" + gauge + ", \"root\": {}}}"},
		{Name: "no root", Line: 1, Words: "not among the nodes", Keep: 1, Content: `{"nodes": {` + gauge + `}}`},
		{Name: "unknown kind", Line: 1, Words: "nothing that is known", Content: `{"nodes": {"a": {"locked": {"type": "moon"}}, "root": {}}}`},
		{Name: "another version", Line: 1, Words: "not known", Content: `{"nodes": {"root": {}}, "version": 99}`},
		{Name: "another kind", Line: 1, Words: "not an object", Content: `{"nodes": []}`},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, flakelock.New(), "flake.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, flakelock.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, flakelock.New(), "flake.lock") }
