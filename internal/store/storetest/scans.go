package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// scanDesk makes scans for the tests of what becomes of them.
type scanDesk struct {
	t   *testing.T
	s   store.Store
	now time.Time
	org string
}

func newScanDesk(t *testing.T, s store.Store) *scanDesk {
	t.Helper()
	d := &scanDesk{t: t, s: s, now: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC), org: store.NewID()}
	d.must(s.CreateOrganisation(t.Context(), store.Organisation{ID: d.org, Slug: d.org, Name: "Example", CreatedAt: d.now, Revision: 1}))
	return d
}

func (d *scanDesk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *scanDesk) project(name string) string {
	d.t.Helper()
	id := store.NewID()
	d.must(d.s.AddProject(d.t.Context(), store.Project{ID: id, Organisation: d.org, Name: name, Visibility: store.VisibleToOrganisation, Created: d.now, Updated: d.now}))
	return id
}

// scan is a new scan of a project, of the repository "r".
func (d *scanDesk) scan(project, ref string, trigger store.Trigger) store.Scan {
	return store.Scan{
		ID: store.NewID(), OrganisationID: d.org, ProjectID: project, RepositoryID: "r" + project, Ref: ref, Trigger: trigger, Priority: trigger.Priority(),
		RequestedBy: "user:u", Stage: store.StagePrepare, CreatedAt: d.now,
	}
}

func (d *scanDesk) add(s store.Scan) store.Scan {
	d.t.Helper()
	stored, _, err := d.s.AddScan(d.t.Context(), s)
	d.must(err)
	return stored
}

// waits tells by another way whether a scan waits.
func (d *scanDesk) waits() bool {
	d.t.Helper()
	counts, err := d.s.CountScans(d.t.Context(), store.ScanFilter{Visible: store.Visible{All: true}}, d.now)
	d.must(err)
	return counts.Waiting > 0
}

// admit admits within limits and returns the ids.
func (d *scanDesk) admit(limits store.ScanLimits) []string {
	d.t.Helper()
	if waits, err := d.s.AnyWaiting(d.t.Context()); err != nil || waits != d.waits() {
		d.t.Errorf("one waits: %v, error %v", waits, err)
	}
	var ids []string
	d.must(d.s.Tx(d.t.Context(), func(tx store.Store) error {
		admitted, err := tx.AdmitScans(d.t.Context(), limits, d.now)
		ids = nil
		for _, s := range admitted {
			if s.State != store.ScanQueued || !s.AdmittedAt.Equal(d.now) {
				return fmt.Errorf("admitted as %s at %v", s.State, s.AdmittedAt)
			}
			ids = append(ids, s.ID)
		}
		return err
	}))
	return ids
}

// running makes a scan that a worker has taken.
func (d *scanDesk) running(project, ref string) store.Scan {
	d.t.Helper()
	return d.run(d.scan(project, ref, store.TriggerManual))
}

// run has a worker take a new scan.
func (d *scanDesk) run(s store.Scan) store.Scan {
	d.t.Helper()
	s = d.add(s)
	d.admit(store.ScanLimits{Global: 1000, Project: 1000})
	s, err := d.s.TakeScan(d.t.Context(), s.ID, "w1", d.now)
	d.must(err)
	return s
}

func (d *scanDesk) want(kind errs.Kind, err error) {
	d.t.Helper()
	if errs.KindOf(err) != kind || (err == nil) != (kind == errs.Unknown) {
		d.t.Errorf("error %v of kind %v, want the kind %v", err, errs.KindOf(err), kind)
	}
}

func (d *scanDesk) reread(id string) store.Scan {
	d.t.Helper()
	s, err := d.s.Scan(d.t.Context(), id)
	d.must(err)
	return s
}

// Scans specifies store.Scans.
func Scans(t *testing.T, s store.Store) {
	for _, part := range []struct {
		name string
		test func(*scanDesk)
	}{
		{"kept", (*scanDesk).kept},
		{"collapse", (*scanDesk).collapse},
		{"fairness", (*scanDesk).fairness},
		{"enough", (*scanDesk).enough},
		{"one at a time of a ref", (*scanDesk).oneAtATime},
		{"a release asked for", (*scanDesk).release},
		{"a release takes its turn", (*scanDesk).releaseTurn},
		{"the end of a release without a ref", (*scanDesk).releaseEnd},
		{"delay", (*scanDesk).delay},
		{"fence", (*scanDesk).fence},
		{"taken at once", (*scanDesk).takenAtOnce},
		{"cancel", (*scanDesk).cancel},
		{"end", (*scanDesk).end},
		{"stale", (*scanDesk).stale},
		{"list", (*scanDesk).list},
		{"fan-in", (*scanDesk).fanIn},
		{"log", (*scanDesk).log},
		{"outbox", (*scanDesk).outbox},
	} {
		t.Run(part.name, func(t *testing.T) {
			d := newScanDesk(t, s)
			part.test(d)
			d.clear()
		})
	}
}

// clear ends what is active, so that it does not take the places of other parts.
func (d *scanDesk) clear() {
	d.t.Helper()
	list, err := d.s.Scans(d.t.Context(), store.ScanFilter{Visible: store.Visible{All: true}, States: []store.ScanState{store.ScanWaiting, store.ScanQueued, store.ScanRunning}}, store.Page{Limit: 200})
	d.must(err)
	for _, s := range list.Items {
		if _, err := d.s.CancelScan(d.t.Context(), s.ID, d.now); err != nil {
			d.t.Fatal(err)
		}
		if _, err := d.s.EndCancelled(d.t.Context(), s.ID, d.now); err != nil {
			d.t.Fatal(err)
		}
	}
}

// kept wants every field to come back as it was stored.
func (d *scanDesk) kept() {
	s := d.run(d.releaseScan(d.project("kept"), "App v1.0"))
	fence := s.Fence()
	s.Ref, s.Languages, s.Stage = "v1.0", []string{"npm"}, store.StageCompare
	s.Stages = []store.StageRun{{Stage: store.StagePrepare, State: "done", Started: d.now, Finished: d.now.Add(time.Second), Note: "1 commit"}}
	s.Tries, s.RetryAt, s.FinishedAt, s.Error = 2, d.now.Add(time.Minute), d.now.Add(time.Hour), "no host"
	s.Commit, s.InventoryID, s.Ledger, s.Result, s.Log = "c0ffee", 7, "sha256:1", "sha256:2", "sha256:3"
	s.Changed = []store.UnitChange{{Unit: "package-lock:package-lock.json", Change: store.UnitNew}}
	s.Analysis, s.ReleaseSeq, s.Components, s.FilesRead, s.FilesFailed, s.FilesOther = store.AnalysisPartial, 3, 1000, 4, 5, 6
	s.Incomplete, s.Notices = true, []string{"one file failed"}
	s.Critical, s.High, s.Medium, s.Low, s.Negligible, s.Unknown, s.Appeared, s.Disappeared = 1, 2, 3, 4, 5, 6, 7, 8
	d.must(d.s.SaveScan(d.t.Context(), fence, s))
	if diff := cmp.Diff(s, d.reread(s.ID)); diff != "" {
		d.t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	_, err := d.s.Scan(d.t.Context(), "nobody")
	d.want(errs.NotFound, err)
}

// collapse wants equal requests that wait to be one.
func (d *scanDesk) collapse() {
	p := d.project("collapse")
	first := d.add(d.scan(p, "main", store.TriggerSchedule))
	again, collapsed, err := d.s.AddScan(d.t.Context(), d.scan(p, "main", store.TriggerManual))
	d.must(err)
	if !collapsed || again.ID != first.ID || d.reread(first.ID).Priority != 1 {
		d.t.Errorf("%v, %v: not the waiting one, made urgent", collapsed, again)
	}
	for _, other := range []store.Scan{d.scan(p, "next", store.TriggerManual), d.scan(d.project("other"), "main", store.TriggerManual)} {
		if stored := d.add(other); stored.ID != other.ID {
			d.t.Error("another ref or project collapsed")
		}
	}
	push := d.scan(p, "main", store.TriggerPush)
	push.RepositoryID, push.Stage, push.Upload = "", store.StageCompare, "sha256:1"
	d.add(push)
	push.ID = store.NewID()
	if d.add(push).ID != push.ID {
		d.t.Error("a push gave way")
	}
}

// fairness wants the fewest of a project first, then the urgent, then the old, and
// both limits.
func (d *scanDesk) fairness() {
	busy, quiet := d.project("busy"), d.project("quiet")
	var want []string
	for i := range 4 {
		want = append(want, d.add(d.scan(busy, fmt.Sprint(i), store.TriggerManual)).ID)
	}
	late := d.add(d.scan(quiet, "late", store.TriggerSchedule)).ID
	urgent := d.add(d.scan(quiet, "urgent", store.TriggerPush)).ID
	got := d.admit(store.ScanLimits{Global: 3, Project: 2})
	if diff := cmp.Diff([]string{want[0], want[1], urgent}, got); diff != "" {
		d.t.Errorf("first: mismatch (-want +got):\n%s", diff)
	}
	if got := d.admit(store.ScanLimits{Global: 3, Project: 2}); got != nil {
		d.t.Errorf("over the limit: %v", got)
	}
	if got := d.admit(store.ScanLimits{Global: 10, Project: 2}); !slices.Equal(got, []string{late}) {
		d.t.Errorf("the limit of the project: %v, want %v", got, late)
	}
	ahead, err := d.s.ScansAhead(d.t.Context(), d.reread(want[3]))
	d.must(err)
	if ahead != 1 {
		d.t.Errorf("%d wait before the last one, want 1", ahead)
	}
}

// enough wants nobody to be chosen while many that were admitted wait for a worker,
// unless somebody is more urgent than all of them.
func (d *scanDesk) enough() {
	all := store.ScanLimits{Global: 100, Project: 100}
	for i := range 12 {
		d.add(d.scan(d.project(fmt.Sprint("enough", i)), "main", store.TriggerSchedule))
	}
	queued := d.admit(store.ScanLimits{Global: 10, Project: 1})
	if len(queued) != 10 {
		d.t.Fatalf("%d were admitted, want 10", len(queued))
	}
	if got := d.admit(all); got != nil {
		d.t.Errorf("chosen although many wait for a worker: %v", got)
	}
	urgent := d.add(d.scan(d.project("urgent"), "main", store.TriggerManual))
	if got := d.admit(store.ScanLimits{Global: 11, Project: 1}); !slices.Equal(got, []string{urgent.ID}) {
		d.t.Errorf("admitted %v, want the urgent one", got)
	}
	for _, id := range queued[:4] {
		_, err := d.s.TakeScan(d.t.Context(), id, "w", d.now)
		d.must(err)
	}
	if got := d.admit(all); len(got) != 2 {
		d.t.Errorf("admitted %v when few are left, want the other two", got)
	}
}

// oneAtATime wants scans of one ref to come in their order.
func (d *scanDesk) oneAtATime() {
	p, all := d.project("turns"), store.ScanLimits{Global: 100, Project: 100}
	push := d.scan(p, "main", store.TriggerPush)
	push.RepositoryID, push.Stage = "", store.StageCompare
	first := d.add(push)
	push.ID, push.Priority = store.NewID(), 1
	second := d.add(push)
	if got := d.admit(all); !slices.Equal(got, []string{first.ID}) {
		d.t.Errorf("admitted %v, want the first only", got)
	}
	taken, err := d.s.TakeScan(d.t.Context(), first.ID, "w", d.now)
	d.must(err)
	if got := d.admit(all); got != nil {
		d.t.Errorf("admitted %v beside a running one", got)
	}
	fence := taken.Fence()
	taken.State, taken.RetryAt = store.ScanWaiting, d.now.Add(time.Minute)
	d.must(d.s.SaveScan(d.t.Context(), fence, taken))
	if got := d.admit(all); got != nil {
		d.t.Errorf("admitted %v before the one that is to be tried again", got)
	}
	d.now = d.now.Add(time.Minute)
	if got := d.admit(all); !slices.Equal(got, []string{first.ID}) {
		d.t.Errorf("admitted %v, want the first again", got)
	}
	_, err = d.s.CancelScan(d.t.Context(), first.ID, d.now)
	d.must(err)
	if got := d.admit(all); !slices.Equal(got, []string{second.ID}) {
		d.t.Errorf("admitted %v, want the second", got)
	}
}

// delay wants a scan to wait for its next try, but not for ever after a clock was
// set back.
func (d *scanDesk) delay() {
	s := d.running(d.project("delay"), "main")
	fence := s.Fence()
	s.State, s.RetryAt = store.ScanWaiting, d.now.Add(time.Minute)
	d.must(d.s.SaveScan(d.t.Context(), fence, s))
	limits := store.ScanLimits{Global: 100, Project: 100}
	if got := d.admit(limits); got != nil {
		d.t.Errorf("admitted %v too early", got)
	}
	d.now = d.now.Add(-24 * time.Hour)
	if got := d.admit(limits); !slices.Equal(got, []string{s.ID}) {
		d.t.Errorf("admitted %v after the clock was set back", got)
	}
}

// fence wants only the last worker, at the stage it is at, to change anything.
func (d *scanDesk) fence() {
	first := d.running(d.project("fence"), "main")
	second, err := d.s.TakeScan(d.t.Context(), first.ID, "w2", d.now)
	d.must(err)
	if second.Attempt <= first.Attempt || second.Worker != "w2" {
		d.t.Errorf("taken again: %d after %d, %s", second.Attempt, first.Attempt, second.Worker)
	}
	first.Commit = "late"
	d.want(errs.Conflict, d.s.SaveScan(d.t.Context(), first.Fence(), first))
	d.want(errs.Conflict, d.s.EndScan(d.t.Context(), first.Fence(), first))
	held, _, err := d.s.Beat(d.t.Context(), first.ID, first.Attempt, d.now.Add(time.Hour))
	d.must(err)
	if held {
		d.t.Error("the first worker still holds it")
	}
	for _, h := range []struct {
		fence store.Fence
		want  bool
	}{{first.Fence(), false}, {second.Fence(), true}} {
		if held, err := d.s.Hold(d.t.Context(), h.fence); held != h.want || err != nil {
			d.t.Errorf("hold of attempt %d: %v, %v; want %v", h.fence.Attempt, held, err, h.want)
		}
	}
	fence := second.Fence()
	second.Stage = store.StageInventory
	d.must(d.s.SaveScan(d.t.Context(), fence, second))
	d.want(errs.Conflict, d.s.SaveScan(d.t.Context(), fence, second))
	if got := d.reread(first.ID); got.Commit != "" || got.Stage != store.StageInventory || !got.HeartbeatAt.Equal(d.now) {
		d.t.Errorf("a late worker changed it: %+v", got)
	}
	_, err = d.s.TakeScan(d.t.Context(), "nobody", "w", d.now)
	d.want(errs.NotFound, err)
}

// takenAtOnce wants workers that take a scan at the same time to hold it one after
// the other: never two by the same attempt.
func (d *scanDesk) takenAtOnce() {
	s := d.running(d.project("taken at once"), "main")
	const workers = 8
	attempts, fail := make(chan int64, workers), make(chan error, workers)
	for range workers {
		go func() {
			taken, err := d.s.TakeScan(d.t.Context(), s.ID, "w", d.now)
			if err != nil {
				fail <- err
			}
			attempts <- taken.Attempt
		}()
	}
	held := map[int64]bool{}
	for range workers {
		held[<-attempts] = true
	}
	if len(fail) > 0 {
		d.t.Fatal(<-fail)
	}
	if len(held) != workers {
		d.t.Errorf("%d workers hold it by %d attempts", workers, len(held))
	}
}

// cancel wants what waits to end at once, what runs when its worker hears of it.
func (d *scanDesk) cancel() {
	p, ctx := d.project("cancel"), d.t.Context()
	waiting := d.add(d.scan(p, "main", store.TriggerManual))
	got, err := d.s.CancelScan(ctx, waiting.ID, d.now)
	d.must(err)
	if got.State != store.ScanCancelled || d.reread(waiting.ID).State != store.ScanCancelled || d.reread(waiting.ID).FinishedAt.IsZero() {
		d.t.Errorf("a waiting one: %+v", got)
	}
	_, err = d.s.CancelScan(ctx, waiting.ID, d.now)
	d.want(errs.Conflict, err)
	_, err = d.s.TakeScan(ctx, waiting.ID, "w", d.now)
	d.want(errs.Conflict, err)

	s := d.running(p, "next")
	d.must(d.s.OpenAnalyses(ctx, s.ID, []string{"a"}))
	if ended, err := d.s.EndCancelled(ctx, s.ID, d.now); ended || err != nil {
		d.t.Errorf("ended without being asked: %v, %v", ended, err)
	}
	got, err = d.s.CancelScan(ctx, s.ID, d.now)
	d.must(err)
	if got.State != store.ScanRunning || !got.CancelAsked {
		d.t.Errorf("a running one: %+v", got)
	}
	if held, cancel, err := d.s.Beat(ctx, s.ID, s.Attempt, d.now); !held || !cancel || err != nil {
		d.t.Errorf("the worker hears %v, %v, %v", held, cancel, err)
	}
	if held, err := d.s.Hold(ctx, s.Fence()); held || err != nil {
		d.t.Errorf("to be cancelled, and held: %v, %v", held, err)
	}
	d.want(errs.Conflict, d.s.SaveScan(ctx, s.Fence(), s))
	for _, want := range []bool{true, false} {
		if ended, err := d.s.EndCancelled(ctx, s.ID, d.now); ended != want || err != nil {
			d.t.Errorf("ended %v, %v; want %v", ended, err, want)
		}
	}
	list, err := d.s.Analyses(ctx, s.ID)
	d.must(err)
	if d.reread(s.ID).State != store.ScanCancelled || list[0].State != store.AnalysisCancelled {
		d.t.Errorf("ended as %s, %s", d.reread(s.ID).State, list[0].State)
	}
}

// end wants the project, the version and the log to follow.
func (d *scanDesk) end() {
	p, ctx := d.project("end"), d.t.Context()
	s := d.running(p, "main")
	v, err := d.s.EnsureVersion(ctx, store.Version{Project: p, Repository: s.RepositoryID, Ref: "main", Main: true})
	d.must(err)
	d.must(d.s.AddLog(ctx, s.ID, []store.LogLine{{Seq: 1, At: d.now, Level: "info", Text: "x"}}))
	fence := s.Fence()
	s.VersionID, s.State, s.Stage, s.FinishedAt, s.Incomplete, s.Log = v.ID, store.ScanDone, store.StageNotify, d.now, true, "sha256:1"
	d.must(d.s.EndScan(ctx, fence, s))
	v, err = d.s.Version(ctx, v.ID)
	d.must(err)
	project, err := d.s.Project(ctx, p)
	d.must(err)
	want := store.LastScan{ID: s.ID, At: d.now, State: "done", Incomplete: true}
	if diff := cmp.Diff(want, project.LastScan); diff != "" || v.Scan != s.ID {
		d.t.Errorf("last scan of the version %q; of the project: mismatch (-want +got):\n%s", v.Scan, diff)
	}
	if last, err := d.s.LastLog(ctx, s.ID); last != 0 || err != nil {
		d.t.Errorf("%d lines of the log are left, %v", last, err)
	}
}

// stale wants scans to be found of which nothing is heard, whichever way a clock
// jumped, and one to care for each.
func (d *scanDesk) stale() {
	ctx := d.t.Context()
	s := d.running(d.project("stale"), "main")
	find := func(now time.Time) []string {
		list, err := d.s.StaleScans(ctx, time.Minute, now, 100)
		d.must(err)
		var ids []string
		for _, f := range list {
			ids = append(ids, f.ID)
		}
		return ids
	}
	if got := find(d.now.Add(30 * time.Second)); got != nil {
		d.t.Errorf("found %v, which lives", got)
	}
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		if got := find(d.now.Add(jump)); !slices.Equal(got, []string{s.ID}) {
			d.t.Errorf("after %v: found %v", jump, got)
		}
	}
	for _, want := range []bool{true, false} {
		if touched, err := d.s.TouchScan(ctx, s, d.now.Add(time.Hour)); touched != want || err != nil {
			d.t.Errorf("touched %v, %v; want %v", touched, err, want)
		}
	}
}
