package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// scheduleBatch is how many projects RunSchedules reads at once.
const scheduleBatch = 100

// RunSchedules starts the scans of projects whose schedule says so, and tells how
// many. Several schedulers may call it at once: each scan is started by one. What
// was missed while no scheduler ran is made up for once. A project that fails
// does not keep others waiting.
func (a *App) RunSchedules(ctx context.Context) (int, error) {
	started := 0
	var faults []error
	for {
		due, err := a.Store.DueProjects(ctx, a.Clock(), scheduleBatch)
		if err != nil {
			return started, errors.Join(append(faults, err)...)
		}
		failed := len(faults)
		for _, p := range due {
			n, err := a.runDue(ctx, p)
			started += n
			if err != nil {
				faults = append(faults, fmt.Errorf("start the scheduled scan of the project %s: %w", p.ID, err))
			}
		}
		if len(due) < scheduleBatch || len(faults) > failed {
			return started, errors.Join(faults...)
		}
	}
}

// runDue starts a project's scheduled scans, unless another scheduler does.
func (a *App) runDue(ctx context.Context, p store.Project) (started int, err error) {
	next, err := nextScan(p.Schedule, a.Clock())
	if err != nil {
		a.Log.WarnContext(ctx, "a schedule cannot be read any more", slog.String("project", p.ID), slog.Any("error", err))
		next = time.Time{}
	}
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		started = 0
		mine, err := tx.TakeDue(ctx, p.ID, p.NextScan, next)
		if err != nil || !mine {
			return err
		}
		repositories, err := tx.RepositoriesOf(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, r := range repositories {
			if _, err := a.startScan(ctx, tx, System(), r, p, NewScan{Trigger: store.TriggerSchedule}); err != nil {
				return err
			}
			started++
		}
		return nil
	})
	if err != nil {
		started = 0
	}
	return started, err
}
