package app

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

// Way is how a transitive component gets into a version, along the shortest path.
type Way struct {
	First store.Component // the direct dependency that it begins with
	Last  store.Component // what needs the component itself; First if there is nothing between
	Steps int             // edges from First to the component
}

// Ways tells, by their ids, how the components of findings of a project get into
// their versions. Direct ones, and those to which no path is known, are left out.
func (a *App) Ways(ctx context.Context, who Actor, project string, findings []store.Finding) (map[int64]Way, error) {
	p, err := projectFor(ctx, a.Store, who, project, Viewer, ScopeRead)
	if err != nil {
		return nil, err
	}
	versions := map[int64][]*store.Finding{}
	for i := range findings {
		if f := &findings[i]; !f.Direct && f.ProjectID == p.ID {
			versions[f.VersionID] = append(versions[f.VersionID], f)
		}
	}
	paths := map[int64][]int64{}
	for version, of := range versions {
		if err := a.shortestWays(ctx, p.ID, version, of, paths); err != nil {
			return nil, err
		}
	}
	return a.waysAlong(ctx, paths)
}

// shortestWays adds the path to each finding's component in one version.
func (a *App) shortestWays(ctx context.Context, project string, id int64, findings []*store.Finding, paths map[int64][]int64) error {
	version, err := a.versionOf(ctx, project, id)
	if err != nil {
		return err
	}
	units, _, err := a.units(ctx, version.Inventory, nil)
	if err != nil {
		return err
	}
	known := map[int64][]int64{} // by component: several findings may be of one
	for _, f := range findings {
		best, done := known[f.Component.ID]
		for i := range units {
			if done || !units[i].has(f.Component.ID) {
				continue
			}
			if path := units[i].shortest(f.Component.ID); path != nil && (best == nil || len(path) < len(best)) {
				best = path
			}
		}
		known[f.Component.ID] = best
		if len(best) > 1 {
			paths[f.ID] = best
		}
	}
	return nil
}

// waysAlong reads the ends of paths, each component once.
func (a *App) waysAlong(ctx context.Context, paths map[int64][]int64) (map[int64]Way, error) {
	seen, ids := map[int64]bool{}, []int64{}
	for _, path := range paths {
		for _, id := range []int64{path[0], path[len(path)-2]} {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	components, err := a.Store.Components(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]store.Component, len(components))
	for _, c := range components {
		byID[c.ID] = c
	}
	ways := make(map[int64]Way, len(paths))
	for id, path := range paths {
		ways[id] = Way{byID[path[0]], byID[path[len(path)-2]], len(path) - 1}
	}
	return ways, nil
}
