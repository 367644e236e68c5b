package all

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
)

// TestFormatsDocument holds docs/formats.md to the registry. ASSAY_UPDATE=1
// rewrites it.
func TestFormatsDocument(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "docs", "formats.md")
	got := formatsDocument(Extractors())
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/formats.md is not what the registry says; ASSAY_UPDATE=1 writes it (-file +registry):\n%s", diff)
	}
}

const formatsHead = `# Formats

Written from the registry of extractors; a test fails when the two differ.

Each dependency is given with its line. "What it says" is what the file does for its project: a manifest declares, a lock
pins, requirements may do both, evidence is checked and gives no components. A dot means that the format, or its reader,
does not have it: scopes are then found by way of the manifest and the edges.

| format | files | ecosystem | what it says | edges | scopes | licences | hashes | checked on real files |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

func formatsDocument(extractors []extract.Extractor) string {
	formats := make([]extract.Format, len(extractors))
	for i, e := range extractors {
		formats[i] = e.Format()
	}
	slices.SortFunc(formats, func(a, b extract.Format) int {
		return strings.Compare(strings.ToLower(a.Ecosystem+"\x00"+a.Name), strings.ToLower(b.Ecosystem+"\x00"+b.Name))
	})
	var b strings.Builder
	b.WriteString(formatsHead)
	for _, f := range formats {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", f.Name, f.Files, f.Ecosystem, f.Role,
			mark(f.Edges), mark(f.Scopes), mark(f.Licences), mark(f.Hashes), yes(f.Real))
	}
	return b.String()
}

func mark(has bool) string {
	if has {
		return "yes"
	}
	return "·"
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// TestFormatsAreDistinct: names identify units, and a lock's manifests must be
// formats that are read.
func TestFormatsAreDistinct(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, e := range Extractors() {
		f := e.Format()
		if names[f.Name] || f.Name == "" || f.Files == "" || f.Ecosystem == "" || f.Role == "" {
			t.Errorf("%+v: incomplete, or its name is taken", f)
		}
		names[f.Name] = true
	}
	for _, e := range Extractors() {
		for _, m := range e.Format().Manifests {
			if !names[m] {
				t.Errorf("%s is paired with %q, which nobody reads", e.Format().Name, m)
			}
		}
	}
}
