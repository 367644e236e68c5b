package pylock_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/pypi/pylock"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pylock.New(), "pylock.toml", "pylock.plain.toml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pylock.New(), map[string]bool{
		"pylock.toml":     true,
		"a/pylock.toml":   true,
		"pylock.dev.toml": true,
		"pylock..toml":    false,
		"pylock.a.b.toml": false,
		"mypylock.toml":   false,
		"pylock.txt":      false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pylock.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 6, Words: "not valid TOML", Keep: 1,
			Content: "[[packages]]\nname = \"anchor\"\nversion = \"1.0\"\n\n[[packages]]\nname = \"bea",
		},
		{
			Name: "duplicate", Line: 4, Words: "\"version\" is defined twice", Keep: 1,
			Content: "[[packages]]\nname = \"anchor\"\nversion = \"1.0\"\nversion = \"1.1\"\n",
		},
		{
			Name: "wrong type at top", Line: 1, Words: "no array of tables",
			Content: "packages = \"anchor\"\n",
		},
		{
			Name: "empty", Line: 1, Words: "no \"lock-version\"",
			Content: "",
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pylock.New(), "pylock.toml")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pylock.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pylock.New(), "shared:pylock-pipenv/pylock.toml")
}
