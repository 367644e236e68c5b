package sqlstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// TestTxGivenUp cancels transactions between two statements, as a worker does that
// lost its scan: nothing of them stays, nobody speaks to a connection that was
// given up (the race detector says so), and others go on.
func TestTxGivenUp(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1)
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 10 {
					givenUp(t, db, now)
				}
			})
		}
		all.Wait()
		if err := db.CreateOrganisation(t.Context(), store.Organisation{ID: "one", Slug: "one", Name: "One", CreatedAt: now}); err != nil {
			t.Errorf("after transactions that were given up: %v", err)
		}
	})
}

func givenUp(t *testing.T, db *sqlstore.DB, now time.Time) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := db.Tx(ctx, func(tx store.Store) error {
		if err := tx.CreateOrganisation(ctx, store.Organisation{ID: "one", Slug: "one", Name: "One", CreatedAt: now}); err != nil {
			return err
		}
		cancel()
		return tx.CreateOrganisation(ctx, store.Organisation{ID: "two", Slug: "two", Name: "Two", CreatedAt: now})
	})
	if !errors.Is(err, context.Canceled) && errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a transaction that was given up ended with %v", err)
	}
}
