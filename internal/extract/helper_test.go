package extract_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/inventory"
)

// mapFS makes a tree of contents by path.
func mapFS(contents map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, content := range contents {
		tree[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return tree
}

// onDisk writes a tree to a new folder and returns the folder and its root.
func onDisk(t *testing.T, contents map[string]string) (string, fs.FS) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return dir, root.FS()
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// options are the real formats with the usual limits.
func options() extract.Options {
	return extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()}
}

func run(t *testing.T, tree fs.FS, o extract.Options) extract.Result {
	t.Helper()
	r, err := extract.Run(t.Context(), tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ledger writes the ledger, a line an entry.
func ledger(r extract.Result) string {
	var b strings.Builder
	for _, f := range r.Ledger {
		fmt.Fprintf(&b, "%s %s", f.Path, f.Status)
		if f.Line > 0 {
			fmt.Fprintf(&b, " line %d", f.Line)
		}
		if f.Reason != "" {
			fmt.Fprintf(&b, ": %s", f.Reason)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// units writes the inventory: each unit with its occurrences, sorted.
func units(r extract.Result) string {
	var b strings.Builder
	for _, u := range r.Inventory.Units {
		fmt.Fprintf(&b, "%s", u.ID)
		if len(u.Manifests) > 0 {
			fmt.Fprintf(&b, " with %s", strings.Join(u.Manifests, " "))
		}
		b.WriteByte('\n')
		var lines []string
		for _, o := range u.Occurrences {
			lines = append(lines, "  "+occurrence(r.Inventory.Components[o.Component], o)+"\n")
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	return b.String()
}

func occurrence(c inventory.Component, o inventory.Occurrence) string {
	words := []string{c.Name, c.Version}
	if c.Version == "" {
		words[1] = "?"
	}
	if c.Origin.Kind != "" {
		words = append(words, "from", string(c.Origin.Kind))
	}
	if o.Direct {
		words = append(words, "direct")
	}
	if o.Scope != "" {
		words = append(words, string(o.Scope))
	}
	if len(o.Declared) > 0 {
		words = append(words, fmt.Sprintf("%q", o.Declared))
	}
	return strings.Join(words, " ")
}

func same(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// fake is a format of *.fake files: each line is a package "name version"; the
// word "panic" panics, "fault" is a problem.
type fake struct {
	calls *atomic.Int64
	each  func() // called with each file
}

var _ extract.Extractor = fake{}

func (fake) Format() extract.Format {
	return extract.Format{Name: "fake", Ecosystem: "npm", Role: extract.Lock, Files: "*.fake"}
}

func (fake) Wants(name string) bool { return path.Ext(name) == ".fake" }

func (f fake) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	if f.calls != nil {
		f.calls.Add(1)
	}
	if f.each != nil {
		f.each()
	}
	file := extract.File{DirectKnown: true}
	for i, line := range strings.Split(strings.TrimSpace(string(in.Data)), "\n") {
		name, version, _ := strings.Cut(line, " ")
		switch name {
		case "panic":
			panic("at the\nmoment of " + version)
		case "fault":
			file.Fault(i+1, "faulty %s", version)
			continue
		}
		file.Packages = append(file.Packages, extract.Package{Name: name, Version: version, Line: i + 1})
	}
	return file, ctx.Err()
}

func fakeOptions(f fake) extract.Options {
	return extract.Options{Extractors: []extract.Extractor{f}, Limits: extract.DefaultLimits()}
}
