package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// queued is a bench whose scans come by a real queue.
type queued struct {
	*bench
	app    *app.App
	runner *jobs.Runner
	clock  func() time.Time
}

func newQueued(t *testing.T, db *sqlstore.DB, o jobs.Options) *queued {
	t.Helper()
	q := &queued{bench: newBench(t, db), clock: time.Now}
	q.runner = q.newRunner(o)
	q.must(q.runner.Migrate(t.Context()))
	q.app = app.New(app.Deps{Store: db, Blobs: q.Blobs, Queue: q.runner, Clock: q.clock, Log: q.Log})
	q.p = q.pipeline("w", q.runner)
	return q
}

func (q *queued) newRunner(o jobs.Options) *jobs.Runner {
	q.t.Helper()
	r, err := jobs.New(jobs.Database{SQLite: q.db.SQL(), Postgres: q.db.Pool()}, o)
	q.must(err)
	return r
}

func (q *queued) pipeline(name string, queue jobs.Queue) *pipeline.Pipeline {
	return q.with(func(o *pipeline.Options) {
		o.Queue, o.Clock, o.Worker, o.Silence, o.Delay = queue, q.clock, name, 2*time.Second, 50*time.Millisecond
	})
}

// work starts workers on a runner.
func (q *queued) work(r *jobs.Runner, p *pipeline.Pipeline) {
	q.t.Helper()
	q.must(r.Start(q.t.Context(), map[jobs.Kind]jobs.Handler{
		jobs.Scan:     func(ctx context.Context, j jobs.Job) error { return p.Scan(ctx, j.Scan) },
		jobs.Analysis: func(ctx context.Context, j jobs.Job) error { return p.Analysis(ctx, j.Scan, j.Analyzer) },
	}))
	q.t.Cleanup(func() { q.stop(r) })
}

func (q *queued) stop(r *jobs.Runner) {
	q.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.t.Context()), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		q.t.Errorf("stop: %v", err)
	}
}

// push pushes a document of n components.
func (q *queued) push(project string, n, from int) store.Scan {
	q.t.Helper()
	s, err := q.app.PushScan(q.t.Context(), q.who, app.Push{Project: project, Body: strings.NewReader(many(n, from))})
	q.must(err)
	return s
}

// many is a document of n components.
func many(n, from int) string {
	var b strings.Builder
	b.WriteString(`{"schema":"assay.scan/v1","units":[{"id":"package-lock:p","kind":"package-lock","path":"p","manifests":[],"drift":[]}],"components":[`)
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"id":"c%[1]d","purl":"pkg:npm/package-%[2]d@1.0.0","ecosystem":"npm","name":"package-%[2]d","version":"1.0.0","direct":false,"scope":"runtime","licences":["MIT"],
			"occurrences":[{"unit":"package-lock:p","path":"p","line":%[1]d,"direct":false,"scope":"runtime","declared":[]}]}`, i, from+i)
	}
	b.WriteString(`],"edges":[],"coverage":{"files":[{"path":"p","kind":"package-lock","status":"read"}]}}`)
	return b.String()
}

// await waits until a scan has ended.
func (q *queued) await(id string) store.Scan {
	q.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; <-time.After(2 * time.Millisecond) {
		if s := q.reread(id); s.State.Ended() {
			return s
		} else if time.Now().After(deadline) {
			q.t.Fatalf("it does not end: %+v", s)
		}
	}
}

// TestQueue pushes to several projects and measures how long it takes until all is
// visible.
func TestQueue(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		q := newQueued(t, db, jobs.Options{Workers: 4})
		q.work(q.runner, q.p)
		q.await(q.push(q.project, 1000, 0).ID)
		began := time.Now()
		s := q.push(q.project, 1000, 500)
		answered := time.Since(began)
		if got := q.await(s.ID); got.State != store.ScanDone || got.Components != 1000 {
			t.Errorf("%s: %s", got.State, got.Error)
		}
		t.Logf("1,000 components, half of them new: answered after %v, visible after %v", answered, time.Since(began))
		began = time.Now()
		q.await(q.push(q.project, 1000, 500).ID)
		t.Logf("the same again: visible after %v", time.Since(began))
		began = time.Now()
		var ids []string
		const n = 40
		for i := range n {
			ids = append(ids, q.push(q.addProject(fmt.Sprint("p", i)), 1000, 10*i).ID)
		}
		for _, id := range ids {
			if got := q.await(id); got.State != store.ScanDone {
				t.Errorf("%s: %s", got.State, got.Error)
			}
		}
		t.Logf("%d uploads: %.1f a second", n, n/time.Since(began).Seconds())
	})
}

// TestQueueLost has a worker that falls silent in the midst of a scan, as a killed
// process or one without network does: another one ends the scan, and the first,
// when it comes back, changes nothing.
func TestQueueLost(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		q := newQueued(t, db, jobs.Options{Workers: 2, Grace: time.Millisecond})
		silent, back := make(chan struct{}, 1), make(chan struct{})
		lost := q.pipeline("lost", q.runner)
		lost.Poll = time.Hour
		lost.Probe = func(at string) bool {
			if at == "before notify" {
				silent <- struct{}{}
				<-back
			}
			return false
		}
		q.work(q.runner, lost)
		s := q.push(q.project, 10, 0)
		<-silent
		other := q.newRunner(jobs.Options{Workers: 2})
		p := q.pipeline("other", other)
		q.work(other, p)
		for deadline := time.Now().Add(30 * time.Second); !q.reread(s.ID).State.Ended(); <-time.After(50 * time.Millisecond) {
			q.must(p.Tend(t.Context()))
			if time.Now().After(deadline) {
				t.Fatalf("nobody ends it: %+v", q.reread(s.ID))
			}
		}
		before := q.reread(s.ID)
		close(back)
		q.stop(q.runner)
		after := q.reread(s.ID)
		if before.State != store.ScanDone || before.Worker != "other" || after.Attempt != before.Attempt || len(q.events()) != 1 {
			t.Errorf("%s by %s; then attempt %d after %d; events %v", before.State, before.Worker, after.Attempt, before.Attempt, q.events())
		}
	})
}

// TestQueueStop stops a process in the midst of a scan: another one goes on at once.
func TestQueueStop(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		q := newQueued(t, db, jobs.Options{Workers: 2, Grace: 50 * time.Millisecond})
		began := make(chan struct{}, 1)
		slow := q.with(func(o *pipeline.Options) {
			o.Queue, o.Clock = q.runner, q.clock
			o.Analyzers = []pipeline.Analyzer{analyzer{"slow", func(ctx context.Context) error {
				began <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}}}
		})
		q.work(q.runner, slow)
		s := q.push(q.project, 10, 0)
		<-began
		q.stop(q.runner)
		if got := q.reread(s.ID); got.State != store.ScanQueued || got.Tries != 0 {
			t.Errorf("handed back as %s, %d tries", got.State, got.Tries)
		}
		stopped := time.Now()
		other := q.newRunner(jobs.Options{Workers: 2})
		q.work(other, q.pipeline("other", other))
		if got := q.await(s.ID); got.State != store.ScanDone {
			t.Errorf("%s: %s", got.State, got.Error)
		}
		t.Logf("done %v after the stop", time.Since(stopped))
	})
}

// TestQueueUntaken loses a worker after it got the job and before it took the scan:
// the queue still calls the job one that is worked.
func TestQueueUntaken(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		q := newQueued(t, db, jobs.Options{Workers: 1, Grace: time.Millisecond})
		silent, back := make(chan struct{}, 1), make(chan struct{})
		lost := q.pipeline("lost", q.runner)
		lost.Probe = func(at string) bool {
			if at == "take" {
				silent <- struct{}{}
				<-back
			}
			return at == "take"
		}
		q.work(q.runner, lost)
		t.Cleanup(func() { close(back) })
		s := q.push(q.project, 10, 0)
		<-silent
		other := q.newRunner(jobs.Options{Workers: 2})
		p := q.pipeline("other", other)
		q.work(other, p)
		for deadline := time.Now().Add(30 * time.Second); !q.reread(s.ID).State.Ended(); <-time.After(50 * time.Millisecond) {
			q.must(p.Tend(t.Context()))
			if time.Now().After(deadline) {
				t.Fatalf("nobody ends it: %+v", q.reread(s.ID))
			}
		}
		if got := q.reread(s.ID); got.State != store.ScanDone || got.Worker != "other" {
			t.Errorf("%s by %s", got.State, got.Worker)
		}
	})
}
