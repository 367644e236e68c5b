package pipeline

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/store"
)

// sweepLimit bounds how many lost scans one look finds.
const sweepLimit = 100

// Tend admits what waits and finds what was lost. It is called every second or so
// by each process that schedules; several at once do no harm.
func (p *Pipeline) Tend(ctx context.Context) error {
	if err := p.Admit(ctx); err != nil {
		return err
	}
	return p.sweep(ctx)
}

// Admit admits what waits. Whoever adds or ends a scan does, too; but of two at the
// same moment one is passed over, and its scan is not seen by the other. So it is
// called several times a second.
func (p *Pipeline) Admit(ctx context.Context) error {
	waits, err := p.Store.AnyWaiting(ctx)
	if err != nil || !waits {
		return err
	}
	return p.Store.Tx(ctx, func(tx store.Store) error { return p.admit(ctx, tx) })
}

// sweep finds admitted scans of which nothing was heard for a while, and has them
// worked again. One that is queued and has a job only waits for a worker.
func (p *Pipeline) sweep(ctx context.Context) error {
	stale, err := p.Store.StaleScans(ctx, p.Silence, p.now(), sweepLimit)
	if err != nil || len(stale) == 0 {
		return err
	}
	waiting, err := p.waiting(ctx)
	if err != nil {
		return err
	}
	for _, s := range stale {
		if s.State == store.ScanQueued && waiting[s.ID] && !s.HeartbeatAt.After(p.now().Add(p.Silence)) {
			continue
		}
		if err := p.again(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// waiting tells which scans have a job that will be worked.
func (p *Pipeline) waiting(ctx context.Context) (map[string]bool, error) {
	lister, ok := p.Queue.(interface {
		Waiting(ctx context.Context, kind jobs.Kind) ([]jobs.Job, error)
	})
	out := map[string]bool{}
	if !ok {
		return out, nil
	}
	list, err := lister.Waiting(ctx, jobs.Scan)
	for _, job := range list {
		out[job.Scan] = true
	}
	return out, err
}

// again enqueues a lost scan, unless another process just did.
func (p *Pipeline) again(ctx context.Context, s store.Scan) error {
	return p.Store.Tx(ctx, func(tx store.Store) error {
		touched, err := tx.TouchScan(ctx, s, p.now())
		if err != nil || !touched {
			return err
		}
		p.Log.WarnContext(ctx, "a scan was lost and is worked again", "scan", s.ID, "stage", s.Stage, "worker", s.Worker)
		return p.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobs.Scan, Scan: s.ID, Priority: s.Priority})
	})
}

// beat gives a scan's sign of life while another than its holder works for it, and
// ends the work when nobody wants it any more.
func (p *Pipeline) beat(ctx context.Context, id string, ended <-chan struct{}, stop context.CancelFunc) {
	tick := time.NewTicker(p.Poll * beats)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s, err := p.Store.Scan(ctx, id)
		if err != nil {
			continue
		}
		if s.State != store.ScanRunning || s.CancelAsked {
			stop()
			return
		}
		if _, _, err := p.Store.Beat(ctx, id, s.Attempt, p.now()); err != nil {
			continue
		}
	}
}
