package vcpkgjson_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/vcpkg/vcpkgjson"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, vcpkgjson.New(), "vcpkg.json", "older.json")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, vcpkgjson.New(), map[string]bool{
		"vcpkg.json": true, "ports/a/vcpkg.json": true, "vcpkg-configuration.json": false, "myvcpkg.json": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, vcpkgjson.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"dependencies\": [\n\"gauge\","},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: "{\"dependencies\": [\"gauge\"],\n\"dependencies\": [\"hand\"]}"},
		{Name: "no name", Line: 1, Words: "no name", Content: `{"dependencies": [{"host": true}]}`},
		{Name: "another kind", Line: 1, Words: "not an array", Content: `{"dependencies": {"a": 1}}`},
		{Name: "empty override", Line: 1, Words: "without a name", Content: `{"overrides": [{"name": "a"}]}`},
		{
			Name: "override twice", Line: 1, Words: "stands twice",
			Content: `{"overrides": [{"name": "a", "version": "1"}, {"name": "a", "version": "2"}]}`,
		},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, vcpkgjson.New(), "vcpkg.json")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, vcpkgjson.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, vcpkgjson.New(), "vcpkg.json") }
