package composerlock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/packagist/composerlock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, composerlock.New(), "composer.lock", "faults.lock")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, composerlock.New(), map[string]bool{
		"composer.lock":     true,
		"a/b/composer.lock": true,
		"mycomposer.lock":   false,
		"composer.lock.bak": false,
		"composer.lock/x":   false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, composerlock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "ends too early", Keep: 1,
			Content: "{\"packages\": [\n{\"name\": \"a/b\", \"version\": \"1.0\"},\n{\"name\": \"a/c\", \"ver",
		},
		{
			Name: "the same package twice", Line: 3, Words: "stands twice", Keep: 2,
			Content: "{\"packages\": [\n{\"name\": \"a/b\", \"version\": \"1.0\"},\n{\"name\": \"A/b\", \"version\": \"1.1\"}]}",
		},
		{
			Name: "wrong type", Line: 1, Words: "not a JSON object",
			Content: "[1]",
		},
		{
			Name: "no packages", Line: 2, Words: "no list",
			Content: "{\n}",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, composerlock.New(), "composer.lock")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, composerlock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, composerlock.New(), "shared:composer-bookstack/composer.lock")
}
