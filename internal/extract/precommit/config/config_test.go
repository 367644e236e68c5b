package config_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/precommit/config"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, config.New(), "anchors.yaml", "config.yaml", "older.yaml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, config.New(), map[string]bool{
		".pre-commit-config.yaml": true, "a/.pre-commit-config.yml": true, ".pre-commit-hooks.yaml": false, "pre-commit-config.yaml": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "repos:\n- repo: https://github.com/dials/hooks\n  rev: v1\n"
	extracttest.Faults(t, config.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "YAML", Content: head + "- repo: \"https:"},
		{Name: "no revision", Line: 4, Words: "no revision", Keep: 2, Content: head + "- repo: https://github.com/dials/more\n"},
		{Name: "no repository", Line: 4, Words: "names no repository", Keep: 1, Content: head + "- rev: v1\n"},
		{Name: "twice", Line: 4, Words: "stands twice", Keep: 1, Content: head + "  rev: v2\n"},
		{Name: "another kind", Line: 1, Words: "no list", Content: "repos: 3\n"},
		{Name: "empty", Line: 1, Words: "no list", Content: ""},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, config.New(), "config.yaml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, config.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, config.New(), "config.yaml") }
