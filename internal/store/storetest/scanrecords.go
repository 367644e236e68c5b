package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// list wants only what may be seen.
func (d *scanDesk) list() {
	ctx := d.t.Context()
	open, hidden := d.project("open"), store.NewID()
	d.must(d.s.AddProject(ctx, store.Project{ID: hidden, Organisation: d.org, Name: "hidden", Visibility: store.Private, Created: d.now, Updated: d.now}))
	a, b, c := d.add(d.scan(open, "a", store.TriggerManual)), d.add(d.scan(hidden, "b", store.TriggerManual)), d.add(d.scan(open, "c", store.TriggerSchedule))
	ids := func(f store.ScanFilter, p store.Page) ([]string, string) {
		list, err := d.s.Scans(ctx, f, p)
		d.must(err)
		out := []string{}
		for _, s := range list.Items {
			out = append(out, s.ID)
		}
		return out, list.Next
	}
	for _, tt := range []struct {
		name string
		f    store.ScanFilter
		want []string
	}{
		{"nothing", store.ScanFilter{}, []string{}},
		{"member", store.ScanFilter{Visible: store.Visible{Organisations: []string{d.org}}}, []string{c.ID, a.ID}},
		{"granted", store.ScanFilter{Visible: store.Visible{Projects: []string{hidden}}}, []string{b.ID}},
		{"administrator", store.ScanFilter{Visible: store.Visible{Administers: []string{d.org}}}, []string{c.ID, b.ID, a.ID}},
		{"project", store.ScanFilter{Visible: store.Visible{All: true}, Project: open}, []string{c.ID, a.ID}},
		{"trigger", store.ScanFilter{Visible: store.Visible{All: true}, Project: open, Trigger: store.TriggerSchedule}, []string{c.ID}},
		{"state", store.ScanFilter{Visible: store.Visible{All: true}, Project: open, States: []store.ScanState{store.ScanDone}}, []string{}},
	} {
		if got, _ := ids(tt.f, store.Page{Desc: true}); !slices.Equal(got, tt.want) {
			d.t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	all := store.ScanFilter{Visible: store.Visible{Administers: []string{d.org}}}
	first, next := ids(all, store.Page{Desc: true, Limit: 2})
	rest, end := ids(all, store.Page{Desc: true, Limit: 2, Cursor: next})
	if !slices.Equal(append(first, rest...), []string{c.ID, b.ID, a.ID}) || end != "" {
		d.t.Errorf("pages %v, %v, %q", first, rest, end)
	}
	counts, err := d.s.CountScans(ctx, all, d.now.Add(-time.Hour))
	d.must(err)
	if diff := cmp.Diff(store.ScanCounts{Waiting: 3}, counts); diff != "" {
		d.t.Errorf("counts: mismatch (-want +got):\n%s", diff)
	}
	_, err = d.s.CancelScan(ctx, a.ID, d.now)
	d.must(err)
	counts, err = d.s.CountScans(ctx, all, d.now.Add(-time.Hour))
	d.must(err)
	if diff := cmp.Diff(store.ScanCounts{Waiting: 2, Cancelled: 1}, counts); diff != "" {
		d.t.Errorf("counts: mismatch (-want +got):\n%s", diff)
	}
}

// fanIn wants exactly one of several that finish at once to be the last.
func (d *scanDesk) fanIn() {
	ctx := d.t.Context()
	s := d.running(d.project("fan-in"), "main")
	names := []string{"a", "b", "c", "d"}
	for range 2 {
		d.must(d.s.OpenAnalyses(ctx, s.ID, names))
	}
	left := make(chan int, len(names))
	fail := make(chan error, len(names))
	for _, name := range names {
		go func() {
			left <- d.finish(ctx, s.ID, name, fail)
		}()
	}
	var got []int
	for range names {
		got = append(got, <-left)
	}
	slices.Sort(got)
	if len(fail) > 0 {
		d.t.Fatal(<-fail)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3}, got); diff != "" {
		d.t.Errorf("left: mismatch (-want +got):\n%s", diff)
	}
	_, err := d.s.TakeAnalysis(ctx, s.ID, "a", "w", d.now)
	d.want(errs.Conflict, err)
	d.want(errs.Conflict, d.s.Tx(ctx, func(tx store.Store) error {
		_, err := tx.EndAnalysis(ctx, store.Analysis{ScanID: s.ID, Analyzer: "a", Attempt: 1, State: store.AnalysisFailed})
		return err
	}))
}

func (d *scanDesk) finish(ctx context.Context, scan, name string, fail chan<- error) (left int) {
	a, err := d.s.TakeAnalysis(ctx, scan, name, "w", d.now)
	if err == nil {
		a.State, a.FinishedAt, a.Result, a.Findings = store.AnalysisDone, d.now, "sha256:"+name, 3
		err = d.s.Tx(ctx, func(tx store.Store) (err error) {
			left, err = tx.EndAnalysis(ctx, a)
			return err
		})
	}
	if err != nil {
		fail <- err
	}
	return left
}

// log wants lines in their order, once.
func (d *scanDesk) log() {
	ctx := d.t.Context()
	s := d.running(d.project("log"), "main")
	lines := []store.LogLine{{Seq: 1, At: d.now, Level: "info", Stage: store.StagePrepare, Text: "one"}, {Seq: 2, At: d.now, Level: "warn", Stage: store.StagePrepare, Text: "two"}}
	d.must(d.s.AddLog(ctx, s.ID, lines))
	d.must(d.s.AddLog(ctx, s.ID, append(lines[1:2:2], store.LogLine{Seq: 3, At: d.now, Level: "error", Stage: store.StageInventory, Text: "three"})))
	got, err := d.s.Log(ctx, s.ID, 1, 10)
	d.must(err)
	want := []store.LogLine{lines[1], {Seq: 3, At: d.now, Level: "error", Stage: store.StageInventory, Text: "three"}}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if last, err := d.s.LastLog(ctx, s.ID); last != 3 || err != nil {
		d.t.Errorf("the last is %d, %v", last, err)
	}
	d.must(d.s.ArchiveLog(ctx, s.ID, "sha256:1"))
	if last, _ := d.s.LastLog(ctx, s.ID); last != 3 {
		d.t.Error("the log of a running scan was archived")
	}
	d.clear()
	d.must(d.s.ArchiveLog(ctx, s.ID, "sha256:1"))
	if last, _ := d.s.LastLog(ctx, s.ID); last != 0 || d.reread(s.ID).Log != "sha256:1" {
		d.t.Error("the log of an ended scan was not archived")
	}
}

// outbox wants each event once until it is delivered.
func (d *scanDesk) outbox() {
	ctx := d.t.Context()
	e := store.OutboxEvent{Event: "e" + d.org, Kind: "scan.finished", OrganisationID: d.org, ProjectID: "p", ScanID: "s", Body: `{"n":1}`, CreatedAt: d.now}
	d.must(d.s.Announce(ctx, e))
	d.must(d.s.Announce(ctx, e))
	open, err := d.s.Announcements(ctx, 10)
	d.must(err)
	if len(open) != 1 {
		d.t.Fatalf("%d events, want 1", len(open))
	}
	e.ID = open[0].ID
	if diff := cmp.Diff(e, open[0]); diff != "" {
		d.t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	d.must(d.s.Announced(ctx, e.ID, d.now))
	if open, err := d.s.Announcements(ctx, 10); len(open) != 0 || err != nil {
		d.t.Errorf("still there: %v, %v", open, err)
	}
}
