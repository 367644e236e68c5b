package modulelock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/bazel/modulelock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, modulelock.New(), "files.lock", "graph.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, modulelock.New(), map[string]bool{
		"MODULE.bazel.lock": true, "a/MODULE.bazel.lock": true, "MODULE.bazel": false, "xMODULE.bazel.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const gauge = `"https://registry.example.org/modules/gauge/1.2.0/source.json": "aa"`
	extracttest.Faults(t, modulelock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"registryFileHashes\": {\n" + gauge + ","},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: "{\"registryFileHashes\": {" + gauge + ",\n" + gauge + "}}"},
		{
			Name: "key twice", Line: 2, Words: "stands twice", Keep: 1,
			Content: "{\"registryFileHashes\": {" + gauge + "},\n\"registryFileHashes\": {}}",
		},
		{Name: "another kind", Line: 1, Words: "not an object", Content: `{"moduleDepGraph": []}`},
		{Name: "module without a name", Line: 1, Words: "no name", Content: `{"moduleDepGraph": {"a@1": {}}}`},
		{Name: "nothing", Line: 1, Words: "neither", Content: `{}`},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, modulelock.New(), "graph.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, modulelock.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, modulelock.New(), "graph.lock") }
