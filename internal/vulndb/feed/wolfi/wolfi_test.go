package wolfi

import (
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "security.json")
}

// TestReal: the file has the content of the real advisories, put into the layout
// of the database. The counts are those of a few lines of script over it.
func TestReal(t *testing.T) {
	t.Parallel()
	sets, err := New().Sets(feedtest.Shared(t, "secdb/wolfi/security.json"))
	if err != nil {
		t.Fatal(err)
	}
	records, entries, never := 0, 0, 0
	_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Entry, r.Err)
		}
		records++
		entries += len(r.Advisory.Affected)
		for _, a := range r.Advisory.Affected {
			if a.Unaffected {
				never++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if records != 4049 || entries != 31939 || never != 4011 {
		t.Errorf("%d records with %d entries, %d of them unaffected; want 4049, 31939, 4011", records, entries, never)
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "security.json") }
