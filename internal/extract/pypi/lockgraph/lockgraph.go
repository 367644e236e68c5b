// Package lockgraph gathers the packages of a Python lockfile and joins them:
// the part that poetry.lock, pdm.lock, uv.lock, pylock.toml and annotated
// requirements have in common. It knows no file format.
package lockgraph

import (
	"cmp"
	"slices"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// maxVariants bounds the entries of one name that a dependency is resolved to.
// Real locks have fewer than ten (one a platform); without a bound a hostile file
// could ask for a quadratic number of edges.
const maxVariants = 16

// Graph is what a lockfile pins. The zero Graph is ready to use.
type Graph struct {
	Packages []extract.Package
	edges    []inventory.Edge
	byName   map[string][]int // of the first indexed packages
	indexed  int
}

// Add appends a package and returns its index.
func (g *Graph) Add(p extract.Package) int {
	g.Packages = append(g.Packages, p)
	return len(g.Packages) - 1
}

// Named returns the packages of a name, in the order they were added.
func (g *Graph) Named(name string) []int {
	g.index()
	return g.byName[purl.Normalize(purl.PyPI, name)]
}

// index takes in the packages added since it was last asked for: most
// requirements files have no edges and never ask.
func (g *Graph) index() {
	if g.byName == nil {
		g.byName = make(map[string][]int, len(g.Packages))
	}
	for ; g.indexed < len(g.Packages); g.indexed++ {
		name := purl.Normalize(purl.PyPI, g.Packages[g.indexed].Name)
		if found := g.byName[name]; len(found) < maxVariants {
			g.byName[name] = append(found, g.indexed)
		}
	}
}

// Resolve returns the packages of a name whose versions a specifier allows: more
// than one when the lock has several for different machines. Where the specifier
// decides nothing, all of the name are meant.
func (g *Graph) Resolve(name, specifier string) []int {
	named := g.Named(name)
	if len(named) < 2 || specifier == "" {
		return named
	}
	wanted := parseSpecifier(specifier)
	var fit []int
	for _, at := range named {
		if wanted.allows(g.Packages[at].Version) {
			fit = append(fit, at)
		}
	}
	if len(fit) == 0 {
		return named
	}
	return fit
}

// Single returns the packages that a dependency singles out by its name and by as
// much of the version and origin as it repeats: one, unless the lock has several
// and the dependency means them all.
func (g *Graph) Single(dependency extract.Package) []int {
	named := g.Named(dependency.Name)
	if dependency.Version == "" && dependency.Origin == (inventory.Origin{}) {
		return named
	}
	var found []int
	for _, at := range named {
		p := &g.Packages[at]
		if (dependency.Version == "" || dependency.Version == p.Version) &&
			(dependency.Origin == inventory.Origin{} || dependency.Origin == p.Origin) {
			found = append(found, at)
		}
	}
	return found
}

// Join adds an edge from one package to each of others; a package does not
// depend on itself.
func (g *Graph) Join(from int, to ...int) {
	for _, at := range to {
		if at != from {
			g.edges = append(g.edges, inventory.Edge{From: from, To: at})
		}
	}
}

// Edges returns the edges sorted and without repetitions.
func (g *Graph) Edges() []inventory.Edge {
	slices.SortFunc(g.edges, func(a, b inventory.Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	g.edges = slices.Compact(g.edges)
	return g.edges
}
