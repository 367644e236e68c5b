package app

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/graph"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// unit is a stored unit with its content.
type unit struct {
	name, path string
	*store.UnitBody
}

// versionOf finds a version of a project; 0 is the first main one. A project that
// was not scanned yet gives the zero version.
func (a *App) versionOf(ctx context.Context, project string, id int64) (store.Version, error) {
	versions, err := a.Store.VersionsOf(ctx, project)
	if err != nil {
		return store.Version{}, err
	}
	for _, v := range versions { // main ones first
		if v.ID == id || id == 0 {
			return v, nil
		}
	}
	if id == 0 {
		return store.Version{}, nil
	}
	return store.Version{}, System().need(Nobody, Viewer, ScopeRead, "such version of the project")
}

func refOf(v store.Version) VersionRef { return VersionRef{ID: v.ID, Ref: v.Ref, Main: v.Main} }

// units reads what an inventory is made of, by path and kind; which narrows them,
// nil means all.
func (a *App) units(ctx context.Context, inventory int64, which func(store.StoredUnit) bool) (units []unit, names []string, err error) {
	stored, err := a.Store.InventoryUnits(ctx, inventory)
	if err != nil {
		return nil, nil, err
	}
	var ids []int64
	for i := range stored {
		names = append(names, stored[i].Name())
		if which == nil || which(stored[i]) {
			ids = append(ids, stored[i].ID)
		}
	}
	bodies, err := a.Store.UnitBodies(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	for i := range stored {
		data, ok := bodies[stored[i].ID]
		if !ok {
			continue
		}
		body, err := store.DecodeUnitBody(data)
		if err != nil {
			return nil, nil, err
		}
		units = append(units, unit{stored[i].Name(), stored[i].Path, body})
	}
	return units, names, nil
}

// fileOf is the file that names an occurrence.
func (u *unit) fileOf(o *store.UnitOccurrence) string {
	if o.Path == "" {
		return u.path
	}
	return o.Path
}

// component is the id of an occurrence's component.
func (u *unit) component(occurrence int) int64 {
	return u.Components[u.Occurrences[occurrence].Component]
}

// has tells whether the unit has a component.
func (u *unit) has(component int64) bool { return slices.Contains(u.Components, component) }

// path is the shortest way in the unit from a direct dependency to a component;
// nil if none leads there.
func (u *unit) shortest(component int64) []int64 {
	to := make([][]int, len(u.Occurrences))
	for _, e := range u.Edges {
		to[e.From] = append(to[e.From], e.To)
	}
	var roots []int
	for i := range u.Occurrences {
		if u.Occurrences[i].Direct {
			roots = append(roots, i)
		}
	}
	tree := graph.Shortest(len(u.Occurrences), roots, to)
	best := -1
	for i := range u.Occurrences {
		if u.component(i) == component && tree.Depth(i) >= 0 && (best < 0 || tree.Depth(i) < tree.Depth(best)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	var path []int64
	for _, node := range tree.Path(best) {
		path = append(path, u.component(node))
	}
	return path
}

// occurrences lists where the unit has a component.
func (u *unit) occurrences(component int64) []Occurrence {
	var out []Occurrence
	for i := range u.Occurrences {
		if u.component(i) != component {
			continue
		}
		o := &u.Occurrences[i]
		out = append(out, Occurrence{
			Unit: u.name, Path: u.fileOf(o), Line: o.Line, Direct: o.Direct, Scope: scopeWord(o.Scope), Declared: o.Declared,
		})
	}
	return out
}

func scopeWord(s inventory.Scope) string {
	if s == inventory.ScopeUnknown {
		return "unknown"
	}
	return string(s)
}
