package pipeline

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Match says what a release knows of components. Each component is matched once a
// release, for the whole installation; what is known already is read.
func Match(ctx context.Context, st store.Store, db *vulndb.DB, release store.Release, components []int64) (store.Matched, error) {
	return store.Matched{}, errs.E(errs.Unavailable, "not built yet")
}
