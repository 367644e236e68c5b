package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShortest(t *testing.T) {
	t.Parallel()
	// 0 and 1 are roots; 2 is reached from 1 at once and from 0 by way of 3; 4 and
	// 5 are a cycle below 2; 6 is reached by nobody.
	to := [][]int{{3}, {2}, {4}, {2}, {5}, {4}, {0}}
	tree := Shortest(7, []int{0, 1}, to)
	for node, want := range map[int][]int{0: {0}, 2: {1, 2}, 3: {0, 3}, 5: {1, 2, 4, 5}, 6: nil} {
		if diff := cmp.Diff(want, tree.Path(node)); diff != "" {
			t.Errorf("path to %d: mismatch (-want +got):\n%s", node, diff)
		}
	}
	if got := tree.Depth(5); got != 3 {
		t.Errorf("depth of 5 is %d, want 3", got)
	}
	if got := tree.Depth(6); got != -1 {
		t.Errorf("depth of 6 is %d, want -1", got)
	}
}
