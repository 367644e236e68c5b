package json

import (
	"cmp"
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

// componentEdges turns a unit's edges between occurrences into distinct edges
// between components, sorted.
func componentEdges(u *inventory.Unit) []inventory.Edge {
	edges := make([]inventory.Edge, len(u.Edges))
	for i, e := range u.Edges {
		edges[i] = inventory.Edge{From: u.Occurrences[e.From].Component, To: u.Occurrences[e.To].Component}
	}
	slices.SortFunc(edges, func(a, b inventory.Edge) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	return slices.Compact(edges)
}
