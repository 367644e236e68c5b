package lockgraph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

func graph(packages ...string) *Graph {
	g := &Graph{}
	for _, p := range packages {
		name, version, _ := strings.Cut(p, " ")
		g.Add(extract.Package{Name: name, Version: version})
	}
	return g
}

func TestResolve(t *testing.T) {
	t.Parallel()
	g := graph("single 1.0", "Many_Of.It 1.26.0", "many-of-it 2.1.0", "many.of.it 3.0rc1", "odd weird", "odd 1.0")
	for _, c := range []struct {
		name, specifier string
		want            []int
	}{
		{"absent", "", nil},
		{"Single", ">=2", []int{0}}, // the lock has nothing else to offer
		{"many-of-it", "", []int{1, 2, 3}},
		{"many-of-it", "*", []int{1, 2, 3}},
		{"many-of-it", "<2", []int{1}},
		{"many-of-it", "==2.*", []int{2}},
		{"many-of-it", "<2 || >=2.1,<2.2", []int{1, 2}},
		{"many-of-it", ">=9", []int{1, 2, 3}},
		{"many-of-it", "^1.2", []int{1}}, // Poetry's
		{"many-of-it", "no specifier", []int{1, 2, 3}},
		{"many-of-it", "<2" + strings.Repeat(",!=9", 10_000), []int{1, 2, 3}},
		{"odd", "==2.0", []int{4}}, // what cannot be compared is not excluded
		{"odd", "==1.0", []int{4, 5}},
	} {
		if diff := cmp.Diff(c.want, g.Resolve(c.name, c.specifier)); diff != "" {
			t.Errorf("Resolve(%q, %.20q): mismatch (-want +got):\n%s", c.name, c.specifier, diff)
		}
	}
}

func TestEdgesAreSortedOnceAndNotLoops(t *testing.T) {
	t.Parallel()
	g := graph("a 1", "b 1", "c 1")
	g.Join(1, 2, 0)
	g.Join(0, 0, 1)
	g.Join(1, 2)
	want := []inventory.Edge{{From: 0, To: 1}, {From: 1, To: 0}, {From: 1, To: 2}}
	if diff := cmp.Diff(want, g.Edges()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestNamedIsBounded(t *testing.T) {
	t.Parallel()
	g := &Graph{}
	for range 1000 {
		g.Add(extract.Package{Name: "a", Version: "1"})
	}
	if got := len(g.Named("a")); got != maxVariants {
		t.Errorf("Named gave %d packages, want %d", got, maxVariants)
	}
}
