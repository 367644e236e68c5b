package app_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// desk has a project with a repository, and people of every role.
type desk struct {
	*apptest.Kit
	t            *testing.T
	organisation string
	project      string
	developer    app.Actor
}

func onDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		d := &desk{Kit: apptest.New(t, db), t: t}
		d.organisation = d.Organisation("example")
		d.developer = d.Actor(d.organisation, app.Developer)
		d.project = d.addProject("shop", store.VisibleToOrganisation, 1)
		test(t, d)
	})
}

func (d *desk) addProject(name string, v store.Visibility, repositories int) string {
	d.t.Helper()
	p := store.Project{ID: store.NewID(), Organisation: d.organisation, Name: name, Visibility: v, Created: d.Clock.Now(), Updated: d.Clock.Now()}
	d.must(d.Store.AddProject(d.t.Context(), p))
	for range repositories {
		id := store.NewID()
		d.must(d.Store.AddRepository(d.t.Context(), store.Repository{ID: id, Project: p.ID, URL: "https://git.example.org/" + id, Key: "git.example.org/" + id, Ref: "main", Created: d.Clock.Now()}))
	}
	return p.ID
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) scan(in app.NewScan) store.Scan {
	d.t.Helper()
	if in.Project == "" {
		in.Project = d.project
	}
	s, err := d.CreateScan(d.t.Context(), d.developer, in)
	d.must(err)
	return s
}

const inventory = `{"schema":"assay.scan/v1","source":{"kind":"git","name":"x","ref":"refs/heads/next","commit":"abc"},"units":[],"components":[],"coverage":{"files":[]}}`

// TestScanRights tries every use-case as everybody.
func TestScanRights(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		hidden := d.addProject("hidden", store.Private, 1)
		open := d.scan(app.NewScan{})
		secret, err := d.CreateScan(ctx, d.Installation(), app.NewScan{Project: hidden})
		d.must(err)
		read := map[string]func(who app.Actor, project, scan string) error{
			"scan": func(who app.Actor, _, s string) error { _, err := d.Scan(ctx, who, s); return err },
			"scans": func(who app.Actor, p, _ string) error {
				_, err := d.Scans(ctx, who, app.ScanQuery{Project: p})
				return err
			},
			"log":        func(who app.Actor, _, s string) error { _, err := d.ScanLog(ctx, who, s, 0, 0); return err },
			"analyses":   func(who app.Actor, _, s string) error { _, err := d.Analyses(ctx, who, s); return err },
			"result":     func(who app.Actor, _, s string) error { _, err := d.ScanVulnerabilities(ctx, who, s); return err },
			"ledger":     func(who app.Actor, _, s string) error { _, err := d.ScanLedger(ctx, who, s); return err },
			"follow log": func(who app.Actor, _, s string) error { return d.firstEvent(who, s) },
		}
		change := map[string]func(who app.Actor, project, scan string) error{
			"create": func(who app.Actor, p, _ string) error {
				_, err := d.CreateScan(ctx, who, app.NewScan{Project: p, Ref: store.NewID()})
				return err
			},
			"push": func(who app.Actor, p, _ string) error {
				_, err := d.PushScan(ctx, who, app.Push{Project: p, Body: strings.NewReader(inventory)})
				return err
			},
			"cancel": func(who app.Actor, _, s string) error {
				_, err := d.CancelScan(ctx, who, s)
				if errs.KindOf(err) == errs.Conflict {
					return nil // it was before
				}
				return err
			},
		}
		scoped := d.Actor(d.organisation, app.Administrator)
		scoped.Scopes = []app.Scope{app.ScopeTriage}
		for _, who := range []struct {
			name                         string
			actor                        app.Actor
			readOpen, changeOpen, hidden errs.Kind
		}{
			{"stranger", d.Actor(d.organisation, app.Nobody), errs.NotFound, errs.NotFound, errs.NotFound},
			{"viewer", d.Actor(d.organisation, app.Viewer), errs.Unknown, errs.Denied, errs.NotFound},
			{"developer", d.developer, errs.Unknown, errs.Unknown, errs.NotFound},
			{"manager", d.Actor(d.organisation, app.Manager), errs.Unknown, errs.Unknown, errs.NotFound},
			{"administrator", d.Actor(d.organisation, app.Administrator), errs.Unknown, errs.Unknown, errs.Unknown},
			{"another scope", scoped, errs.Denied, errs.Denied, errs.Denied},
			{"other organisation", d.Actor(d.Organisation("other"), app.Administrator), errs.NotFound, errs.NotFound, errs.NotFound},
		} {
			expect := func(name string, err error, want errs.Kind) {
				if errs.KindOf(err) != want || (err == nil) != (want == errs.Unknown) {
					t.Errorf("%s, %s: %v", who.name, name, err)
				}
			}
			for name, do := range read {
				expect(name, do(who.actor, d.project, open.ID), who.readOpen)
				expect(name+" of the hidden", do(who.actor, hidden, secret.ID), who.hidden)
			}
			for name, do := range change {
				expect(name, do(who.actor, d.project, open.ID), who.changeOpen)
				expect(name+" of the hidden", do(who.actor, hidden, secret.ID), who.hidden)
			}
			if who.readOpen == errs.Unknown && who.hidden == errs.NotFound {
				list, err := d.Scans(ctx, who.actor, app.ScanQuery{})
				d.must(err)
				for _, row := range list.Items {
					if row.ProjectID == hidden {
						t.Errorf("%s sees scans of the hidden project", who.name)
					}
				}
			}
		}
	})
}

// firstEvent is the error of following a log.
func (d *desk) firstEvent(who app.Actor, scan string) error {
	for _, err := range d.FollowLog(d.t.Context(), who, scan, 0) {
		return err
	}
	return nil
}

// TestCreateScan wants what is asked for to be settled, and wrong requests to be
// refused.
func TestCreateScan(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		s := d.scan(app.NewScan{})
		if s.State != store.ScanQueued || s.Ref != "main" || s.Trigger != store.TriggerManual || s.RequestedBy != d.developer.ID() || len(d.Queue.Take()) != 1 {
			t.Errorf("the scan: %+v", s)
		}
		next := d.scan(app.NewScan{})
		if again := d.scan(app.NewScan{}); again.ID != next.ID || next.State != store.ScanWaiting {
			t.Errorf("two wait for the same: %s and %s (%s)", next.ID, again.ID, next.State)
		}
		if v, err := d.Scan(ctx, d.developer, next.ID); err != nil || v.Project.Name != "shop" || !v.MayScan || v.QueueAhead != 0 {
			t.Errorf("the view: %+v, %v", v, err)
		}
		archived := d.addProject("archived", store.VisibleToOrganisation, 1)
		p, err := d.Store.Project(ctx, archived)
		d.must(err)
		p.Archived = true
		d.must(d.Store.EditProject(ctx, p))
		for name, tt := range map[string]struct {
			in   app.NewScan
			want errs.Kind
		}{
			"no repository":          {app.NewScan{Project: d.addProject("empty", store.VisibleToOrganisation, 0)}, errs.Conflict},
			"which repository":       {app.NewScan{Project: d.addProject("two", store.VisibleToOrganisation, 2)}, errs.Invalid},
			"another repository":     {app.NewScan{Project: d.project, Repository: "nobody"}, errs.Invalid},
			"an option as ref":       {app.NewScan{Project: d.project, Ref: "--upload-pack=x"}, errs.Invalid},
			"a range as ref":         {app.NewScan{Project: d.project, Ref: "a..b"}, errs.Invalid},
			"a line break":           {app.NewScan{Project: d.project, Ref: "a\nb"}, errs.Invalid},
			"a language":             {app.NewScan{Project: d.project, Language: "klingon"}, errs.Invalid},
			"archived":               {app.NewScan{Project: archived}, errs.Conflict},
			"a ref and a release":    {app.NewScan{Project: d.project, Ref: "main", Release: "App v1.0"}, errs.Invalid},
			"a release of no number": {app.NewScan{Project: d.project, Release: "latest"}, errs.Invalid},
			"a release of lines":     {app.NewScan{Project: d.project, Release: "App\nv1.0"}, errs.Invalid},
			"a release of no text":   {app.NewScan{Project: d.project, Release: "App v1.0\xff"}, errs.Invalid},
			"a release of length":    {app.NewScan{Project: d.project, Release: strings.Repeat("1.", 60) + "0"}, errs.Invalid},
		} {
			if _, err := d.CreateScan(ctx, d.developer, tt.in); errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		log, err := d.Store.AuditEvents(ctx, store.AuditFilter{Project: d.project}, store.Page{})
		d.must(err)
		if len(log.Items) != 3 {
			t.Errorf("%d events in the audit log, want 3", len(log.Items))
		}
	})
}

// TestReleaseScan wants a release to be asked for by its name, its ref to be left to
// the worker, and a second try to look for it again.
func TestReleaseScan(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		s := d.scan(app.NewScan{Release: " App v1.0 "})
		if s.AskedRelease != "App v1.0" || s.Ref != "" || s.State != store.ScanQueued {
			t.Errorf("the scan: %+v", s)
		}
		later := d.scan(app.NewScan{})
		if later.State != store.ScanWaiting {
			t.Errorf("one of the same repository passes it: %+v", later)
		}
		taken, err := d.Store.TakeScan(ctx, s.ID, "w", d.Clock.Now())
		d.must(err)
		fence := taken.Fence()
		taken.Ref, taken.State, taken.FinishedAt = "v1.0", store.ScanFailed, d.Clock.Now()
		d.must(d.Store.EndScan(ctx, fence, taken))
		again, err := d.RetryScan(ctx, d.developer, s.ID)
		d.must(err)
		if again.AskedRelease != "App v1.0" || again.Ref != "" || again.ID == s.ID {
			t.Errorf("again: %+v", again)
		}
		log, err := d.Store.AuditEvents(ctx, store.AuditFilter{Project: d.project}, store.Page{})
		d.must(err)
		if got := string(log.Items[0].Detail); !strings.Contains(got, `"release":"App v1.0"`) {
			t.Errorf("the audit log says %s", got)
		}
		told := app.Announcement(&taken)
		if !strings.Contains(told.Body, `"asked_release":"App v1.0"`) || !strings.Contains(told.Body, `"ref":"v1.0"`) {
			t.Errorf("its end is told as %s", told.Body)
		}
	})
}

// TestPushScan wants an inventory to be checked, kept once, and to say what it is
// of.
func TestPushScan(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		s, err := d.PushScan(ctx, d.developer, app.Push{Project: d.project, Body: strings.NewReader(inventory)})
		d.must(err)
		if s.Ref != "next" || s.Commit != "abc" || s.Stage != store.StageCompare || s.Upload == "" || s.State != store.ScanQueued {
			t.Errorf("the scan: %+v", s)
		}
		again, err := d.PushScan(ctx, d.developer, app.Push{Project: d.project, Ref: "v1", Commit: "def", Body: strings.NewReader(inventory)})
		d.must(err)
		if again.Upload != s.Upload || again.Ref != "v1" || again.Commit != "def" {
			t.Errorf("again: %+v", again)
		}
		broken := errors.New("broken")
		for name, tt := range map[string]struct {
			in   app.Push
			want errs.Kind
		}{
			"no document":  {app.Push{Body: strings.NewReader("{}")}, errs.Invalid},
			"a ref":        {app.Push{Ref: "-x", Body: strings.NewReader(inventory)}, errs.Invalid},
			"broken off":   {app.Push{Body: io.MultiReader(strings.NewReader(inventory[:40]), failing{broken})}, errs.Unknown},
			"much of void": {app.Push{Body: io.LimitReader(void{}, 65<<20)}, errs.TooLarge},
		} {
			tt.in.Project = d.project
			if _, err := d.PushScan(ctx, d.developer, tt.in); err == nil || errs.KindOf(err) != tt.want {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type void struct{}

func (void) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestRetryScan wants a scan that has ended to be started again, and no other.
func TestRetryScan(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		s := d.scan(app.NewScan{Ref: "next", Language: "Python"})
		if _, err := d.RetryScan(ctx, d.developer, s.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("one that has not ended: %v", err)
		}
		_, err := d.CancelScan(ctx, d.developer, s.ID)
		d.must(err)
		events, err := d.Store.Announcements(ctx, 10)
		d.must(err)
		if len(events) != 1 || events[0].Kind != "scan.cancelled" || events[0].ScanID != s.ID {
			t.Errorf("a cancelled scan that no worker had is told of by %+v", events)
		}
		again, err := d.RetryScan(ctx, d.developer, s.ID)
		d.must(err)
		if again.ID == s.ID || again.Ref != "next" || again.Language != "python" || again.RepositoryID != s.RepositoryID {
			t.Errorf("again: %+v", again)
		}
		push, err := d.PushScan(ctx, d.developer, app.Push{Project: d.project, Body: strings.NewReader(inventory)})
		d.must(err)
		_, err = d.CancelScan(ctx, d.developer, push.ID)
		d.must(err)
		again, err = d.RetryScan(ctx, d.developer, push.ID)
		d.must(err)
		if again.ID == push.ID || again.Upload != push.Upload || again.Ref != "next" || again.Stage != store.StageCompare {
			t.Errorf("the push again: %+v", again)
		}
	})
}

// TestFollowLog follows a scan that goes on while somebody listens, and one from a
// line on.
func TestFollowLog(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		s := d.scan(app.NewScan{})
		taken, err := d.Store.TakeScan(ctx, s.ID, "w", d.Clock.Now())
		d.must(err)
		line := func(seq int64, text string) store.LogLine {
			return store.LogLine{Seq: seq, At: d.Clock.Now().Truncate(time.Millisecond), Level: "info", Stage: store.StagePrepare, Text: text}
		}
		d.must(d.Store.AddLog(ctx, s.ID, []store.LogLine{line(1, "one"), line(2, "two")}))
		var told []string
		for event, err := range d.FollowLog(ctx, d.developer, s.ID, 1) {
			d.must(err)
			if event.Line != nil {
				told = append(told, event.Line.Text)
				continue
			}
			told = append(told, string(event.Scan.State))
			if event.Scan.State == store.ScanRunning {
				d.end(taken, line(3, "three"))
			}
		}
		if diff := cmp.Diff([]string{"two", "running", "three", "failed"}, told); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		page, err := d.ScanLog(ctx, d.developer, s.ID, 0, 2)
		d.must(err)
		if len(page.Lines) != 2 || !page.More || !page.Ended {
			t.Errorf("the first lines of the blob: %+v", page)
		}
		gone, stop := context.WithCancel(ctx)
		defer stop()
		waiting := d.scan(app.NewScan{Ref: "other"})
		for range d.FollowLog(gone, d.developer, waiting.ID, 0) {
			stop() // the listener goes: nothing more comes
		}
	})
}

// end ends a scan as its worker does: the log becomes a blob.
func (d *desk) end(s store.Scan, last store.LogLine) {
	d.t.Helper()
	lines, err := d.Store.Log(d.t.Context(), s.ID, 0, 100)
	d.must(err)
	var text strings.Builder
	for _, l := range append(lines, last) {
		text.WriteString(`{"seq":` + string(rune('0'+l.Seq)) + `,"text":"` + l.Text + "\"}\n")
	}
	digest, _, err := d.Blobs.Put(d.t.Context(), strings.NewReader(text.String()))
	d.must(err)
	fence := s.Fence()
	s.State, s.Error, s.FinishedAt, s.Log = store.ScanFailed, "no", d.Clock.Now(), digest
	d.must(d.Store.Tx(d.t.Context(), func(tx store.Store) error { return tx.EndScan(d.t.Context(), fence, s) }))
}

// TestActivity counts what somebody sees.
func TestActivity(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		d.scan(app.NewScan{})
		d.scan(app.NewScan{})
		s := d.scan(app.NewScan{Ref: "next"})
		_, err := d.CancelScan(t.Context(), d.developer, s.ID)
		d.must(err)
		for name, tt := range map[string]struct {
			who  app.Actor
			want store.ScanCounts
		}{
			"developer": {d.developer, store.ScanCounts{Queued: 1, Waiting: 1, Cancelled: 1}},
			"stranger":  {d.Actor(d.organisation, app.Nobody), store.ScanCounts{}},
		} {
			got, err := d.Activity(t.Context(), tt.who)
			d.must(err)
			if diff := cmp.Diff(tt.want, got.Counts); diff != "" || got.Limits.Global == 0 {
				t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
			}
		}
	})
}
