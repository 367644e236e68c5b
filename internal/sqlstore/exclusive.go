package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/flock"
)

// exclusiveLock is the advisory lock of PostgreSQL that Exclusive holds.
const exclusiveLock = 0x61737361795f3031

// Exclusive runs do while no other process runs anything so on this database: for
// migrations, this one's and the queue's.
func (db *DB) Exclusive(ctx context.Context, do func(ctx context.Context) error) (err error) {
	if db.pool == nil {
		held, err := flock.Wait(ctx, db.file+".lock")
		if err != nil {
			return errs.E(errs.Unavailable, "wait for other processes: %w", err)
		}
		return errors.Join(do(ctx), held.Close())
	}
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("connect to the database: %w", err))
	}
	defer c.Release()
	if _, err := c.Exec(ctx, "select pg_advisory_lock($1)", int64(exclusiveLock)); err != nil {
		return unavailable(fmt.Errorf("wait for other processes: %w", err))
	}
	defer func() {
		_, unlock := c.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", int64(exclusiveLock))
		err = errors.Join(err, unlock)
	}()
	return do(ctx)
}
