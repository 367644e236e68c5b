package app

import (
	"context"
	"io"

	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Databases opens releases of the advisory database.
type Databases interface {
	// Current opens the current release for reading; the caller calls done when it
	// has read, and keeps what it opened until then. errs.NotFound: none was imported.
	Current(ctx context.Context) (db *vulndb.DB, r store.Release, done func(), err error)
}

// DatabaseStatus is how the advisory database stands.
type DatabaseStatus struct {
	Current *store.Release // nil: none was imported
	State   string         // ok, missing, sample, stale
	Reason  string         // a sentence for every state but ok
	MayLoad bool
}

// CurrentRelease says how the advisory database stands.
func (a *App) CurrentRelease(ctx context.Context, who Actor) (DatabaseStatus, error) {
	return DatabaseStatus{}, errLater()
}

// Releases lists the releases that were imported, the last first.
func (a *App) Releases(ctx context.Context, who Actor, page store.Page) (store.List[store.Release], error) {
	return store.List[store.Release]{}, errLater()
}

// ImportRelease checks a database file, or an archive of `assay db export`, and
// makes it the current release. One that is older than the current one needs
// allowOlder (errs.Stale). Importing the current one again changes nothing. It
// needs an administrator of the installation.
func (a *App) ImportRelease(ctx context.Context, who Actor, r io.Reader, allowOlder bool) (store.Release, error) {
	return store.Release{}, errLater()
}
