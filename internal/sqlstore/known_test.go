package sqlstore

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKnown: what was added is found, and the memory is bounded.
func TestKnownComponents(t *testing.T) {
	t.Parallel()
	var none *known[string]
	none.add(map[string]int64{"a": 1})
	if ids, others := none.of([]string{"a"}); len(ids) != 0 || len(others) != 1 {
		t.Errorf("without a memory: got %v and %v", ids, others)
	}
	var k known[string]
	k.add(map[string]int64{"a": 1, "b": 2})
	ids, others := k.of([]string{"b", "c", "a"})
	if diff := cmp.Diff(map[string]int64{"a": 1, "b": 2}, ids); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"c"}, others); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	many := map[string]int64{}
	for i := range knownLimit {
		many[fmt.Sprint(i)] = int64(i)
	}
	k.add(many)
	if _, others := k.of([]string{"a", "7"}); len(others) != 1 || len(k.ids) > knownLimit {
		t.Errorf("%d are remembered, not %v", len(k.ids), others)
	}
}
