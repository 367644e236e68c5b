// Package pipeline brings scans forward: fetch, read, compare, analyse, merge, tell.
// Every stage stores what it did together with which stage comes next, under the
// fence of the worker that holds the scan; so workers may die, come late or come
// twice, on any host. It knows rows, blobs and the queue, and decides nothing about
// people: who may start or cancel a scan is app's.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// Options are what scans are worked with. Store, Blobs, Queue, Databases, Extract
// and Clock are needed; what else is zero has a default.
type Options struct {
	Store     store.Store
	Blobs     blob.Store
	Queue     jobs.Queue
	Databases app.Databases
	Extract   extract.Options // extractors and limits; globs are the project's
	Clock     func() time.Time
	Log       *slog.Logger // nil: discarded

	// Remote says how repositories are fetched: transports, guard, bounds and folder.
	// What is of one repository is filled in.
	Remote source.Remote
	// Fetch fetches a repository; nil: source.Fetch.
	Fetch func(ctx context.Context, r source.Remote) (*source.Source, error)
	// List lists the refs of a repository, to find a release; nil: source.ListRefs.
	List func(ctx context.Context, r source.Remote) (source.Refs, error)
	// Keys open repositories' credentials; nil: there are none.
	Keys *auth.Keyring
	// Fallback is the credential for ssh repositories that have none.
	Fallback source.Credential
	// Configure reads the configuration that a repository brings, errs.NotFound if it
	// has none; nil: it is not looked for.
	Configure func(tree fs.FS) (Configuration, error)
	// Analyzers are run on every scan; nil: Advisories.
	Analyzers []Analyzer
	// Uploads are pushes that this process took in; nil: all are read from blobs.
	Uploads *app.Uploads

	Worker  string                        // names this process in rows
	Limits  store.ScanLimits              // see app.Deps
	Timeout time.Duration                 // of a stage; 0: 30 min
	Stages  map[store.Stage]time.Duration // of single stages, where they differ
	Tries   int                           // of a stage, in all; 0: 5
	Takes   int64                         // how often a scan is taken up, by workers that vanish too; 0: 100
	Delay   time.Duration                 // before the second try, doubled for each one after; 0: 10 s
	Poll    time.Duration                 // how often a worker asks whether to stop; 0: 1 s
	Silence time.Duration                 // after which a running scan is taken for lost; 0: 1 min
	Trace   Tracer                        // nil: nobody is told
	Probe   func(at string) (dead bool)   // tests: told before and after each commit; true ends the worker without a word
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at *time.Duration
		to time.Duration
	}{{&o.Timeout, 30 * time.Minute}, {&o.Delay, 10 * time.Second}, {&o.Poll, time.Second}, {&o.Silence, time.Minute}} {
		if *d.at <= 0 {
			*d.at = d.to
		}
	}
	if o.Tries <= 0 {
		o.Tries = 5
	}
	if o.Takes <= 0 {
		o.Takes = 100
	}
	if o.Fetch == nil {
		o.Fetch = source.Fetch
	}
	if o.List == nil {
		o.List = source.ListRefs
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Pipeline brings scans forward, stage by stage. It is safe for concurrent use;
// any number of processes may work the same scans.
type Pipeline struct{ Options }

// New returns a pipeline.
func New(o Options) *Pipeline {
	p := &Pipeline{o.withDefaults()}
	if p.Analyzers == nil {
		p.Analyzers = []Analyzer{Advisories{Store: p.Store, Databases: p.Databases, clean: &clean{}}}
	}
	return p
}

// now is the time to the millisecond, as it is stored.
func (p *Pipeline) now() time.Time { return p.Clock().UTC().Truncate(time.Millisecond) }

// Why a worker stops before its scan has ended.
var (
	errLost      = errors.New("another worker has the scan, or it is to be cancelled")
	errCancelled = errors.New("the scan is to be cancelled")
	errTooLong   = errors.New("the stage took too long")
	errDead      = errors.New("the worker is dead") // in tests
)

// Scan takes a scan and brings it forward until it ends, fails for the moment, or
// waits for analyzers that others run. An error means that the scan is to be taken
// again; failures of the scan itself are in its row.
func (p *Pipeline) Scan(ctx context.Context, id string) (err error) {
	if p.dead("take") {
		return errDead
	}
	s, err := p.Store.TakeScan(ctx, id, p.Worker, p.now())
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Conflict:
		return nil // it has ended, or was put back
	}
	if err != nil {
		return err
	}
	if p.dead("taken") {
		return errDead
	}
	ctx, end := p.span(ctx, "scan", "scan", s.ID, "project", s.ProjectID)
	r := p.hold(ctx, s)
	defer r.release()
	defer func() { end(err) }()
	return r.forward() //nolint:contextcheck // the run has contexts of its own, made from this one
}

// Tracer is told what is worked on and how long that takes. Span begins a piece of
// work, about which pairs of names and values tell; the function ends it, with the
// error that it ended with. What is begun with its context is a part of it.
type Tracer interface {
	Span(ctx context.Context, name string, about ...string) (context.Context, func(error))
}

func (p *Pipeline) span(ctx context.Context, name string, about ...string) (context.Context, func(error)) {
	if p.Trace == nil {
		return ctx, func(error) {}
	}
	return p.Trace.Span(ctx, name, about...)
}

func (p *Pipeline) dead(at string) bool { return p.Probe != nil && p.Probe(at) }

// forward runs stage after stage.
func (r *run) forward() error {
	if r.scan.CancelAsked {
		return r.cancelled()
	}
	if r.took > r.p.Takes {
		return r.fail(errs.E(errs.Invalid, "its workers ended without a word %d times", r.p.Takes))
	}
	for r.scan.State == store.ScanRunning && !r.waits {
		if err := r.stage(); err != nil {
			return r.stopped(err)
		}
	}
	return nil
}

// stage runs the next stage within its time.
func (r *run) stage() (err error) {
	stages := map[store.Stage]func(ctx context.Context) error{
		store.StagePrepare: r.prepare, store.StageInventory: r.inventory, store.StageCompare: r.compare,
		store.StageAnalyse: r.analyse, store.StageMerge: r.merge, store.StageNotify: r.notify,
	}
	do := stages[r.scan.Stage]
	if do == nil {
		return errs.E(errs.Damaged, "there is no stage %q", r.scan.Stage)
	}
	limit := r.p.Timeout
	if own, ok := r.p.Stages[r.scan.Stage]; ok {
		limit = own
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, limit, fmt.Errorf("%w: more than %v", errTooLong, limit))
	defer cancel()
	ctx, end := r.p.span(ctx, "scan "+string(r.scan.Stage), "scan", r.scan.ID)
	defer func() { end(err) }()
	defer func() {
		if p := recover(); p != nil {
			r.p.Log.ErrorContext(ctx, "a stage panicked", "scan", r.scan.ID, "stage", r.scan.Stage, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("an error in Assay itself ended the stage")
		}
	}()
	r.begin()
	err = do(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil && r.ctx.Err() == nil {
		err = cause
	}
	return err
}

// stopped decides what follows a stage that ended with an error.
func (r *run) stopped(err error) error {
	cause := context.Cause(r.ctx)
	switch {
	case errors.Is(err, errDead):
		return err
	case errors.Is(cause, errCancelled):
		return r.cancelled()
	case errors.Is(cause, errLost), errors.Is(err, errLost):
		return r.lost()
	case r.parent.Err() != nil:
		return r.handBack(err)
	}
	if err = r.fail(err); errors.Is(err, errLost) {
		return r.lost()
	}
	return err
}

// lost looks why the hold is lost: somebody may want the scan cancelled, or a
// commit that seemed to fail was made.
func (r *run) lost() error {
	ctx, cancel := r.after()
	defer cancel()
	s, err := r.p.Store.Scan(ctx, r.scan.ID)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return nil
	case err != nil:
		return err
	case s.CancelAsked && s.State == store.ScanRunning:
		return r.cancelled()
	case s.Attempt == r.scan.Attempt && s.State == store.ScanRunning:
		return errs.E(errs.Unavailable, "the scan %s went on without its worker", s.ID)
	}
	return nil
}

// handBack lets another worker take the scan at once: this process ends.
func (r *run) handBack(err error) error {
	ctx, cancel := r.after()
	defer cancel()
	s := r.scan
	s.State = store.ScanQueued
	r.say("info", "The worker stops; another one goes on.")
	r.flush(ctx)
	if saved := r.p.Store.SaveScan(ctx, r.scan.Fence(), s); saved != nil && errs.KindOf(saved) != errs.Conflict {
		return errors.Join(err, saved)
	}
	return r.parent.Err()
}

// after is a context for what is to be stored although the run's own has ended.
func (r *run) after() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.parent), 10*time.Second)
}

// permanent tells whether trying again can help. Whatever is not known to be for
// good may pass.
func permanent(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Denied, errs.TooLarge, errs.Damaged, errs.Conflict:
		return true
	}
	return false
}

// fail lets the scan wait for its next try, or ends it when there is none.
func (r *run) fail(err error) error {
	ctx, cancel := r.after()
	defer cancel()
	s := r.scan
	s.Tries++
	s.Error = err.Error()
	if permanent(err) || s.Tries >= r.p.Tries {
		r.say("error", "Failed: "+s.Error)
		s.State, s.FinishedAt = store.ScanFailed, r.p.now()
		r.mark(&s, "failed", s.Error)
		return r.finish(ctx, s)
	}
	delay := min(r.p.Delay<<min(s.Tries-1, 10), 10*time.Minute)
	s.State, s.RetryAt = store.ScanWaiting, r.p.now().Add(delay)
	r.mark(&s, "failed", s.Error)
	r.say("warn", fmt.Sprintf("Failed for the moment, to be tried again in %v: %s", delay, s.Error))
	r.flush(ctx)
	return r.commit(ctx, func(_ store.Store, held *store.Scan) error {
		*held = s
		return nil
	})
}

// cancelled ends the scan as somebody asked.
func (r *run) cancelled() error {
	ctx, cancel := r.after()
	defer cancel()
	r.say("info", "Cancelled.")
	if r.p.dead("cancel") {
		return errDead
	}
	err := r.p.Store.Tx(ctx, func(tx store.Store) error {
		ended, err := tx.EndCancelled(ctx, r.scan.ID, r.p.now())
		if err != nil || !ended {
			return err
		}
		s := r.scan
		s.State, s.FinishedAt = store.ScanCancelled, r.p.now()
		return errors.Join(tx.Announce(ctx, app.Announcement(&s)), r.p.admit(ctx, tx))
	})
	if err != nil {
		return err
	}
	if r.p.dead("cancelled") {
		return errDead
	}
	r.scan.State = store.ScanCancelled
	digest, err := r.archive(ctx)
	if err != nil || digest == "" {
		return err
	}
	return r.p.Store.Tx(ctx, func(tx store.Store) error { return tx.ArchiveLog(ctx, r.scan.ID, digest) })
}

// admit lets others begin in the place that a scan leaves.
func (p *Pipeline) admit(ctx context.Context, tx store.Store) error {
	_, err := app.Admit(ctx, tx, p.Queue, p.Limits, p.now())
	return err
}
