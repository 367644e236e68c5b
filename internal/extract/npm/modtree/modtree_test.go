package modtree

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

const (
	a = int32(iota)
	b
	c
	packages
	up
)

func TestFind(t *testing.T) {
	t.Parallel()
	tree := New()
	inA := tree.Module(Root, a)
	inAB := tree.Module(inA, b)
	folder := tree.Folder(tree.Folder(Root, packages), c)
	outside := tree.Outside(Root, up)
	beside := tree.Folder(outside, c)
	for n, value := range map[Node]int{
		inA: 10, inAB: 11, tree.Module(Root, b): 12, tree.Module(folder, a): 13, tree.Module(outside, b): 14, folder: 15,
	} {
		tree.Set(n, value)
	}
	tree.Module(inAB, a) // a place without a value
	for _, tt := range []struct {
		name string
		from Node
		ask  int32
		want int
	}{
		{"at the top", Root, a, 10},
		{"nearest", inA, b, 11},
		{"itself", inA, a, 10},
		{"over a place without a value", inAB, a, 10},
		{"from a folder", folder, a, 13},
		{"from a folder upwards", folder, b, 12},
		{"a folder is no module", Root, packages, -1},
		{"nothing", inAB, c, -1},
		{"outside", beside, b, 14},
		{"outside does not see inside", beside, a, -1},
		{"from nowhere", None, a, -1},
	} {
		if got := tree.Find(tt.from, tt.ask); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
	if tree.Nested(inA) || !tree.Nested(inAB) {
		t.Error("only the second of two is nested")
	}
	if !tree.Mark(inA) || tree.Mark(inA) {
		t.Error("a node is marked for the first time once")
	}
	if tree.Value(None) != -1 || tree.Value(Root) != -1 || tree.Value(inA) != 10 {
		t.Error("values are not what was set")
	}
}

func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	tree, at, depth := New(), Root, 0
	for ; at != None && depth < 10_000; depth++ {
		at = tree.Module(at, a)
	}
	if at != None || depth < 50 {
		t.Errorf("ended at depth %d", depth)
	}
	if tree.Module(None, a) != None {
		t.Error("nothing is in no place")
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	edges := NewEdges(3, 4)
	for _, e := range [][2]int{{0, 1}, {0, 1}, {0, 0}, {-1, 1}, {0, -1}, {0, 2}, {1, 2}, {1, 0}} {
		edges.Add(e[0], e[1])
	}
	want := []inventory.Edge{{From: 0, To: 1}, {From: 0, To: 2}, {From: 1, To: 2}, {From: 1, To: 0}}
	if diff := cmp.Diff(want, edges.List()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestDirect(t *testing.T) {
	t.Parallel()
	list := make([]extract.Package, 2)
	direct := NewDirect(list)
	direct.Mark(1, "^1")
	direct.Mark(1, "^2")
	direct.Mark(1, "^1")
	want := []extract.Package{{}, {Direct: true, Declared: []string{"^1", "^2"}}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
