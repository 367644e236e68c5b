package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/store"
)

// TestClean: only what a release says nothing of is left out, and only for that
// release.
func TestClean(t *testing.T) {
	t.Parallel()
	var c clean
	c.add([]int64{1, 2, 3, 4}, store.Matched{
		Release:    7,
		Findings:   map[int64][]store.ComponentFinding{2: {{Vulnerability: "CVE-2026-1"}}},
		Uncompared: map[int64][]store.Uncompared{3: {{Reason: "no version"}}},
	})
	c.add([]int64{2, 3}, store.Matched{Release: 6}) // of a scan that began before
	for _, test := range []struct {
		release int64
		want    []int64
	}{{7, []int64{2, 3, 5}}, {8, []int64{1, 2, 3, 4, 5}}, {6, []int64{1, 2, 3, 4, 5}}} {
		if diff := cmp.Diff(test.want, c.others(test.release, []int64{1, 2, 3, 4, 5})); diff != "" {
			t.Errorf("release %d: mismatch (-want +got):\n%s", test.release, diff)
		}
	}
	c.add([]int64{2}, store.Matched{Release: 8})
	if diff := cmp.Diff([]int64{1}, c.others(8, []int64{1, 2})); diff != "" {
		t.Errorf("the next release: mismatch (-want +got):\n%s", diff)
	}
}
