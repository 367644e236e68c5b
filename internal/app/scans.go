package app

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/repourl"
	"github.com/assay-sca/assay/internal/store"
)

// NewScan asks for a scan of a project.
type NewScan struct {
	Project    string
	Repository string // one of the project's; empty: its only one
	Ref        string // branch, tag or commit; empty: what the repository is set to
	Release    string // in the place of Ref: the name of a release, such as "App v1.0"
	Language   string // such as "javascript" or "npm"; empty: all that is found
	Trigger    store.Trigger
}

// CreateScan starts a scan, or returns the one that waits for the same
// already. It needs a developer, and a token's scope "scan".
func (a *App) CreateScan(ctx context.Context, who Actor, in NewScan) (store.Scan, error) {
	p, err := projectFor(ctx, a.Store, who, in.Project, Developer, ScopeScan)
	if err != nil {
		return store.Scan{}, err
	}
	r, err := a.repositoryOf(ctx, p, in.Repository)
	if err != nil {
		return store.Scan{}, err
	}
	if in.Trigger == "" {
		in.Trigger = store.TriggerManual
	}
	var s store.Scan
	return s, a.Store.Tx(ctx, func(tx store.Store) (err error) {
		s, err = a.startScan(ctx, tx, who, r, p, in)
		return err
	})
}

// repositoryOf finds the repository that is to be scanned.
func (a *App) repositoryOf(ctx context.Context, p store.Project, id string) (store.Repository, error) {
	all, err := a.Store.RepositoriesOf(ctx, p.ID)
	if err != nil {
		return store.Repository{}, err
	}
	var faults Faults
	switch {
	case len(all) == 0:
		return store.Repository{}, errs.E(errs.Conflict, "the project has no repository; push an inventory to it, or add a repository")
	case id == "" && len(all) > 1:
		faults.Add("repository", "is needed: the project has %d", len(all))
	case id == "":
		return all[0], nil
	default:
		for _, r := range all {
			if r.ID == id {
				return r, nil
			}
		}
		faults.Add("repository", "is none of the project's")
	}
	return store.Repository{}, faults.Err()
}

// startScan enters a scan of a repository in a transaction, and admits it if there
// is room. Who may do so was decided before.
func (a *App) startScan(ctx context.Context, tx store.Store, who Actor, r store.Repository, p store.Project, in NewScan) (store.Scan, error) {
	var faults Faults
	in.Ref, in.Release, in.Language = strings.TrimSpace(in.Ref), strings.TrimSpace(in.Release), strings.ToLower(strings.TrimSpace(in.Language))
	faults.Unless(goodRef(in.Ref), "ref", "is no name of a branch, tag or commit")
	faults.release(p.ReleasePattern, in)
	_, known := EcosystemsOf(in.Language)
	faults.Unless(in.Language == "" || known, "language", "is not one that Assay knows")
	if err := faults.Err(); err != nil {
		return store.Scan{}, err
	}
	if p.Archived {
		return store.Scan{}, errs.E(errs.Conflict, "the project is archived: it is not scanned")
	}
	if in.Ref == "" && in.Release == "" {
		in.Ref = r.Ref
	}
	return a.enterScan(ctx, tx, who, store.Scan{
		OrganisationID: p.Organisation, ProjectID: p.ID, RepositoryID: r.ID, Trigger: in.Trigger, Ref: in.Ref, AskedRelease: in.Release, Language: in.Language,
		Stage: store.StagePrepare,
	})
}

// release checks the name of a release. Which ref it has is looked up by the worker:
// nothing here speaks to the network.
func (f *Faults) release(pattern string, in NewScan) {
	if in.Release == "" {
		return
	}
	f.Unless(in.Ref == "", "release", "stands in the place of a ref: give only one of them")
	f.checkName("release", in.Release)
	f.Unless(len(repourl.ReleaseRefs(pattern, in.Release)) > 0, "release", "has no version number in it, such as 1.0 in App v1.0")
}

// enterScan stores a scan, says so in the audit log, and admits it if there is
// room.
func (a *App) enterScan(ctx context.Context, tx store.Store, who Actor, s store.Scan) (store.Scan, error) {
	s.ID, s.Priority, s.RequestedBy, s.CreatedAt = store.NewID(), s.Trigger.Priority(), who.ID(), a.now()
	s, _, err := tx.AddScan(ctx, s)
	if err != nil {
		return s, err
	}
	admitted, err := Admit(ctx, tx, a.Queue, a.Limits, a.now())
	if err != nil {
		return s, err
	}
	for _, other := range admitted {
		if other.ID == s.ID {
			s = other
		}
	}
	if who.System {
		return s, nil
	}
	detail := map[string]any{"trigger": string(s.Trigger), "ref": s.Ref}
	if s.AskedRelease != "" {
		detail["release"] = s.AskedRelease
	}
	return s, a.audit(ctx, tx, who, store.Event{
		Organisation: s.OrganisationID, Project: s.ProjectID, Action: "scan.create", Object: "scan:" + s.ID, Detail: detail,
	})
}

// now is the time to the millisecond, as it is stored.
func (a *App) now() time.Time { return a.Clock().UTC().Truncate(time.Millisecond) }

// goodRef tells whether a text can name a ref: git's own rules, and no option.
func goodRef(ref string) bool {
	if ref == "" {
		return true
	}
	bad := len(ref) > 255 || strings.HasPrefix(ref, "-") || strings.HasSuffix(ref, "/") || strings.HasSuffix(ref, ".") ||
		strings.Contains(ref, "..") || strings.Contains(ref, "@{") || strings.ContainsAny(ref, " ~^:?*[\\")
	return !bad && !strings.ContainsFunc(ref, unicode.IsControl)
}

// defaultLimits are those of Deps that states none.
var defaultLimits = store.ScanLimits{Global: 32, Project: 4}

// Admit makes waiting scans queued within the limits and enqueues their jobs, in
// one transaction. Whoever adds or ends a scan calls it, and a loop besides.
func Admit(ctx context.Context, tx store.Store, queue jobs.Queue, limits store.ScanLimits, now time.Time) ([]store.Scan, error) {
	if limits.Global <= 0 {
		limits.Global = defaultLimits.Global
	}
	if limits.Project <= 0 {
		limits.Project = defaultLimits.Project
	}
	admitted, err := tx.AdmitScans(ctx, limits, now)
	if err != nil {
		return nil, err
	}
	for _, s := range admitted {
		if err := queue.Enqueue(ctx, tx, jobs.Job{Kind: jobs.Scan, Scan: s.ID, Priority: s.Priority}); err != nil {
			return nil, err
		}
	}
	return admitted, nil
}

// ScanView is a scan and what a page shows beside it.
type ScanView struct {
	store.Scan
	Project    ProjectRef
	Analyses   []store.Analysis
	MayScan    bool   // the actor may cancel it, and start it again
	Release    string // the name of the release that it was matched with; empty: none
	QueueAhead int    // of a waiting scan: those that come before it, at most store.ScanCountLimit
}

// ProjectRef names a project.
type ProjectRef struct{ ID, Name string }

// Scan reads a scan with its stages and analyzers.
func (a *App) Scan(ctx context.Context, who Actor, id string) (ScanView, error) {
	s, p, err := a.scanFor(ctx, who, id, Viewer, ScopeRead)
	if err != nil {
		return ScanView{}, err
	}
	v := ScanView{Scan: s, Project: ProjectRef{p.ID, p.Name}}
	v.MayScan = who.need(who.For(p.Organisation, p.ID, p.Visibility == store.Private), Developer, ScopeScan, "") == nil
	if v.Analyses, err = a.Store.Analyses(ctx, id); err != nil {
		return v, err
	}
	if s.ReleaseSeq != 0 {
		r, err := a.Store.Release(ctx, s.ReleaseSeq)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return v, err
		}
		v.Release = r.Name
	}
	if s.State == store.ScanWaiting {
		v.QueueAhead, err = a.Store.ScansAhead(ctx, s)
	}
	return v, err
}

// scanFor reads a scan and its project if the actor may.
func (a *App) scanFor(ctx context.Context, who Actor, id string, least Role, scope Scope) (store.Scan, store.Project, error) {
	s, err := a.Store.Scan(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return s, store.Project{}, who.need(Nobody, least, scope, "such scan")
	}
	if err != nil {
		return s, store.Project{}, err
	}
	p, err := projectFor(ctx, a.Store, who, s.ProjectID, least, scope)
	if errs.KindOf(err) == errs.NotFound {
		err = who.need(Nobody, least, scope, "such scan")
	}
	return s, p, err
}

// ScanQuery narrows a list of scans.
type ScanQuery struct {
	Project string // empty: of all projects that the actor may see
	States  []store.ScanState
	Trigger store.Trigger
	Page    store.Page // its sort and direction are not looked at
}

// ScanRow is a scan in a list.
type ScanRow struct {
	store.Scan
	Project ProjectRef
}

// Scans lists scans that the actor may see, newest first.
func (a *App) Scans(ctx context.Context, who Actor, q ScanQuery) (store.List[ScanRow], error) {
	var out store.List[ScanRow]
	f := store.ScanFilter{Visible: who.visible(), Project: q.Project, States: q.States, Trigger: q.Trigger}
	if q.Project != "" {
		if _, err := projectFor(ctx, a.Store, who, q.Project, Viewer, ScopeRead); err != nil {
			return out, err
		}
		f.Visible = store.Visible{All: true}
	}
	if !who.may(ScopeRead) {
		return out, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	q.Page.Sort, q.Page.Desc = "seq", true
	list, err := a.Store.Scans(ctx, f, q.Page)
	if err != nil {
		return out, err
	}
	names, err := a.projectNames(ctx, list.Items)
	for _, s := range list.Items {
		out.Items = append(out.Items, ScanRow{Scan: s, Project: ProjectRef{s.ProjectID, names[s.ProjectID]}})
	}
	out.Next = list.Next
	return out, err
}

// projectNames finds the names of the projects of scans.
func (a *App) projectNames(ctx context.Context, scans []store.Scan) (map[string]string, error) {
	names := map[string]string{}
	var ids []string
	for _, s := range scans {
		if _, ok := names[s.ProjectID]; !ok {
			names[s.ProjectID] = ""
			ids = append(ids, s.ProjectID)
		}
	}
	projects, err := a.Store.ProjectsByID(ctx, ids)
	for _, p := range projects {
		names[p.ID] = p.Name
	}
	return names, err
}

// Activity is how the work stands: for the page of jobs.
type Activity struct {
	Counts store.ScanCounts // of what the actor may see; those that ended, of the last day
	Limits store.ScanLimits
}

// Activity counts scans by state.
func (a *App) Activity(ctx context.Context, who Actor) (Activity, error) {
	if !who.may(ScopeRead) {
		return Activity{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	counts, err := a.Store.CountScans(ctx, store.ScanFilter{Visible: who.visible()}, a.now().Add(-24*time.Hour))
	limits := a.Limits
	if limits.Global <= 0 {
		limits.Global = defaultLimits.Global
	}
	if limits.Project <= 0 {
		limits.Project = defaultLimits.Project
	}
	return Activity{counts, limits}, err
}

// CancelScan ends a scan: at once if it waits, else as soon as its worker hears of
// it. errs.Conflict if it has ended.
func (a *App) CancelScan(ctx context.Context, who Actor, id string) (store.Scan, error) {
	s, _, err := a.scanFor(ctx, who, id, Developer, ScopeScan)
	if err != nil {
		return s, err
	}
	err = a.Store.Tx(ctx, func(tx store.Store) (err error) {
		if s, err = tx.CancelScan(ctx, id, a.now()); err != nil {
			return err
		}
		if s.State.Ended() { // else its worker tells
			if err := tx.Announce(ctx, Announcement(&s)); err != nil {
				return err
			}
		}
		if _, err := Admit(ctx, tx, a.Queue, a.Limits, a.now()); err != nil { // it may have left a place
			return err
		}
		return a.audit(ctx, tx, who, store.Event{Organisation: s.OrganisationID, Project: s.ProjectID, Action: "scan.cancel", Object: "scan:" + s.ID})
	})
	return s, err
}

// RetryScan starts a new scan like one that has ended.
func (a *App) RetryScan(ctx context.Context, who Actor, id string) (store.Scan, error) {
	old, p, err := a.scanFor(ctx, who, id, Developer, ScopeScan)
	if err != nil {
		return old, err
	}
	if !old.State.Ended() {
		return old, errs.E(errs.Conflict, "the scan is %s: it has not ended", old.State)
	}
	trigger := store.TriggerManual
	if old.RepositoryID == "" {
		trigger = store.TriggerPush
	}
	var s store.Scan
	return s, a.Store.Tx(ctx, func(tx store.Store) (err error) {
		s, err = a.scanLike(ctx, tx, who, p, old, trigger)
		return err
	})
}

// scanLike starts a scan of what another one was of: the repository's ref as it is
// now, or the inventory that was pushed.
func (a *App) scanLike(ctx context.Context, tx store.Store, who Actor, p store.Project, old store.Scan, trigger store.Trigger) (store.Scan, error) {
	if old.RepositoryID != "" {
		r, err := tx.Repository(ctx, old.RepositoryID)
		if errs.KindOf(err) == errs.NotFound {
			err = errs.E(errs.Conflict, "the repository is no longer one of the project's")
		}
		if err != nil {
			return store.Scan{}, err
		}
		in := NewScan{Ref: old.Ref, Release: old.AskedRelease, Language: old.Language, Trigger: trigger}
		if in.Release != "" {
			in.Ref = "" // it is looked for again
		}
		return a.startScan(ctx, tx, who, r, p, in)
	}
	if p.Archived {
		return store.Scan{}, errs.E(errs.Conflict, "the project is archived: it is not scanned")
	}
	return a.enterScan(ctx, tx, who, store.Scan{
		OrganisationID: p.Organisation, ProjectID: p.ID, Trigger: trigger, Ref: old.Ref, Commit: old.Commit, Upload: old.Upload, Stage: store.StageCompare,
	})
}

// Analyses lists the analyzers of a scan and what became of them.
func (a *App) Analyses(ctx context.Context, who Actor, scan string) ([]store.Analysis, error) {
	if _, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead); err != nil {
		return nil, err
	}
	return a.Store.Analyses(ctx, scan)
}
