package ghsa

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "feed")
}

// TestCut: what stands before the cut is read, and the set says that it is cut.
func TestCut(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "cut.json")
}

func TestNothingToRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		kind       errs.Kind
	}{
		{"index.html", "<html>", errs.Invalid},
		{"empty.json", "", errs.Damaged},
		{"text.json", "<html>not found</html>", errs.Damaged},
		{"number.json", " 404", errs.Damaged},
		{"cut.json", "[{", errs.Damaged},
	}
	for _, test := range tests {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, test.name), []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		sets, err := New().Sets(dir)
		if err == nil {
			_, err = sets[0].Each(t.Context(), func(feed.Record) error { return nil })
		}
		if errs.KindOf(err) != test.kind {
			t.Errorf("%s: %v of the kind %v, want %v", test.name, err, errs.KindOf(err), test.kind)
		}
	}
}

// TestRefusal: what the interface answers instead of a page is no record.
func TestRefusal(t *testing.T) {
	t.Parallel()
	r := record("page.json", []byte(`{"message":"rate limit exceeded"}`))
	if r.Err == nil || !strings.Contains(r.Err.Error(), "no id") {
		t.Errorf("got %v", r.Err)
	}
}

// TestReal reads GitHub's records as OSV hands them on.
func TestReal(t *testing.T) {
	t.Parallel()
	sets, err := New().Sets(feedtest.Shared(t, "osv/GitHub Actions.zip"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Entry, r.Err)
		}
		n++
		return nil
	})
	if err != nil || n != 7 {
		t.Errorf("%d records, want 7: %v", n, err)
	}
}

func FuzzSets(f *testing.F) {
	for _, name := range []string{"pages/1.json", "advisories/github-reviewed/2024/03/GHSA-aaaa-bbbb-cccc/GHSA-aaaa-bbbb-cccc.json"} {
		seed, err := os.ReadFile(filepath.FromSlash("testdata/feed/" + name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	feedtest.Fuzz(f, New(), "page.json")
}
