package pnpmlock

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract/extracttest"
)

// compareReaders checks that what the line reader reads of a text that is good
// YAML is what a YAML parser reads.
func compareReaders(t *testing.T, data []byte) {
	t.Helper()
	if strings.Contains(string(data), "=======") || strings.Contains(string(data), "<<<<<<<") ||
		strings.Contains(string(data), ">>>>>>>") || strings.Contains(string(data), "|||||||") {
		return // what only the line reader sees
	}
	own, tree := newBuilder(len(data)), newBuilder(len(data))
	if readLines(context.Background(), string(data), own) != nil || readTree(data, tree) != nil {
		return
	}
	want := extracttest.Render(tree.finish(true), nil)
	if diff := cmp.Diff(want, extracttest.Render(own.finish(true), nil)); diff != "" {
		t.Errorf("mismatch (-tree +lines):\n%s", diff)
	}
}

func TestReadersAgree(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, fixture := range []string{"pnpm-v5-vue-core", "pnpm-v6-vue-core", "pnpm-v9-vue-core", "pnpm-v9-memos"} {
		t.Run(fixture, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(extracttest.Fixture(t, fixture+"/pnpm-lock.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			compareReaders(t, data)
		})
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		compareReaders(t, data)
	}
}

// FuzzReaders looks for texts that the line reader misreads.
func FuzzReaders(f *testing.F) {
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{
		"packages:\n  a@1:\n    resolution: {integrity: x y, tarball: 'a''b'}\n    deprecated: >-\n      a: b\n    version: 1 # c\n",
		"packages:\n  a@1:\n    cpu:\n    - x: 1\n      y: 2\n    version: \"1\\t2\"\n  ? b@1\n  : version: 3\n",
		"packages:\n  a@1: {version: 1.0.0, name: null}\n  b@1:\n  c@1: {}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { compareReaders(t, data) })
}
