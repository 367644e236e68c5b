package extract_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/inventory"
)

// Where a manifest asks for something else than its lock has, the unit says so;
// what is no range of versions cannot disagree.
func TestDrift(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"package.json": {Data: []byte(`{"name": "app", "dependencies": {
  "kept": "^1.0.0",
  "moved": "^2.0.0",
  "lost": "~3.1",
  "forked": "git+https://git.example.org/forked.git",
  "tagged": "latest"
}, "peerDependencies": {"host": ">=1"}}`)},
		"package-lock.json": {Data: []byte(`{"name": "app", "lockfileVersion": 3, "packages": {
  "": {"name": "app", "dependencies": {"kept": "^1.0.0", "moved": "^1.0.0"}},
  "node_modules/kept": {"version": "1.9.0"},
  "node_modules/moved": {"version": "1.4.0"},
  "node_modules/forked": {"version": "0.1.0", "resolved": "git+https://git.example.org/forked.git#0123456789012345678901234567890123456789"},
  "node_modules/tagged": {"version": "5.0.0"}
}}`)},
	}
	read, err := extract.Run(t.Context(), tree, extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	want := []inventory.Drift{
		{Name: "moved", Declared: "^2.0.0", Path: "package.json", Line: 3, Locked: []string{"1.4.0"}},
		{Name: "lost", Declared: "~3.1", Path: "package.json", Line: 4},
	}
	if diff := cmp.Diff(want, read.Inventory.Units[0].Drift); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
