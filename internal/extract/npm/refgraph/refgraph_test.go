package refgraph

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

func TestGraph(t *testing.T) {
	t.Parallel()
	g := New(4)
	kite, wind, gone, local := Ref{"kite", "^1"}, Ref{"wind", "^2"}, Ref{"gone", "1"}, Ref{"local", "*"}
	g.Depend(0, wind)
	g.Depend(0, gone)
	g.Depend(0, local)
	if g.Define(kite, 0) || g.Define(wind, 1) || g.Define(local, Nothing) {
		t.Error("first definition reported as a second one")
	}
	if !g.Define(local, Nothing) || !g.Define(wind, 1) {
		t.Error("second definition not reported")
	}
	g.Depend(1, kite)
	g.Depend(0, wind)
	want := []inventory.Edge{{From: 0, To: 1}, {From: 1, To: 0}}
	if diff := cmp.Diff(want, g.Edges()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		ref     Ref
		pkg     int
		defined bool
	}{{kite, 0, true}, {gone, Nothing, false}, {local, Nothing, true}, {Ref{"never", ""}, Nothing, false}} {
		if pkg, defined := g.Find(test.ref); pkg != test.pkg || defined != test.defined {
			t.Errorf("%v: got %d, %t", test.ref, pkg, defined)
		}
	}
}

func TestFillByName(t *testing.T) {
	t.Parallel()
	g := New(4)
	g.Define(Ref{"one", "^1"}, 0)
	g.Define(Ref{"one", "^1.2"}, 0)
	g.Define(Ref{"two", "^1"}, 1)
	g.Define(Ref{"two", "^2"}, 2)
	g.Define(Ref{"local", "a"}, Nothing)
	names := []string{"one", "two", "local", "none"}
	for _, name := range names {
		g.Depend(3, Ref{name, "*"})
	}
	g.FillByName()
	want := map[string]int{"one": 0, "two": Nothing, "local": Nothing, "none": Nothing}
	got := map[string]int{}
	for _, name := range names {
		got[name], _ = g.Find(Ref{name, "*"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	var names Names
	for range 2 { // the second time after a reset
		for _, test := range []struct {
			name  string
			again bool
		}{{"b", false}, {"c", false}, {"c", true}, {"a", false}, {"b", true}, {"d", false}, {"a", true}, {"d", true}} {
			if again := names.Add(test.name); again != test.again {
				t.Errorf("%s: got %t", test.name, again)
			}
		}
		names.Reset()
	}
}
