package conanlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/conan/conanlock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, conanlock.New(), "v1.lock", "v2.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, conanlock.New(), map[string]bool{
		"conan.lock": true, "a/conan.lock": true, "conanfile.txt": false, "myconan.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, conanlock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"requires\": [\n\"gauge/1.0\","},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 1, Content: "{\"requires\": [\"gauge/1.0\",\n\"gauge/1.0\"]}"},
		{Name: "no reference", Line: 1, Words: "not a reference", Content: `{"requires": ["gauge"]}`},
		{Name: "list of another kind", Line: 1, Words: "not an array", Content: `{"requires": {}, "build_requires": []}`},
		{
			Name: "node twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"graph_lock\": {\"nodes\": {\n\"1\": {\"ref\": \"gauge/1.0\"},\n\"1\": {\"ref\": \"needle/1.0\"}}}}",
		},
		{Name: "node without a reference", Line: 1, Words: "no reference", Content: `{"graph_lock": {"nodes": {"1": {}}}}`},
		{Name: "nothing locked", Line: 1, Words: "neither", Content: `{"version": "0.5"}`},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, conanlock.New(), "v1.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, conanlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, conanlock.New(), "shared:conan-nmos/conan.lock")
}
