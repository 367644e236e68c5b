package debian

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
	feedtest.Golden(t, New(), "tracker")
}

// TestReal counts as the shared data's README does: 10,286 pairs in 166 source
// packages, which are 10,262 CVEs. One record of the first sample has a list where
// its releases should be.
func TestReal(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][4]int{ // records, entries, packages, skipped
		"tracker.json":          {10262, 10286, 166, 0},
		"tracker-sample-1.json": {6, 25, 5, 1},
		"tracker-sample-2.json": {3, 15, 1, 0},
		"DSA-sample.txt":        {10, 9, 8, 0},
	} {
		var got [4]int
		packages := map[string]bool{}
		each(t, feedtest.Shared(t, "debian/"+file), func(r feed.Record) {
			if r.Err != nil {
				got[3]++
				return
			}
			got[0]++
			got[1] += len(r.Advisory.Affected)
			for _, a := range r.Advisory.Affected {
				packages[a.Name] = true
			}
		})
		got[2] = len(packages)
		if got != want {
			t.Errorf("%s: %d, want %d", file, got, want)
		}
	}
}

func TestEcosystem(t *testing.T) {
	t.Parallel()
	for codename, want := range map[string]string{
		"bookworm": "Debian:12", "etch": "Debian:4", "sarge": "Debian:3.1", "woody": "Debian:3.0", "potato": "Debian:2.2",
		"sid": "Debian:sid", "zurg": "", "": "", "12": "", "pro": "", "bookworm:pro": "",
	} {
		if got := ecosystem(codename); got != want {
			t.Errorf("ecosystem(%q) = %q, want %q", codename, got, want)
		}
	}
}

func each(t *testing.T, path string, see func(feed.Record)) {
	t.Helper()
	sets, err := New().Sets(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		if _, err := set.Each(t.Context(), func(r feed.Record) error { see(r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":           "",
		"blank":           " \n",
		"no packages":     "{}",
		"cut":             `{"a":{"CVE-2020-0001":{"releases":{"book`,
		"cut between":     `{"a":{"CVE-2020-0001":{"releases":{}}},`,
		"a package twice": `{"a":{},"a":{}}`,
		"another file":    "<html></html>",
		"no list":         "[]\n",
		"a JSON list":     `[{"id":"CVE-2020-0001"}]`,
		"a line too long": "[" + strings.Repeat("x", maxLine),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "tracker.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			sets, err := New().Sets(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
				if r.Err == nil {
					t.Errorf("unexpected record %s", r.Entry)
				}
				return nil
			})
			if kind := errs.KindOf(err); kind != errs.Damaged && kind != errs.Invalid {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func FuzzSets(f *testing.F) {
	for _, name := range []string{"tracker.json", "DSA.list"} {
		data, err := os.ReadFile(filepath.Join("testdata/tracker", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	feedtest.Fuzz(f, New(), "tracker.json")
}
