package pipeline

import (
	"context"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Releases opens releases of the advisory database from a folder, where it puts
// those that are only in the blob store. It is safe for concurrent use.
type Releases struct {
	store  store.Store
	blobs  blob.Store
	folder string
}

var _ app.Databases = (*Releases)(nil)

// NewReleases returns a cache in a folder, which is made when it is needed.
func NewReleases(st store.Store, blobs blob.Store, folder string) *Releases {
	return &Releases{store: st, blobs: blobs, folder: folder}
}

// Current opens the current release; see app.Databases.
func (r *Releases) Current(ctx context.Context) (*vulndb.DB, store.Release, func(), error) {
	return nil, store.Release{}, nil, errs.E(errs.Unavailable, "not built yet")
}

// Close closes the files that nobody reads, and the others when they are done.
func (r *Releases) Close() error { return nil }
