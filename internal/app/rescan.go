package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// rescanMost is how many projects RescanOutdated takes at once.
const rescanMost = 200

// Rescan is what became of RescanOutdated.
type Rescan struct {
	Projects int  // that are scanned again
	Scans    int  // that were queued
	Passed   int  // projects that cannot be scanned again
	More     bool // there are more than are taken at once
}

// CountOutdated counts the projects that the actor sees and that were last matched
// with an older release than the current one.
func (a *App) CountOutdated(ctx context.Context, who Actor) (int64, error) {
	if !who.may(ScopeRead) {
		return 0, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	figures, err := a.Store.Figures(ctx, "", who.visible())
	return figures.Behind, err
}

// RescanOutdated queues scans of an organisation's projects that were last matched
// with an older release than the current one, by name, at most rescanMost; with an
// empty organisation of all. It needs an administrator. Each project is a
// transaction of its own, and its scans wait behind those that people ask for. A
// project of which a scan waits or runs already is left to that.
func (a *App) RescanOutdated(ctx context.Context, who Actor, organisation string) (Rescan, error) {
	err := who.needInstallation(ScopeScan)
	if organisation != "" {
		err = who.needIn(organisation, Administrator, ScopeScan)
	}
	if err != nil {
		return Rescan{}, err
	}
	var done Rescan
	filter := store.ProjectFilter{Organisation: organisation, Visible: who.visible(), Behind: true, Idle: true}
	for page := (store.Page{Limit: store.MaxLimit}); ; {
		list, err := a.Store.ListProjects(ctx, filter, page)
		if err != nil {
			return done, err
		}
		for _, p := range list.Items {
			if done.Projects+done.Passed == rescanMost {
				done.More = true
				return done, nil
			}
			if err := a.rescan(ctx, who, p.ID, &done); err != nil {
				return done, err
			}
		}
		if page.Cursor = list.Next; page.Cursor == "" {
			return done, nil
		}
	}
}

// rescan queues scans of a project's main versions that are behind.
func (a *App) rescan(ctx context.Context, who Actor, project string, done *Rescan) error {
	queued := 0
	err := a.Store.Tx(ctx, func(tx store.Store) error {
		queued = 0
		p, err := projectFor(ctx, tx, who, project, Developer, ScopeScan)
		if err != nil {
			return err
		}
		behind, err := a.lastScansBehind(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		for _, old := range behind {
			if _, err := a.scanLike(ctx, tx, who, p, old, store.TriggerAdvisories); err != nil {
				return err
			}
			queued++
		}
		return nil
	})
	switch kind := errs.KindOf(err); {
	case kind == errs.NotFound || kind == errs.Conflict || kind == errs.Invalid: // deleted or archived meanwhile, or of a ref that no scan takes any more
		done.Passed++
		return nil
	case err != nil:
		return err
	}
	done.Projects++
	done.Scans += queued
	return nil
}

// lastScansBehind are the last scans of a project's main versions that were matched
// with an older release than the current one.
func (a *App) lastScansBehind(ctx context.Context, tx store.Store, project string) ([]store.Scan, error) {
	current, err := tx.CurrentRelease(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := tx.VersionsOf(ctx, project)
	if err != nil {
		return nil, err
	}
	var out []store.Scan
	for _, v := range versions {
		if !v.Main || v.Scan == "" {
			continue
		}
		s, err := tx.Scan(ctx, v.Scan)
		if err != nil {
			return nil, err
		}
		if s.ReleaseSeq != 0 && s.ReleaseSeq < current.Seq {
			out = append(out, s)
		}
	}
	return out, nil
}
