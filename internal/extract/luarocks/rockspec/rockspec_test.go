package rockspec_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/luarocks/rockspec"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, rockspec.New(), "clock-1.0-1.rockspec")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, rockspec.New(), map[string]bool{
		"clock-1.0-1.rockspec": true, "a/clock-scm-0.rockspec": true, "clock.rock": false, "rockspec": false,
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const head = "package = \"clock\"\ndependencies = {\n\"gauge\",\n"
	extracttest.Faults(t, rockspec.New(), []extracttest.Fault{
		{Name: "truncated", Line: 4, Words: "a string does not end", Keep: 1, Content: head + "\"need"},
		{Name: "truncated table", Line: 2, Words: "a table does not end", Keep: 1, Content: head},
		{Name: "another table", Line: 2, Words: "a table does not end", Content: "package = \"a\"\nbuild = {"},
		{Name: "twice", Line: 5, Words: "stands twice", Keep: 2, Content: head + "}\ndependencies = { \"needle\" }\n"},
		{Name: "no name", Line: 4, Words: "names no package", Keep: 1, Content: head + "\">= 1\"}\n"},
		{Name: "another file", Line: 1, Words: "names no package", Content: "x = 1"},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, rockspec.New(), "clock-1.0-1.rockspec")
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, rockspec.New()) }

func BenchmarkExtract(b *testing.B) { extracttest.Bench(b, rockspec.New(), "clock-1.0-1.rockspec") }
