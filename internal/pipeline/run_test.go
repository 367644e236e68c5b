package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// TestScan follows a scan from its request to its event, and then a second one of
// the same source.
func TestScan(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		s := b.scanned()
		if s.State != store.ScanDone || s.Components != 1 || s.FilesRead != 1 || s.Incomplete || s.Unknown != 1 || s.Appeared != 1 ||
			s.Analysis != store.AnalysisFull || s.Commit != "c0ffee" || s.ReleaseSeq == 0 || !slices.Equal(s.Languages, []string{"javascript"}) {
			t.Errorf("the scan: %+v", s)
		}
		var stages []string
		for _, run := range s.Stages {
			stages = append(stages, string(run.Stage)+" "+run.State)
		}
		if diff := cmp.Diff([]string{"prepare done", "inventory done", "compare done", "analyse done", "merge done", "notify done"}, stages); diff != "" {
			t.Errorf("stages: mismatch (-want +got):\n%s", diff)
		}
		if log := b.log(s.ID); !strings.HasSuffix(log, "info Done.\n") || !strings.Contains(log, "Fetched the commit c0ffee") {
			t.Errorf("the log:\n%s", log)
		}
		if diff := cmp.Diff([]string{"scan.finished:" + s.ID}, b.events()); diff != "" {
			t.Errorf("events: mismatch (-want +got):\n%s", diff)
		}
		found, err := b.AnalyzerFindings(ctx, b.who, s.ID, "advisories")
		b.must(err)
		merged, err := b.ScanVulnerabilities(ctx, b.who, s.ID)
		b.must(err)
		if diff := cmp.Diff(found.Vulnerabilities, merged); diff != "" || len(merged) != 1 || merged[0].Component != "pkg:npm/left@1.0.0" || merged[0].Vulnerability != "CVE-2026-10001" {
			t.Errorf("found %+v; merged %+v", found, merged)
		}
		ledger, err := b.ScanLedger(ctx, b.who, s.ID)
		b.must(err)
		if len(ledger.Files) != 1 || ledger.Files[0].Path != "web/package-lock.json" {
			t.Errorf("the ledger: %+v", ledger)
		}
		again := b.scanned()
		if again.State != store.ScanDone || again.Analysis != store.AnalysisSkipped || again.Appeared != 0 || again.Unknown != 1 || again.InventoryID != s.InventoryID || again.Result != s.Result {
			t.Errorf("the second scan: %+v", again)
		}
	})
}

// TestCancel cancels at each stage, just before what it did is stored.
func TestCancel(t *testing.T) {
	for _, stage := range store.Stages() {
		if stage == store.StageNotify {
			continue // see TestCancelTooLate
		}
		t.Run(string(stage), func(t *testing.T) {
			onEach(t, func(t *testing.T, b *bench) {
				s := b.start()
				p := b.reaching(stage, s.ID, func(o *pipeline.Options) {
					o.Probe = func(at string) bool {
						if at == "before "+string(stage) {
							if _, err := b.CancelScan(t.Context(), b.who, s.ID); err != nil {
								t.Error(err)
							}
						}
						return false
					}
				})
				b.must(p.Scan(t.Context(), s.ID))
				got := b.reread(s.ID)
				if got.State != store.ScanCancelled || got.Stage != stage || got.FinishedAt.IsZero() {
					t.Errorf("%s at %s: %+v", got.State, got.Stage, got)
				}
				if diff := cmp.Diff([]string{"scan.cancelled:" + s.ID}, b.events()); diff != "" {
					t.Errorf("events: mismatch (-want +got):\n%s", diff)
				}
				if log := b.log(s.ID); !strings.HasSuffix(log, "info Cancelled.\n") {
					t.Errorf("the log:\n%s", log)
				}
			})
		})
	}
}

// TestCancelTooLate lets a scan end whose findings are merged: what its version is
// made of is what its last successful scan says.
func TestCancelTooLate(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.start()
		p := b.with(func(o *pipeline.Options) {
			o.Probe = func(at string) bool {
				if at == "before notify" {
					if _, err := b.CancelScan(t.Context(), b.who, s.ID); errs.KindOf(err) != errs.Conflict {
						t.Errorf("error %v, want a conflict", err)
					}
				}
				return false
			}
		})
		b.must(p.Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanDone {
			t.Errorf("it is %s: %s", got.State, got.Error)
		}
	})
}

// TestCancelLong ends work that takes long as soon as the worker hears of it.
func TestCancelLong(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.start()
		b.fetch = func(ctx context.Context, _ source.Remote) (*source.Source, error) {
			if _, err := b.CancelScan(ctx, b.who, s.ID); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		b.must(b.p.Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanCancelled {
			t.Errorf("it is %s: %s", got.State, got.Error)
		}
	})
}

// TestDeath ends the worker without a word at each point, before and after each
// commit; another one then ends the scan, with the same result.
func TestDeath(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.scanned()
		points := []string{"taken"}
		for _, stage := range store.Stages() {
			points = append(points, "before "+string(stage), "after "+string(stage))
		}
		for _, point := range points {
			s := b.start()
			_, stage, _ := strings.Cut(point, " ")
			dying := b.reaching(store.Stage(stage), s.ID, func(o *pipeline.Options) {
				o.Probe = func(at string) bool { return at == point }
			})
			if err := dying.Scan(t.Context(), s.ID); err == nil {
				t.Fatalf("%s: the worker lived", point)
			}
			b.must(b.p.Scan(t.Context(), s.ID))
			got := b.reread(s.ID)
			if got.State != store.ScanDone || got.Unknown != 1 || got.Appeared != 0 || got.Components != 1 {
				t.Errorf("%s: %s %+v", point, got.State, got)
			}
			if log := b.log(s.ID); !strings.HasSuffix(log, "info Done.\n") {
				t.Errorf("%s: the log:\n%s", point, log)
			}
		}
		if events := b.events(); len(events) != len(points)+1 {
			t.Errorf("%d events of %d scans", len(events), len(points)+1)
		}
	})
}

// TestEndAtOnce: a scan whose log is short ends with its merging, and says all that
// one that ends by itself does; wherever its worker dies.
func TestEndAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		small := func(o *pipeline.Options) { o.Blobs = blob.Small(b.Blobs) }
		p := b.with(small)
		var slow store.Scan
		for range 2 {
			slow = b.push(pushed("left", "1.0.0"), "main")
			b.must(b.p.Scan(t.Context(), slow.ID))
		}
		want := b.reread(slow.ID)
		said := []store.Stage{store.StageCompare, store.StageCompare, store.StageAnalyse, store.StageMerge, store.StageNotify}
		if diff := cmp.Diff(said, b.logStages(slow.ID)); diff != "" {
			t.Errorf("stages of lines: mismatch (-want +got):\n%s", diff)
		}
		points := []string{"", "taken", "before compare", "after compare", "before analyse", "after analyse"}
		for _, point := range points {
			s, next := b.push(pushed("left", "1.0.0"), "main"), b.push(pushed("left", "1.0.0"), "main")
			if next.State != store.ScanWaiting {
				t.Errorf("the next one of the ref is %s", next.State)
			}
			dying := b.with(func(o *pipeline.Options) {
				small(o)
				o.Probe = func(at string) bool { return at == point }
			})
			err := dying.Scan(t.Context(), s.ID)
			if (err == nil) != (point == "") {
				t.Fatalf("%s: the worker ended with %v", point, err)
			}
			b.must(p.Scan(t.Context(), s.ID))
			got := b.reread(s.ID)
			if got.State != store.ScanDone || got.Stage != store.StageNotify || len(got.Stages) != len(want.Stages) || got.Unknown != want.Unknown || got.FinishedAt.IsZero() {
				t.Errorf("%s: %+v, want as %+v", point, got, want)
			}
			if stages := b.logStages(s.ID); got.Attempt == 1 && !slices.Equal(stages, b.logStages(slow.ID)) {
				t.Errorf("%s: lines of %v, want %v", point, stages, b.logStages(slow.ID))
			}
			if log := b.log(s.ID); got.Attempt == 1 && log != b.log(slow.ID) || !strings.HasSuffix(log, "gone.\ninfo Done.\n") {
				t.Errorf("%s: the log:\n%s\nwant:\n%s", point, log, b.log(slow.ID))
			}
			if next = b.reread(next.ID); next.State != store.ScanQueued {
				t.Errorf("%s: the next one of the ref is %s", point, next.State)
			}
			b.must(p.Scan(t.Context(), next.ID))
		}
		if events := b.events(); len(events) != 2+2*len(points) {
			t.Errorf("%d events of %d scans: %v", len(events), 2+2*len(points), events)
		}
	})
}

// TestTwoWorkers has several take the same scan at once: it is done once.
func TestTwoWorkers(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.start()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := b.p.Scan(t.Context(), s.ID); err != nil {
					t.Errorf("a worker: %v", err)
				}
			})
		}
		all.Wait()
		got := b.reread(s.ID)
		if got.State != store.ScanDone || got.Unknown != 1 || len(b.events()) != 1 {
			t.Errorf("%s after %d takes, events %v: %s", got.State, got.Attempt, b.events(), got.Error)
		}
	})
}

// TestRetry lets a stage fail for the moment and then for good.
func TestRetry(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.fetch = func(context.Context, source.Remote) (*source.Source, error) {
			return nil, errs.E(errs.Unavailable, "the host does not answer")
		}
		p := b.with(func(o *pipeline.Options) { o.Tries = 3 })
		s := b.start()
		for _, delay := range []time.Duration{10 * time.Second, 20 * time.Second} {
			b.must(p.Scan(ctx, s.ID))
			got := b.reread(s.ID)
			if got.State != store.ScanWaiting || !got.RetryAt.Equal(b.Clock.Now().Truncate(time.Millisecond).Add(delay)) || got.Error != "the host does not answer" {
				t.Fatalf("after a failure: %s until %v: %s", got.State, got.RetryAt, got.Error)
			}
			b.must(p.Scan(ctx, s.ID)) // a job that came late finds nothing to do
			b.must(p.Tend(ctx))
			if b.reread(s.ID).State != store.ScanWaiting {
				t.Fatal("admitted too early")
			}
			b.Clock.Add(delay)
			b.must(p.Tend(ctx))
		}
		b.must(p.Scan(ctx, s.ID))
		got := b.reread(s.ID)
		if got.State != store.ScanFailed || got.Tries != 3 || b.fetched.Load() != 3 {
			t.Errorf("%s after %d tries, %d fetches", got.State, got.Tries, b.fetched.Load())
		}
		if diff := cmp.Diff([]string{"scan.failed:" + s.ID}, b.events()); diff != "" {
			t.Errorf("events: mismatch (-want +got):\n%s", diff)
		}
		project, err := b.db.Project(ctx, b.project)
		b.must(err)
		if project.LastScan.State != "failed" || !strings.Contains(b.log(s.ID), "Failed: the host does not answer") {
			t.Errorf("the project says %q; the log:\n%s", project.LastScan.State, b.log(s.ID))
		}
	})
}

// TestPermanent ends a scan at once that no further try can help.
func TestPermanent(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.fetch = func(context.Context, source.Remote) (*source.Source, error) {
			return nil, errs.E(errs.NotFound, "there is no branch or tag %q", "main")
		}
		if s := b.scanned(); s.State != store.ScanFailed || s.Tries != 1 || s.Error != `there is no branch or tag "main"` {
			t.Errorf("%s after %d tries: %s", s.State, s.Tries, s.Error)
		}
	})
}

// TestPanic makes a failure of a panic.
func TestPanic(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.fetch = func(context.Context, source.Remote) (*source.Source, error) { panic("no") }
		if s := b.scanned(); s.State != store.ScanWaiting || s.Error == "" {
			t.Errorf("%s: %s", s.State, s.Error)
		}
	})
}

// TestTimeout ends a stage that takes too long.
func TestTimeout(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		b.fetch = func(ctx context.Context, _ source.Remote) (*source.Source, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		s := b.start()
		p := b.with(func(o *pipeline.Options) {
			o.Stages = map[store.Stage]time.Duration{store.StagePrepare: 20 * time.Millisecond}
		})
		b.must(p.Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanWaiting || got.Error != "the stage took too long: more than 20ms" {
			t.Errorf("%s: %s", got.State, got.Error)
		}
	})
}

// TestStop hands a scan back when the process ends, for another worker to take.
func TestStop(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx, stop := context.WithCancel(t.Context())
		b.fetch = func(ctx context.Context, _ source.Remote) (*source.Source, error) {
			stop()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		s := b.start()
		if err := b.p.Scan(ctx, s.ID); !errors.Is(err, context.Canceled) {
			t.Errorf("the worker says %v", err)
		}
		if got := b.reread(s.ID); got.State != store.ScanQueued || got.Tries != 0 {
			t.Errorf("handed back as %s, %d tries", got.State, got.Tries)
		}
		b.fetch = nil
		b.must(b.p.Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanDone {
			t.Errorf("it is %s", got.State)
		}
	})
}

// TestLost finds a scan whose worker is silent, whichever way the clock jumps, and
// leaves those alone whose workers live.
func TestLost(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, jump := range []time.Duration{time.Hour, -time.Hour} {
			s := b.start()
			dying := b.with(func(o *pipeline.Options) { o.Probe = func(at string) bool { return at == "before inventory" } })
			if dying.Scan(ctx, s.ID) == nil {
				t.Fatal("the worker lived")
			}
			b.Queue.Take()
			b.must(b.p.Tend(ctx))
			if jobs := b.Queue.Take(); len(jobs) != 0 {
				t.Errorf("enqueued %v while it may live", jobs)
			}
			b.Clock.Add(jump)
			b.must(b.p.Tend(ctx))
			b.must(b.p.Tend(ctx))
			if jobs := b.Queue.Take(); len(jobs) != 1 || jobs[0].Scan != s.ID {
				t.Errorf("after %v: enqueued %v", jump, jobs)
			}
			b.must(b.p.Scan(ctx, s.ID))
			if got := b.reread(s.ID); got.State != store.ScanDone {
				t.Errorf("after %v: %s", jump, got.State)
			}
		}
	})
}

// TestTaken gives up a scan that takes every worker with it.
func TestTaken(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.start()
		p := b.with(func(o *pipeline.Options) {
			o.Takes = 3
			o.Probe = func(at string) bool { return at == "before inventory" }
		})
		for range 3 {
			if p.Scan(t.Context(), s.ID) == nil {
				t.Fatal("the worker lived")
			}
		}
		b.must(b.with(func(o *pipeline.Options) { o.Takes = 3 }).Scan(t.Context(), s.ID))
		if got := b.reread(s.ID); got.State != store.ScanFailed || !strings.Contains(got.Error, "without a word") {
			t.Errorf("%s: %s", got.State, got.Error)
		}
	})
}

// TestNoDatabase ends a scan well that nothing could be matched with, and says so.
func TestNoDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		s := b.start()
		p := b.with(func(o *pipeline.Options) { o.Databases = noRelease() })
		b.must(p.Scan(t.Context(), s.ID))
		got := b.reread(s.ID)
		if got.State != store.ScanDone || !got.Incomplete || got.ReleaseSeq != 0 || len(got.Notices) != 1 || !strings.Contains(got.Notices[0], "No advisory database is loaded") {
			t.Errorf("%s, incomplete %v: %v", got.State, got.Incomplete, got.Notices)
		}
	})
}

// TestFanOut runs several analyzers as jobs of their own; one fails for good, and
// one needs a second try.
func TestFanOut(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		var tries atomic.Int64
		p := b.with(func(o *pipeline.Options) {
			o.Analyzers = []pipeline.Analyzer{
				analyzer{"a", nil}, analyzer{"b", func(context.Context) error { return errs.E(errs.Invalid, "no such language") }},
				analyzer{"c", func(context.Context) error {
					if tries.Add(1) == 1 {
						return errors.New("for the moment")
					}
					return nil
				}},
			}
		})
		s := b.start()
		b.Queue.Take()
		b.must(p.Scan(ctx, s.ID))
		if got := b.reread(s.ID); got.State != store.ScanRunning || got.Stage != store.StageAnalyse {
			t.Fatalf("while others run: %s at %s: %s", got.State, got.Stage, got.Error)
		}
		var names []string
		for _, job := range b.Queue.Take() {
			names = append(names, job.Analyzer)
		}
		if diff := cmp.Diff([]string{"b", "c"}, names); diff != "" {
			t.Fatalf("jobs: mismatch (-want +got):\n%s", diff)
		}
		b.must(p.Analysis(ctx, s.ID, "b"))
		if p.Analysis(ctx, s.ID, "c") == nil {
			t.Error("no second try of c")
		}
		b.must(p.Analysis(ctx, s.ID, "c"))
		b.must(p.Analysis(ctx, s.ID, "c")) // comes twice
		if last := b.Queue.Take(); len(last) != 1 || last[0].Scan != s.ID {
			t.Fatalf("the last one enqueued %v", last)
		}
		b.must(p.Scan(ctx, s.ID))
		got := b.reread(s.ID)
		if got.State != store.ScanDone || !got.Incomplete || !slices.Contains(got.Notices, "The analyzer b failed: no such language") {
			t.Errorf("%s, %v: %s", got.State, got.Notices, got.Error)
		}
		list, err := b.ScanVulnerabilities(ctx, b.who, s.ID)
		b.must(err)
		if len(list) != 2 {
			t.Errorf("merged: %+v", list)
		}
	})
}

// TestFailedAnalyzer: what an analyzer said stands while it fails, and goes when it
// says so.
func TestFailedAnalyzer(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		fault := errs.E(errs.Invalid, "no such language")
		scan := func(second pipeline.Analyzer) store.Scan {
			p := b.with(func(o *pipeline.Options) {
				o.Analyzers = []pipeline.Analyzer{pipeline.Advisories{Store: b.db, Databases: o.Databases}, second}
			})
			s := b.push(pushed("left", "1.0.0"), "")
			b.must(p.Scan(ctx, s.ID))
			b.must(p.Analysis(ctx, s.ID, second.Name()))
			b.must(p.Scan(ctx, s.ID))
			return b.reread(s.ID)
		}
		for _, step := range []struct {
			what       string
			second     pipeline.Analyzer
			open, gone int
			incomplete bool
		}{
			{"both find", analyzer{"other", nil}, 2, 0, false},
			{"one fails", analyzer{"other", func(context.Context) error { return fault }}, 2, 0, true},
			{"one finds nothing", silent{"other"}, 1, 1, false},
		} {
			got := scan(step.second)
			if open := got.Critical + got.High + got.Medium + got.Low + got.Negligible + got.Unknown; got.State != store.ScanDone || open != step.open || got.Disappeared != step.gone || got.Incomplete != step.incomplete {
				t.Errorf("%s: %s, incomplete %v, %d open, %d gone: %v", step.what, got.State, got.Incomplete, open, got.Disappeared, got.Notices)
			}
		}
	})
}

// TestOrder wants scans of a ref to be worked in their order, and of several
// projects side by side.
func TestOrder(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		first := b.start()
		b.must(b.p.Scan(ctx, first.ID))
		second := b.push(pushed("left", "1.0.0"), "main")
		third := b.push(pushed("left", "2.0.0"), "main")
		if third.State != store.ScanWaiting || second.State != store.ScanQueued {
			t.Errorf("%s, then %s", second.State, third.State)
		}
		b.Queue.Take()
		b.must(b.p.Scan(ctx, second.ID))
		if jobs := b.Queue.Take(); len(jobs) != 1 || jobs[0].Scan != third.ID {
			t.Errorf("the end of one admitted %v", jobs)
		}
		b.must(b.p.Scan(ctx, third.ID))
		if got := b.reread(third.ID); got.State != store.ScanDone || got.Disappeared != 1 || got.Unknown != 0 {
			t.Errorf("the third: %+v", got)
		}
	})
}

// TestConnectionsLast: a scan that ends while its signs of life are under way ends no
// connection with them. Each would have to be made, and taught all statements, anew.
func TestConnectionsLast(t *testing.T) {
	onEach(t, func(t *testing.T, b *bench) {
		pool := b.db.Pool()
		if pool == nil {
			return // SQLite's connections end with no statement
		}
		p := b.with(func(o *pipeline.Options) { o.Poll = 100 * time.Microsecond })
		before := pool.Stat()
		for range 20 {
			b.must(p.Scan(t.Context(), b.push(pushed("left", "1.0.0"), "").ID))
		}
		after := pool.Stat()
		if lost := after.NewConnsCount() - before.NewConnsCount() - int64(after.TotalConns()-before.TotalConns()); lost > 0 {
			t.Errorf("20 scans cost %d connections", lost)
		}
	})
}
