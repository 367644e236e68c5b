package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/graph"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
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

// Bounds of a graph's nodes.
const (
	defaultNodes = 200
	maxNodes     = 2000
)

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
	p, err := projectFor(ctx, a.Store, who, q.Project, Viewer, ScopeRead)
	if err != nil {
		return Graph{}, err
	}
	version, err := a.versionOf(ctx, p.ID, q.Version)
	if err != nil {
		return Graph{}, err
	}
	out := Graph{Version: refOf(version)}
	var units []unit
	units, out.Units, err = a.units(ctx, version.Inventory, func(u store.StoredUnit) bool { return q.Unit == "" || q.Unit == u.Name() })
	if err != nil {
		return out, err
	}
	if q.Unit != "" && len(units) == 0 {
		return out, errs.E(errs.NotFound, "the version has no such unit")
	}
	counts, err := a.Store.ComponentCounts(ctx, version.ID)
	if err != nil {
		return out, err
	}
	w := weave(units)
	kept := w.chosen(q, counts)
	out.Total = len(kept)
	kept = w.nearest(kept, counts, q.Limit)
	return out, a.fill(ctx, &out, w, kept, counts)
}

// web is the graph of components over units.
type web struct {
	ids      []int64
	direct   []bool
	scope    []inventory.Scope
	to, from [][]int
	depth    []int
}

func weave(units []unit) *web {
	w := &web{}
	at := map[int64]int{}
	for n := range units {
		u := &units[n]
		nodes := make([]int, len(u.Occurrences))
		for i := range u.Occurrences {
			id := u.component(i)
			node, ok := at[id]
			if !ok {
				node = len(w.ids)
				at[id] = node
				w.ids = append(w.ids, id)
				w.direct, w.scope = append(w.direct, false), append(w.scope, "")
				w.to, w.from = append(w.to, nil), append(w.from, nil)
			}
			nodes[i] = node
			w.direct[node] = w.direct[node] || u.Occurrences[i].Direct
			w.scope[node] = w.scope[node].Wider(u.Occurrences[i].Scope)
		}
		for _, e := range u.Edges {
			w.to[nodes[e.From]] = append(w.to[nodes[e.From]], nodes[e.To])
		}
	}
	w.finish()
	return w
}

// finish drops doubled edges, turns them round and measures depths.
func (w *web) finish() {
	var roots []int
	for i := range w.to {
		slices.Sort(w.to[i])
		w.to[i] = slices.DeleteFunc(slices.Compact(w.to[i]), func(n int) bool { return n == i })
		for _, n := range w.to[i] {
			w.from[n] = append(w.from[n], i)
		}
		if w.direct[i] {
			roots = append(roots, i)
		}
	}
	tree := graph.Shortest(len(w.ids), roots, w.to)
	w.depth = make([]int, len(w.ids))
	for i := range w.depth {
		w.depth[i] = tree.Depth(i)
	}
}

// chosen are the nodes that a query asks for.
func (w *web) chosen(q GraphQuery, counts map[int64]store.Counts) []int {
	var vulnerable, focus []int
	for i, id := range w.ids {
		if c := counts[id]; c.Total() > 0 {
			vulnerable = append(vulnerable, i)
		}
		if id == q.Focus {
			focus = append(focus, i)
		}
	}
	var kept []int
	above := graph.Shortest(len(w.ids), vulnerable, w.from)
	toFocus, fromFocus := graph.Shortest(len(w.ids), focus, w.from), graph.Shortest(len(w.ids), focus, w.to)
	for i := range w.ids {
		if q.Vulnerable && above.Depth(i) < 0 {
			continue
		}
		if q.Focus != 0 && toFocus.Depth(i) < 0 && fromFocus.Depth(i) < 0 {
			continue
		}
		kept = append(kept, i)
	}
	return kept
}

// nearest bounds the nodes. Those to which no direct dependency leads come last.
func (w *web) nearest(kept []int, counts map[int64]store.Counts, limit int) []int {
	if limit <= 0 {
		limit = defaultNodes
	}
	rank := func(i int) int {
		if w.depth[i] < 0 {
			return len(w.ids)
		}
		return w.depth[i]
	}
	slices.SortFunc(kept, func(a, b int) int {
		x, y := counts[w.ids[a]], counts[w.ids[b]]
		return cmp.Or(rank(a)-rank(b), worst(&y, &x), cmp.Compare(w.ids[a], w.ids[b]))
	})
	return kept[:min(len(kept), limit, maxNodes)]
}

// fill names the nodes and enters the edges between them.
func (a *App) fill(ctx context.Context, g *Graph, w *web, kept []int, counts map[int64]store.Counts) error {
	ids := make([]int64, len(kept))
	for i, n := range kept {
		ids[i] = w.ids[n]
	}
	components, err := a.Store.Components(ctx, ids)
	if err != nil {
		return err
	}
	byID := make(map[int64]*store.Component, len(components))
	for i := range components {
		byID[components[i].ID] = &components[i]
	}
	at := make(map[int]int, len(kept))
	slices.SortStableFunc(kept, func(x, y int) int {
		return cmp.Or(w.depth[x]-w.depth[y], strings.Compare(keyOf(byID[w.ids[x]]), keyOf(byID[w.ids[y]])))
	})
	for _, n := range kept {
		c := byID[w.ids[n]]
		if c == nil {
			continue
		}
		at[n] = len(g.Nodes)
		count := counts[c.ID]
		g.Nodes = append(g.Nodes, GraphNode{
			Component: c.ID, Name: c.Name, Version: c.Version, Ecosystem: c.Ecosystem, Direct: w.direct[n], Scope: w.scope[n], Depth: w.depth[n],
			Findings: int(count.Total()), Worst: worstOf(&count), Exploited: count.Exploited > 0,
		})
	}
	for _, n := range kept {
		for _, to := range w.to[n] {
			from, known := at[n]
			end, inside := at[to]
			if known && inside {
				g.Edges = append(g.Edges, GraphEdge{from, end})
			}
		}
	}
	return nil
}

func keyOf(c *store.Component) string {
	if c == nil {
		return ""
	}
	return c.Key()
}

// worstOf is the worst severity that is counted; Unknown if there is none, or only
// unknown ones.
func worstOf(c *store.Counts) severity.Level {
	switch {
	case c.Critical > 0:
		return severity.Critical
	case c.High > 0:
		return severity.High
	case c.Medium > 0:
		return severity.Medium
	case c.Low > 0:
		return severity.Low
	case c.Unknown == 0 && c.Negligible > 0:
		return severity.None
	}
	return severity.Unknown
}
