package app

import (
	"context"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
)

// GraphQuery says which graph is wanted.
type GraphQuery struct {
	Project    string
	Version    int64  // 0: the project's main version with the lowest id
	Unit       string // by name; empty: all units
	Vulnerable bool   // only paths to components with findings that count
	Focus      int64  // only paths to and from this component; 0: all
	Limit      int    // of nodes; 0: 200, at most 2,000
}

// Graph is a dependency graph, bounded: its nodes are those nearest to the direct
// dependencies, those with findings before others.
type Graph struct {
	Version VersionRef
	Units   []string // that can be chosen
	Nodes   []GraphNode
	Edges   []GraphEdge
	Total   int // nodes before the bound
}

// GraphNode is a component.
type GraphNode struct {
	Component int64
	Name      string
	Version   string
	Ecosystem string
	Direct    bool
	Scope     inventory.Scope
	Depth     int            // edges from the nearest direct dependency; -1: none leads there
	Findings  int            // that count
	Worst     severity.Level // of those
	Exploited bool
}

// GraphEdge says that From depends on To: indexes in Nodes.
type GraphEdge struct{ From, To int }

// Graph reads the dependency graph of a version or of one of its units.
func (a *App) Graph(ctx context.Context, who Actor, q GraphQuery) (Graph, error) {
	return Graph{}, errLater()
}
