package build

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// TestFrames: compressed blobs say what plain ones do, and take less room.
func TestFrames(t *testing.T) {
	t.Parallel()
	var texts []string
	for i := range 500 {
		texts = append(texts, fmt.Sprintf(`{"id":"A-%d","summary":"A crafted list number %d makes the folding function run code","affected":[%s]}`, i, i*7, in("npm", fmt.Sprint("p", i), "0", "1.0.0")))
	}
	all := set(t, "all", texts...)
	contents := map[int]string{}
	sizes := map[int]int{}
	for _, from := range []int{1, 1 << 30} {
		file := filepath.Join(t.TempDir(), "a.db")
		report, err := Run(t.Context(), file, []feed.Set{all}, Options{Built: built, FramesFrom: from}, Limits{}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		contents[from] = report.Metadata.Digest
		db, err := vulndb.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		details, err := db.Details(context.Background(), []int64{1, 500})
		if err != nil || details[500].Summary != "A crafted list number 3493 makes the folding function run code" {
			t.Errorf("%v, %+v", err, details)
		}
		for _, row := range query(t, file, `select coalesce(sum(length(value)), 0) from blobs`) {
			n := 0
			if _, err := fmt.Sscan(row, &n); err != nil {
				t.Fatal(err)
			}
			sizes[from] = n
		}
	}
	if contents[1] != contents[1<<30] {
		t.Errorf("the digests are %v", contents)
	}
	if sizes[1] >= sizes[1<<30]/2 {
		t.Errorf("the blobs take %d bytes in frames, %d without", sizes[1], sizes[1<<30])
	}
}
