package bitnami

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "feed")
}

func TestNothingToRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Sets(dir); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a folder of another kind: %v", err)
	}
}

// TestReal reads the database as it is published.
func TestReal(t *testing.T) {
	t.Parallel()
	const want = 7444 // in the data's README
	sets, err := New().Sets(feedtest.Shared(t, "osv/Bitnami.zip"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
		if r.Err != nil || r.Provider != "BIT" {
			t.Errorf("%s: of %s: %v", r.Entry, r.Provider, r.Err)
		}
		n++
		return nil
	})
	if err != nil || n != want {
		t.Errorf("%d records, want %d: %v", n, want, err)
	}
}

func FuzzSets(f *testing.F) {
	seed, err := os.ReadFile(filepath.FromSlash("testdata/feed/data/frob/BIT-frob-2024-10001.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	feedtest.Fuzz(f, New(), "BIT-frob-2024-10001.json")
}
