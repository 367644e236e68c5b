package modtree

import (
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// Edges collects edges between packages. What one package asks for must come
// without another's in between.
type Edges struct {
	list []inventory.Edge
	last []int32 // by the package found: 1 + who asked last
}

// NewEdges returns an empty collection for a number of packages, with room for
// some edges.
func NewEdges(packages, room int) *Edges {
	return &Edges{list: make([]inventory.Edge, 0, room), last: make([]int32, packages)}
}

// Add adds an edge, unless it goes from or to no package (-1), to the package
// itself, or is there already.
func (e *Edges) Add(from, to int) {
	if from < 0 || to < 0 || from == to || e.last[to] == int32(from)+1 {
		return
	}
	e.last[to] = int32(from) + 1
	e.list = append(e.list, inventory.Edge{From: from, To: to})
}

// List returns the edges in the order of their adding.
func (e *Edges) List() []inventory.Edge { return e.list }

// Direct marks packages as direct and notes what was asked for.
type Direct struct {
	packages []extract.Package
	known    map[request]bool
}

type request struct {
	pkg        int
	constraint string
}

// NewDirect marks among these packages.
func NewDirect(packages []extract.Package) *Direct {
	return &Direct{packages: packages, known: map[request]bool{}}
}

// Mark makes a package direct; each constraint is noted once.
func (d *Direct) Mark(pkg int, constraint string) {
	p := &d.packages[pkg]
	p.Direct = true
	if r := (request{pkg, constraint}); !d.known[r] {
		d.known[r] = true
		p.Declared = append(p.Declared, constraint)
	}
}
