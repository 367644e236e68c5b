package webui

import (
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// projectScansPage is a project's scans, and the form that starts one.
type projectScansPage struct {
	Frame   frame
	List    listing
	States  []chip
	Trend   *scanBars
	Rows    []projectScan
	Pager   pager
	Form    form
	MayScan bool
	Sources []option
	Refs    []string // that were scanned, to pick from
	// ReleaseHelp says where a release is looked for.
	ReleaseHelp string
	Empty       *emptyState
}

// projectScan is a scan in a project's list.
type projectScan struct {
	Href       string
	Project    link
	State      badge
	Stage      string // of one that runs
	Ref        string
	Release    string // that was asked for
	Commit     string
	Trigger    string
	Created    time.Time
	Took       time.Duration // zero: it has not ended
	Tally      tally
	Appeared   int
	Vanished   int
	Components int
	Failed     int    // manifests that could not be read
	Analysis   string // full, partial, skipped
	Error      string
}

func projectScanOf(s app.ScanRow) projectScan {
	row := projectScan{
		Href: "/scans/" + s.ID, Project: link{s.Project.Name, projectPath(s.Project.ID)},
		State: stateOfScan(string(s.State), s.Incomplete), Ref: s.Ref, Release: s.AskedRelease, Commit: s.Commit, Trigger: triggerWord(s.Trigger),
		Created: s.CreatedAt, Appeared: s.Appeared, Vanished: s.Disappeared, Components: s.Components,
		Failed: s.FilesFailed, Analysis: string(s.Analysis), Error: s.Error,
	}
	if s.State == store.ScanRunning {
		row.Stage = string(s.Stage)
	}
	if s.State == store.ScanDone {
		row.Tally = tallyOf(severitiesIn(countsOfScan(s.Scan)), !s.Incomplete, nil)
	}
	if !s.FinishedAt.IsZero() && !s.StartedAt.IsZero() {
		row.Took = s.FinishedAt.Sub(s.StartedAt)
	}
	return row
}

func (u *ui) projectScans(r *request) (reply, error) {
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	p, err := r.projectScansPage(view, r.form(projectPath(view.ID)+"/scans"))
	if err != nil {
		return nil, err
	}
	return show("project_scans", p), nil
}

func (r *request) projectScansPage(view app.ProjectView, f form) (projectScansPage, error) {
	l := r.listing()
	q := app.ScanQuery{Project: view.ID, States: scanStatesOf(l), Page: l.page("-")}
	list, err := r.ui.app.Scans(r.Context(), r.actor, q)
	if err != nil {
		return projectScansPage{}, err
	}
	return r.scansOf(view, l, list, f), nil
}

// scanStatesOf are the states that a list is narrowed to.
func scanStatesOf(l listing) []store.ScanState {
	var states []store.ScanState
	for _, word := range l.All("state") {
		if word == "open" {
			states = append(states, store.ScanWaiting, store.ScanQueued, store.ScanRunning)
			continue
		}
		states = append(states, store.ScanState(word))
	}
	return states
}

func (r *request) scansOf(view app.ProjectView, l listing, list store.List[app.ScanRow], f form) projectScansPage {
	p := projectScansPage{
		Frame: r.projectFrame(view, "scans"), List: l, Form: f, Pager: l.Pager(len(list.Items), list.Next),
		MayScan: mayStart(view),
	}
	p.States = []chip{
		l.Chip("Running or waiting", "state", "open"), l.Chip("Done", "state", "done"),
		l.Chip("Failed", "state", "failed"), l.Chip("Cancelled", "state", "cancelled"),
	}
	for _, repository := range view.Repositories {
		p.Sources = append(p.Sources, option{Value: repository.ID, Label: repository.URL})
	}
	p.Refs = scannedRefs(view.Versions)
	p.ReleaseHelp = "Looked for as " + view.ReleasePattern + ", # being its version number."
	var plain []store.Scan
	for _, s := range list.Items {
		p.Rows = append(p.Rows, projectScanOf(s))
		plain = append(plain, s.Scan)
	}
	if !l.Filtered() && !l.Later() {
		p.Trend = barsOf(plain)
	}
	switch {
	case len(p.Rows) > 0:
	case l.Filtered():
		p.Empty = &emptyState{Icon: "search", Title: "No such scan", Actions: []action{{Label: "Show all scans", Href: l.Bare()}}}
	default:
		p.Empty = r.neverScanned(view)
	}
	return p
}

// mostRefs bounds how many refs are offered.
const mostRefs = 50

// scannedRefs are the refs of repositories that there are versions of; those that
// are narrowed to a language have a # in their names.
func scannedRefs(versions []store.Version) []string {
	var refs []string
	for _, v := range versions {
		if v.Repository != "" && v.Ref != "" && !strings.Contains(v.Ref, "#") && !slices.Contains(refs, v.Ref) && len(refs) < mostRefs {
			refs = append(refs, v.Ref)
		}
	}
	return refs
}

func (u *ui) startScan(r *request) (reply, error) {
	id := r.PathValue("project")
	scan, err := u.app.CreateScan(r.Context(), r.actor, app.NewScan{
		Project: id, Repository: r.field("repository"), Ref: r.field("ref"), Release: r.field("release"), Language: r.field("language"), Trigger: store.TriggerManual,
	})
	if err == nil {
		return goTo("/scans/" + scan.ID), nil
	}
	f, err := r.refused(projectPath(id)+"/scans", err)
	if err != nil {
		return nil, err
	}
	view, err := u.app.Project(r.Context(), r.actor, id)
	if err != nil {
		return nil, err
	}
	p, err := r.projectScansPage(view, f)
	if err != nil {
		return nil, err
	}
	return showAgain("project_scans", p), nil
}
