// Package refgraph joins the packages of a lockfile whose dependencies are named
// by reference, such as "name@range", before or after the referred entry is read.
// It is for the extractors beside it and knows none of their files.
package refgraph

import (
	"cmp"
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

// Ref is what a lockfile refers to a package by.
type Ref struct{ Name, Spec string }

// Nothing stands for a reference that leads to no package.
const Nothing = -1

// Graph collects references. The zero Graph is not usable; make one with New.
type Graph struct {
	slots   map[Ref]int32
	refs    []Ref
	targets []int32 // by slot: a package's index, or one of the two below
	edges   []edge
}

type edge struct{ from, slot int32 }

const (
	open  = -1 // only referred to so far
	empty = -2 // defined as no package
)

// New returns a Graph with room for about n references.
func New(n int) *Graph {
	return &Graph{
		slots: make(map[Ref]int32, n),
		refs:  make([]Ref, 0, n),
		edges: make([]edge, 0, 2*n),
	}
}

func (g *Graph) slot(r Ref) int32 {
	at, ok := g.slots[r]
	if !ok {
		at = int32(len(g.refs))
		g.slots[r] = at
		g.refs = append(g.refs, r)
		g.targets = append(g.targets, open)
	}
	return at
}

// Define says that r is the package at the index pkg, or Nothing. The last
// definition counts; again tells that there was one before.
func (g *Graph) Define(r Ref, pkg int) (again bool) {
	at := g.slot(r)
	again = g.targets[at] != open
	if pkg == Nothing {
		pkg = empty
	}
	g.targets[at] = int32(pkg)
	return again
}

// Find returns the package that r was defined as, or Nothing; defined tells
// whether r was defined at all.
func (g *Graph) Find(r Ref) (pkg int, defined bool) {
	at, ok := g.slots[r]
	if !ok || g.targets[at] == open {
		return Nothing, false
	}
	return max(int(g.targets[at]), Nothing), true
}

// Refer names a reference that FillByName is to resolve though no package may
// depend on it.
func (g *Graph) Refer(r Ref) { g.slot(r) }

// Depend says that the package at the index from depends on r.
func (g *Graph) Depend(from int, r Ref) {
	g.edges = append(g.edges, edge{int32(from), g.slot(r)})
}

// FillByName defines each open reference by the only package that has its name,
// where there is just one: overrides make package managers write references that
// match no entry.
func (g *Graph) FillByName() {
	only := make(map[string]int32, len(g.refs))
	for at, target := range g.targets {
		if target == open {
			continue
		}
		if known, ok := only[g.refs[at].Name]; ok && known != target {
			target = empty
		}
		only[g.refs[at].Name] = target
	}
	for at, target := range g.targets {
		if pkg, ok := only[g.refs[at].Name]; target == open && ok && pkg >= 0 {
			g.targets[at] = pkg
		}
	}
}

// Edges returns the edges whose ends are both known, sorted, each once.
func (g *Graph) Edges() []inventory.Edge {
	edges := make([]inventory.Edge, 0, len(g.edges))
	for _, e := range g.edges {
		if to := g.targets[e.slot]; to >= 0 {
			edges = append(edges, inventory.Edge{From: int(e.from), To: int(to)})
		}
	}
	slices.SortFunc(edges, func(a, b inventory.Edge) int {
		return cmp.Or(a.From-b.From, a.To-b.To)
	})
	return slices.Compact(edges)
}

// Open counts the references without a definition and returns the first of them,
// with the package that depends on it, or Nothing.
func (g *Graph) Open() (count, from int, first Ref) {
	slot := -1
	for at := len(g.targets) - 1; at >= 0; at-- {
		if g.targets[at] == open {
			count, slot, first = count+1, at, g.refs[at]
		}
	}
	if at := slices.IndexFunc(g.edges, func(e edge) bool { return int(e.slot) == slot }); at >= 0 {
		return count, int(g.edges[at].from), first
	}
	return count, Nothing, first
}
