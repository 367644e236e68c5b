package opamfile_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/opam/opamfile"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, opamfile.New(), "clock.opam")
	extracttest.Goldens(t, opamfile.NewLocked(), "clock.opam.locked")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, opamfile.New(), map[string]bool{
		"opam": true, "packages/clock/opam": true, "clock.opam": true, "clock.opam.template": false, "myopam": false, "opam/x": false,
		"clock.opam.locked": false,
	})
	extracttest.Wants(t, opamfile.NewLocked(), map[string]bool{
		"opam.locked": true, "a/clock.opam.locked": true, "clock.opam": false, "clock.locked": false, "myopam.locked": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "opam-version: \"2.0\"\ndepends: [\n\"gauge\"\n"
	extracttest.Faults(t, opamfile.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "a string does not end", Keep: 1, Content: head + "\"need"},
		{Name: "truncated list", Line: 2, Words: "a list does not end", Keep: 1, Content: head},
		{Name: "truncated filter", Line: 2, Words: "a list does not end", Keep: 1, Content: head + "{>= "},
		{Name: "truncated section", Line: 2, Words: "does not end", Content: "opam-version: \"2.0\"\nurl {"},
		{Name: "twice", Line: 5, Words: "stands twice", Keep: 2, Content: head + "]\ndepends: [\"needle\"]\n"},
		{Name: "another kind", Line: 2, Words: "not a package", Content: "opam-version: \"2.0\"\ndepends: true\n"},
		{Name: "no name", Line: 2, Words: "without a name", Content: "opam-version: \"2.0\"\ndepends: [\"\"]\n"},
		{Name: "another file", Line: 1, Words: "no opam-version", Content: "{}"},
	})
}

func TestFaultsOfLocks(t *testing.T) {
	t.Parallel()
	const head = "opam-version: \"2.0\"\ndepends: [\n\"gauge\" {= \"1.0\"}\n"
	extracttest.Faults(t, opamfile.NewLocked(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "a string does not end", Keep: 1, Content: head + "\"need"},
		{Name: "truncated list", Line: 2, Words: "a list does not end", Keep: 1, Content: head},
		{Name: "a package twice", Line: 4, Words: "stands twice", Keep: 1, Content: head + "\"gauge\" {= \"1.1\"}]\n"},
		{Name: "another file", Line: 1, Words: "no opam-version", Content: "{}"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, opamfile.New(), "clock.opam")
	extracttest.Hostile(t, opamfile.NewLocked(), "clock.opam.locked")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, opamfile.New()) }

func FuzzLocked(f *testing.F) { extracttest.Fuzz(f, opamfile.NewLocked()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, opamfile.New(), "clock.opam") }
