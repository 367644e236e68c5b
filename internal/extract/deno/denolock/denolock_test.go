package denolock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/deno/denolock"
	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, denolock.New(), "v2.lock", "v3.lock", "v5.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, denolock.New(), map[string]bool{
		"deno.lock": true, "a/deno.lock": true, "deno.json": false, "mydeno.lock": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, denolock.New(), []extracttest.Fault{
		{Name: "truncated", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"version\": \"5\", \"npm\": {\n\"gauge@1.0.0\": {},"},
		{Name: "truncated within", Line: 2, Words: "ends too early", Keep: 1, Content: "{\"version\": \"5\", \"npm\": {\n\"gauge@1.0.0\": {\"dependencies\": [\"a\","},
		{Name: "twice", Line: 2, Words: "stands twice", Keep: 2, Content: "{\"version\": \"5\", \"npm\": {\"a@1\": {},\n\"a@1\": {}}}"},
		{Name: "specifier twice", Line: 2, Words: "stands twice", Content: "{\"version\": \"5\", \"specifiers\": {\"npm:a@1\": \"1\",\n\"npm:a@1\": \"1\"}}"},
		{Name: "no version", Line: 1, Words: "not a package", Content: `{"version": "5", "npm": {"gauge": {}}}`},
		{Name: "another version", Line: 1, Words: "not known", Content: `{"version": "99"}`},
		{Name: "version 1", Line: 1, Words: "no version", Content: `{"https://example.org/a.ts": "aa"}`},
		{Name: "array", Line: 1, Words: "not an object", Content: `[]`},
		{Name: "empty", Line: 1, Words: "too early", Content: ``},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, denolock.New(), "v5.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, denolock.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, denolock.New(), "v5.lock") }
