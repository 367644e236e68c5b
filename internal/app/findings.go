package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// FindingQuery says which findings of a project are wanted. Its filter's Project
// is set from Project; without a version it means the project's main versions.
type FindingQuery struct {
	Project string
	Filter  store.FindingFilter
	Page    store.Page // sorts: store.FindingSorts
}

// FindingList is a page of findings, with what the page shows around it.
type FindingList struct {
	store.List[store.Finding]
	Total     int64 // of the filter; exact below FindingTotalLimit
	MayDecide bool
}

// FindingTotalLimit bounds what is counted for a page: "1,000+".
const FindingTotalLimit = 1000

// Findings lists findings of a project: the merged list.
func (a *App) Findings(ctx context.Context, who Actor, q FindingQuery) (FindingList, error) {
	p, err := projectFor(ctx, a.Store, who, q.Project, Viewer, ScopeRead)
	if err != nil {
		return FindingList{}, err
	}
	q.Filter.Project = p.ID
	list, err := a.Store.Findings(ctx, q.Filter, q.Page)
	if err != nil {
		return FindingList{}, err
	}
	total, err := a.Store.CountFindings(ctx, q.Filter, FindingTotalLimit)
	return FindingList{List: list, Total: total, MayDecide: who.mayDecide(p)}, err
}

// mayDecide tells whether an actor decides on a project's findings.
func (who Actor) mayDecide(p store.Project) bool {
	return who.For(p.Organisation, p.ID, p.Visibility == store.Private).AtLeast(Approver) && who.may(ScopeTriage)
}

// FindingView is a finding and what its page shows.
type FindingView struct {
	store.Finding
	Project     ProjectRef
	Ref         string            // of the version
	Path        []store.Component // from a direct dependency to the component; nil: none leads there
	Occurrences []Occurrence
	History     []HistoryEntry // the last first
	Exposure    Exposure
	Release     string        // the name of the one that the version was last compared with; empty: of none
	Redirected  bool          // what was asked for was merged into this
	Siblings    []store.Place // the same vulnerability elsewhere in the project: other components, other versions
	MayDecide   bool
}

// Occurrence is where a unit has a component.
type Occurrence struct {
	Unit     string
	Path     string // of the file
	Line     int    // 0: the format has no lines
	Direct   bool
	Scope    string
	Declared []string // the constraints asked for, as written
}

// HistoryEntry is something that happened to a finding.
type HistoryEntry struct {
	At       time.Time
	Kind     string // seen, known, gone, decided
	Text     string // a sentence
	Actor    string // of a decision: the name to show
	Decision *store.Decision
}

// Finding reads a finding. One that was merged into another gives that one.
func (a *App) Finding(ctx context.Context, who Actor, project string, id int64) (FindingView, error) {
	p, err := projectFor(ctx, a.Store, who, project, Viewer, ScopeRead)
	if err != nil {
		return FindingView{}, err
	}
	v := FindingView{Project: ProjectRef{ID: p.ID, Name: p.Name}, MayDecide: who.mayDecide(p)}
	if v.Finding, err = a.Store.Finding(ctx, project, id); err != nil {
		return v, err
	}
	if v.MergedInto != 0 {
		v.Redirected = true
		if v.Finding, err = a.Store.Finding(ctx, project, v.MergedInto); err != nil {
			return v, err
		}
	}
	for _, read := range []func(context.Context, *FindingView) error{a.placeFinding, a.dateFinding, a.recallFinding, a.siblings} {
		if err := read(ctx, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

// placeFinding tells by which way and where the version has the component.
func (a *App) placeFinding(ctx context.Context, v *FindingView) error {
	version, err := a.versionOf(ctx, v.Project.ID, v.VersionID)
	if err != nil {
		return err
	}
	v.Ref = version.Ref
	units, _, err := a.units(ctx, version.Inventory, nil)
	if err != nil {
		return err
	}
	var best []int64
	for i := range units {
		if !units[i].has(v.Component.ID) {
			continue
		}
		v.Occurrences = append(v.Occurrences, units[i].occurrences(v.Component.ID)...)
		if path := units[i].shortest(v.Component.ID); path != nil && (best == nil || len(path) < len(best)) {
			best = path
		}
	}
	v.Path, err = a.Store.Components(ctx, best)
	return err
}

// dateFinding tells since when the version was exposed, as of which release.
func (a *App) dateFinding(ctx context.Context, v *FindingView) error {
	version, err := a.versionOf(ctx, v.Project.ID, v.VersionID)
	if err != nil {
		return err
	}
	release, err := a.comparedWith(ctx, version)
	if err != nil {
		return err
	}
	v.Release = release.Name
	all, err := a.Store.Exposures(ctx, v.Project.ID, v.Vulnerability())
	if err != nil {
		return err
	}
	v.Exposure = exposure(slices.DeleteFunc(all, func(e store.Exposure) bool {
		return e.VersionID != v.VersionID || e.ComponentID != v.Component.ID
	}))
	return nil
}

// comparedWith is the release that a version was last compared with; the zero
// release, if it was with none.
func (a *App) comparedWith(ctx context.Context, v store.Version) (store.Release, error) {
	s, err := a.Store.Scan(ctx, v.Scan)
	if err == nil && s.ReleaseSeq != 0 {
		var r store.Release
		if r, err = a.Store.Release(ctx, s.ReleaseSeq); err == nil {
			return r, nil
		}
	}
	if errs.KindOf(err) == errs.NotFound {
		err = nil
	}
	return store.Release{}, err
}

// siblings finds the same vulnerability elsewhere in the project.
func (a *App) siblings(ctx context.Context, v *FindingView) error {
	list, err := a.Store.Places(ctx, v.Vulnerability(), false, store.Visible{Projects: []string{v.Project.ID}}, store.Page{Limit: store.MaxLimit})
	v.Siblings = slices.DeleteFunc(list.Items, func(p store.Place) bool { return p.FindingID == v.ID })
	return err
}

// recallFinding lists what happened to the finding.
func (a *App) recallFinding(ctx context.Context, v *FindingView) error {
	decisions, err := a.Store.Decisions(ctx, v.ID)
	if err != nil {
		return err
	}
	names, err := a.actorNames(ctx, decisions)
	if err != nil {
		return err
	}
	for i := range decisions {
		d := &decisions[i]
		v.History = append(v.History, HistoryEntry{At: d.At, Kind: "decided", Text: decisionText(d), Actor: names[d.Actor], Decision: d})
	}
	v.History = append(v.History, HistoryEntry{At: v.FirstSeen, Kind: "seen", Text: "First found by a scan."})
	if !v.Known.IsZero() && v.Known.Before(v.FirstSeen) {
		v.History = append(v.History, HistoryEntry{At: v.Known, Kind: "known", Text: "A release of the advisory database that says so was imported."})
	}
	if !v.Gone.IsZero() {
		v.History = append(v.History, HistoryEntry{At: v.Gone, Kind: "gone", Text: "No longer found by a scan."})
	}
	slices.SortStableFunc(v.History, func(a, b HistoryEntry) int { return b.At.Compare(a.At) })
	return nil
}

// actorNames finds the names of those who decided.
func (a *App) actorNames(ctx context.Context, decisions []store.Decision) (map[string]string, error) {
	ids := map[string][]string{}
	for _, d := range decisions {
		if kind, id, ok := strings.Cut(d.Actor, ":"); ok {
			ids[kind] = append(ids[kind], id)
		}
	}
	names, err := a.namesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		if names[d.Actor] == "" {
			names[d.Actor] = d.Actor
		}
	}
	return names, nil
}

func decisionText(d *store.Decision) string {
	switch d.State {
	case store.NotAffected:
		for _, j := range Justifications() {
			if j.ID == d.Reason {
				return "Not affected: " + j.Title + "."
			}
		}
		return "Not affected."
	case store.Accepted:
		return fmt.Sprintf("Risk accepted until %s.", d.Until.Format(time.DateOnly))
	case store.Fixed:
		return "Marked as fixed."
	}
	return "Opened."
}
