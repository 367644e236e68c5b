package pipfilelock

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Pipfile.lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Golden(t, New(), name)
		})
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Pipfile.lock":     true,
		"a/Pipfile.lock":   true,
		"Pipfile":          false,
		"Pipfile.lock.bak": false,
	} {
		if got := New().Wants(name); got != want {
			t.Errorf("Wants(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		line          int
		words         string
		keep          int
	}{
		{"truncated", "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"},\n\"beacon\": {\"vers", 3, "ends too early", 1},
		{"duplicate", "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"},\n\"anchor\": {\"version\": \"==1.1\"}}}", 3, "\"anchor\" is listed twice", 2},
		{"duplicate category", "{\"default\": {\n\"anchor\": {\"version\": \"==1.0\"}},\n\"default\": {\"beacon\": {}}}", 3, "\"default\" is listed twice", 2},
		{"wrong type at top", "[\"anchor\"]", 1, "no object", 0},
		{"wrong type of a category", "{\"default\": {\"anchor\": {}},\n\"develop\": []}", 2, "\"develop\" is no object", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			extracttest.FailsAt(t, New(), c.content, c.line, c.words, c.keep)
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, New(), "Pipfile.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, New(), "shared:pipenv-pipenv/Pipfile.lock") }
