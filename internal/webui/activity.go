package webui

import (
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// activityPage shows how the work stands: what runs, waits, failed.
type activityPage struct {
	Frame   frame
	List    listing
	States  []activityState
	Chips   []chip
	Items   []scanRow
	Pager   pager
	Empty   emptyState
	Running int
	Limits  store.ScanLimits
	CSRF    string
}

// activityState is a number of the top line.
type activityState struct {
	Label, Says, Href string
	Count             int
	On                bool
}

// scanRow is a scan in a list.
type scanRow struct {
	app.ScanRow
	Badge badge
	Took  time.Duration
	Stage string // what it does, or did last
	// MayCancel only shows the button: the app decides.
	MayCancel bool
}

// activityStates are the values of the filter, with the states of each.
func activityStates() []struct {
	Name, Label string
	States      []store.ScanState
} {
	return []struct {
		Name, Label string
		States      []store.ScanState
	}{
		{"running", "Running", []store.ScanState{store.ScanRunning}},
		{"waiting", "Waiting", []store.ScanState{store.ScanWaiting, store.ScanQueued}},
		{"failed", "Failed", []store.ScanState{store.ScanFailed}},
		{"done", "Done", []store.ScanState{store.ScanDone}},
		{"cancelled", "Cancelled", []store.ScanState{store.ScanCancelled}},
	}
}

func (u *ui) activity(r *request) (reply, error) {
	l := r.listing()
	work, err := u.app.Activity(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	query := app.ScanQuery{Project: l.Get("project"), Trigger: store.Trigger(l.Get("trigger")), Page: l.page("-seq")}
	for _, s := range activityStates() {
		if l.Has("state", s.Name) {
			query.States = append(query.States, s.States...)
		}
	}
	list, err := u.app.Scans(r.Context(), r.actor, query)
	if err != nil {
		return nil, err
	}
	return show("activity", r.activityPage(l, work, list)), nil
}

func (r *request) activityPage(l listing, work app.Activity, list store.List[app.ScanRow]) activityPage {
	p := activityPage{Frame: r.frame("Activity"), List: l, Pager: l.Pager(len(list.Items), list.Next), Limits: work.Limits, Running: work.Counts.Running, CSRF: r.csrf}
	p.Frame.Lead = "Scans of all projects that you see, the newest first."
	p.Frame.Wide = true
	c := work.Counts
	counts := map[string]int{"running": c.Running, "waiting": c.Waiting + c.Queued, "failed": c.Failed, "done": c.Done, "cancelled": c.Cancelled}
	says := map[string]string{"failed": "in the last day", "done": "in the last day", "cancelled": "in the last day", "waiting": "for their turn", "running": "now"}
	for _, s := range activityStates() {
		p.States = append(p.States, activityState{s.Label, says[s.Name], l.Choice("", "state", s.Name).Href, counts[s.Name], l.Has("state", s.Name)})
	}
	for _, t := range []store.Trigger{store.TriggerManual, store.TriggerPush, store.TriggerSchedule, store.TriggerCreate, store.TriggerAdvisories} {
		p.Chips = append(p.Chips, l.Choice(triggerWord(t), "trigger", string(t)))
	}
	for _, item := range list.Items {
		p.Items = append(p.Items, r.scanRow(item))
	}
	p.Empty = emptyState{Icon: "activity", Title: "No scan yet", Text: "A project is scanned when it is created, by its schedule, by a push from a pipeline, or by its button.", Actions: []action{{Label: "Projects", Href: "/projects"}}}
	if l.Filtered() {
		p.Empty = emptyState{Icon: "activity", Title: "No scan fits", Actions: []action{{Label: "All scans", Href: l.Bare()}}}
	}
	return p
}

func (r *request) scanRow(s app.ScanRow) scanRow {
	row := scanRow{ScanRow: s, Badge: stateOfScan(string(s.State), s.Incomplete), Stage: string(s.Stage)}
	row.MayCancel = !s.State.Ended() && !s.CancelAsked && r.actor.For(s.OrganisationID, s.ProjectID, false).AtLeast(app.Developer)
	if !s.StartedAt.IsZero() {
		end := s.FinishedAt
		if end.IsZero() {
			end = r.now
		}
		row.Took = end.Sub(s.StartedAt)
	}
	return row
}

// triggerWord says why a scan was started.
func triggerWord(t store.Trigger) string {
	switch t {
	case store.TriggerManual:
		return "by hand"
	case store.TriggerPush:
		return "pushed"
	case store.TriggerSchedule:
		return "scheduled"
	case store.TriggerCreate:
		return "first scan"
	case store.TriggerAdvisories:
		return "newer advisories"
	}
	return string(t)
}
