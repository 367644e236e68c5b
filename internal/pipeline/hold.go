package pipeline

import (
	"context"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// beats is how many polls a worker lets pass between signs of life.
const beats = 5

// run is a worker's hold on a scan, and what it knows of it besides the row.
type run struct {
	p          *Pipeline
	id         string
	took       int64                         // the attempt that this worker made of it
	parent     context.Context               //nolint:containedctx // a run is one call, cut into stages
	ctx        context.Context               //nolint:containedctx // ends with the hold
	cancel     context.CancelCauseFunc       // with the reason
	watch      sync.WaitGroup                //
	log        scanLog                       //
	scan       store.Scan                    // as it was last stored
	waits      bool                          // for analyzers that others run
	source     *source.Source                // nil: not fetched here
	ledger     *app.Ledger                   // nil: not read here
	stored     *store.StoredInventory        // nil: not read here
	units      int                           // of it
	ecosystems []string                      // of it
	own        map[string]app.AnalyzerResult // of analyzers that ran here
}

// hold begins to watch over a scan that was taken.
func (p *Pipeline) hold(parent context.Context, s store.Scan) *run {
	r := &run{p: p, id: s.ID, took: s.Attempt, parent: parent, scan: s, own: map[string]app.AnalyzerResult{}}
	r.ctx, r.cancel = context.WithCancelCause(parent)
	r.watch.Go(r.keep)
	return r
}

// release ends the watch and frees what the run held.
func (r *run) release() {
	r.cancel(nil)
	r.watch.Wait()
	r.closeSource()
}

func (r *run) closeSource() {
	if r.source == nil {
		return
	}
	if err := r.source.Close(); err != nil {
		r.p.Log.WarnContext(r.parent, "close a source", "scan", r.scan.ID, "error", err.Error())
	}
	r.source = nil
}

// keep tells that the worker lives, brings the log to the store, and ends the run
// when it is to stop. The store being away for a while ends nothing.
func (r *run) keep() {
	poll, flush := time.NewTicker(r.p.Poll), time.NewTicker(flushEvery)
	defer poll.Stop()
	defer flush.Stop()
	for n := 1; ; {
		select {
		case <-r.ctx.Done():
			return
		case <-flush.C:
			r.aside(r.flush)
		case <-poll.C:
			var err error
			r.aside(func(ctx context.Context) { err = r.look(ctx, n%beats == 0) })
			if err != nil {
				r.cancel(err)
				return
			}
			n++
		}
	}
}

// aside does something beside the stages. It does not end with the hold: a statement
// that is cut off costs its connection, and a new one has to prepare all statements.
func (r *run) aside(do func(ctx context.Context)) {
	ctx, cancel := r.after()
	defer cancel()
	do(ctx)
}

// look asks whether the scan is still held and wanted.
func (r *run) look(ctx context.Context, beat bool) error {
	var held, cancel bool
	var err error
	if beat {
		held, cancel, err = r.p.Store.Beat(ctx, r.id, r.took, r.p.now())
	} else {
		var s store.Scan
		s, err = r.p.Store.Scan(ctx, r.id)
		held, cancel = s.Attempt == r.took && s.State == store.ScanRunning, s.CancelAsked
		if errs.KindOf(err) == errs.NotFound {
			err = nil
		}
	}
	switch {
	case err != nil:
		return nil //nolint:nilerr // asked again at the next poll
	case !held:
		return errLost
	case cancel:
		return errCancelled
	}
	return nil
}

// commit stores what a stage did, in one transaction with its effect. Effect
// changes the scan that it is given; it may run several times.
func (r *run) commit(ctx context.Context, effect func(tx store.Store, s *store.Scan) error) error {
	at := string(r.scan.Stage)
	if r.p.dead("before " + at) {
		return errDead
	}
	var after store.Scan
	err := r.p.Store.Tx(ctx, func(tx store.Store) error {
		// The row is locked first: of two workers one waits here and then stops.
		held, err := tx.Hold(ctx, r.scan.Fence())
		if err != nil {
			return err
		}
		if !held {
			return errLost
		}
		after = r.scan
		after.HeartbeatAt = r.p.now()
		if err := effect(tx, &after); err != nil {
			return err
		}
		save := tx.SaveScan
		if after.State.Ended() {
			save = tx.EndScan
		}
		if err := save(ctx, r.scan.Fence(), after); err != nil {
			return lostIfConflict(err)
		}
		return r.left(ctx, tx, &after)
	})
	if err != nil {
		return err
	}
	if r.p.dead("after " + at) {
		return errDead
	}
	r.scan = after
	return nil
}

// next commits a stage as done and goes on to another.
func (r *run) next(ctx context.Context, stage store.Stage, note string, effect func(tx store.Store, s *store.Scan) error) error {
	return r.commit(ctx, func(tx store.Store, s *store.Scan) error {
		r.mark(s, "done", note)
		if effect != nil {
			if err := effect(tx, s); err != nil {
				return err
			}
		}
		s.Stage, s.Tries, s.Error = stage, 0, ""
		return nil
	})
}

// begin notes that a stage begins. It is stored with what the stage does.
func (r *run) begin() {
	for i := range r.scan.Stages {
		if run := &r.scan.Stages[i]; run.Stage == r.scan.Stage {
			run.State, run.Note, run.Finished = "running", "", time.Time{}
			return
		}
	}
	r.scan.Stages = append(r.scan.Stages[:len(r.scan.Stages):len(r.scan.Stages)],
		store.StageRun{Stage: r.scan.Stage, State: "running", Started: r.p.now()})
}

// mark notes what became of the stage that the scan is at.
func (r *run) mark(s *store.Scan, state, note string) {
	stages := append([]store.StageRun(nil), s.Stages...)
	for i := range stages {
		if run := &stages[i]; run.Stage == s.Stage {
			run.State, run.Note, run.Tries, run.Finished = state, note, s.Tries, r.p.now()
		}
	}
	s.Stages = stages
}

// finish ends the scan; its log becomes a blob.
func (r *run) finish(ctx context.Context, s store.Scan) error {
	digest, err := r.archive(ctx)
	if err != nil && s.State == store.ScanDone {
		return err
	}
	s.Log = digest // of a failure whose log cannot be put away, the lines stay where they are
	return r.commit(ctx, func(tx store.Store, held *store.Scan) error {
		s.HeartbeatAt = held.HeartbeatAt
		*held = s
		return nil
	})
}

// left does what follows the end of a scan, or of a try: others come in its place,
// and its end is told.
func (r *run) left(ctx context.Context, tx store.Store, s *store.Scan) error {
	if s.State == store.ScanRunning {
		return nil
	}
	if s.State.Ended() {
		if err := tx.Announce(ctx, app.Announcement(s)); err != nil {
			return err
		}
	}
	return r.p.admit(ctx, tx)
}
