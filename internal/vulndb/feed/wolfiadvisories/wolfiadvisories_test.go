package wolfiadvisories

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "advisories")
}

// TestReal: the shared data's README counts 1,278 files; what their last events
// are was counted with a few lines of script.
func TestReal(t *testing.T) {
	t.Parallel()
	sets, err := New().Sets(feedtest.Shared(t, "secdb/wolfi/advisories.zip"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	ids, packages := map[string]bool{}, map[string]bool{}
	_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Entry, r.Err)
			return nil
		}
		a := r.Advisory.Affected[0]
		ids[r.Advisory.ID], packages[a.Name] = true, true
		switch {
		case a.Unaffected:
			got["unaffected"]++
		case r.Advisory.Status == advisory.Analyzing:
			got["analyzing"]++
		default:
			got[string(a.Fix.State)]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got["ids"], got["packages"] = len(ids), len(packages)
	want := map[string]int{
		"ids": 20770, "packages": 1278, "fixed": 14627, "unaffected": 2049, "not-fixed": 645, "wont-fix": 151, "analyzing": 3298,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func FuzzSets(f *testing.F) {
	data, err := os.ReadFile("testdata/advisories/teapot.advisories.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	feedtest.Fuzz(f, New(), "teapot.advisories.yaml")
}
