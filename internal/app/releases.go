package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/archive"
	"github.com/assay-sca/assay/internal/vulndb/release"
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

// knows tells whether the database has advisories for an ecosystem.
func (s *DatabaseStatus) knows(ecosystem string) bool {
	return s.Current != nil && s.Current.Status.Ecosystems[ecosystem] > 0
}

// CurrentRelease says how the advisory database stands.
func (a *App) CurrentRelease(ctx context.Context, who Actor) (DatabaseStatus, error) {
	if !who.may(ScopeRead) {
		return DatabaseStatus{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	status, err := a.database(ctx)
	status.MayLoad = who.needInstallation(ScopeManage) == nil
	return status, err
}

// database says how the advisory database stands.
func (a *App) database(ctx context.Context) (DatabaseStatus, error) {
	r, err := a.Store.CurrentRelease(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return DatabaseStatus{State: "missing", Reason: "No release of the advisory database was imported yet: nothing is checked for vulnerabilities."}, nil
	}
	if err != nil {
		return DatabaseStatus{}, err
	}
	s := DatabaseStatus{Current: &r, State: "ok"}
	switch age := a.Clock().Sub(r.Built); {
	case r.Sample:
		s.State, s.Reason = "sample", "The advisory database is the sample, a demonstration: results are no verdict."
	case age > staleAfter:
		s.State, s.Reason = "stale", fmt.Sprintf("The advisory database was built on %s: newer vulnerabilities are missing.", r.Built.Format(time.DateOnly))
	}
	return s, nil
}

// Releases lists the releases that were imported, the last first.
func (a *App) Releases(ctx context.Context, who Actor, page store.Page) (store.List[store.Release], error) {
	if !who.may(ScopeRead) {
		return store.List[store.Release]{}, errs.E(errs.Denied, "this needs a token with the scope %q", ScopeRead)
	}
	return a.Store.Releases(ctx, page)
}

// ImportRelease checks a database file, or an archive of `assay db export`, and
// makes it the current release. One that is older than the current one needs
// allowOlder (errs.Stale). Importing the current one again changes nothing. It
// needs an administrator of the installation.
func (a *App) ImportRelease(ctx context.Context, who Actor, r io.Reader, allowOlder bool) (store.Release, error) {
	if err := who.needInstallation(ScopeManage); err != nil {
		return store.Release{}, err
	}
	folder, err := os.MkdirTemp(a.Scratch, "release-")
	if err != nil {
		return store.Release{}, errs.E(errs.Unavailable, "make a folder for the advisory database: %w", err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a folder for temporary files, emptied by the system at last
	file, err := unpackRelease(ctx, r, folder)
	if err != nil {
		return store.Release{}, err
	}
	found, err := describeRelease(ctx, file)
	if err != nil {
		return store.Release{}, err
	}
	current, err := a.Store.CurrentRelease(ctx)
	switch {
	case err == nil && current.Digest == found.Digest:
		return current, nil
	case err == nil && found.Built.Before(current.Built) && !allowOlder:
		return store.Release{}, errs.E(errs.Stale, "the release %s (built %s) is older than the current release %s (built %s)",
			found.Name, found.Built.UTC().Format(time.RFC3339), current.Name, current.Built.Format(time.RFC3339))
	case err != nil && errs.KindOf(err) != errs.NotFound:
		return store.Release{}, err
	}
	if found.Blob, found.Size, err = a.putFile(ctx, file); err != nil {
		return store.Release{}, err
	}
	return a.enterRelease(ctx, who, found)
}

// enterRelease makes a release whose file is stored the current one.
func (a *App) enterRelease(ctx context.Context, who Actor, found store.Release) (store.Release, error) {
	found.Imported = a.Clock()
	var entered store.Release
	err := a.Store.Tx(ctx, func(tx store.Store) (err error) {
		if entered, err = tx.AddRelease(ctx, found); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Action: "release.import", Object: "release:" + found.Digest, Detail: map[string]any{"release": found.Name, "built": found.Built.UTC().Format(time.RFC3339)},
		})
	})
	return entered, err
}

// What files of databases and archives begin with.
const (
	magicSQLite = "SQLite format 3\x00"
	magicZstd   = "\x28\xb5\x2f\xfd"
)

// unpackRelease writes what comes to a file and returns the database's: the file
// itself, or what is in it.
func unpackRelease(ctx context.Context, r io.Reader, folder string) (string, error) {
	file := filepath.Join(folder, "upload")
	out, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", errs.E(errs.Unavailable, "make a file for the advisory database: %w", err)
	}
	defer out.Close() //nolint:errcheck // what is written is read again and checked
	if _, err := io.Copy(out, r); err != nil {
		return "", fmt.Errorf("receive the advisory database: %w", err)
	}
	head := make([]byte, len(magicSQLite))
	if _, err := out.ReadAt(head, 0); err != nil {
		return "", errs.E(errs.Invalid, "the file is neither an advisory database nor an archive of one")
	}
	switch {
	case string(head) == magicSQLite:
		return file, nil
	case string(head[:len(magicZstd)]) == magicZstd:
		inside := release.Dir(filepath.Join(folder, "inside"))
		if err := os.Mkdir(string(inside), 0o700); err != nil {
			return "", errs.E(errs.Unavailable, "make a folder for the advisory database: %w", err)
		}
		if _, err := archive.Import(ctx, file, inside, archive.ImportOptions{}); err != nil {
			return "", withoutPath(err, file)
		}
		return inside.Current()
	}
	return "", errs.E(errs.Invalid, "the file is neither an advisory database nor an archive of one")
}

// withoutPath keeps the server's folders out of what is told.
func withoutPath(err error, _ string) error {
	kind := errs.KindOf(err)
	if kind == errs.NotFound || kind == errs.Unknown {
		kind = errs.Damaged
	}
	return errs.E(kind, "the archive cannot be used: it is damaged, or not of this program's version")
}

// describeRelease checks a database file whole and reads what it says of itself.
func describeRelease(ctx context.Context, file string) (store.Release, error) {
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return store.Release{}, errs.E(errs.Invalid, "the file is no advisory database that this version reads")
	}
	defer db.Close() //nolint:errcheck // only read
	if _, err := db.Verify(ctx); err != nil {
		if ctx.Err() != nil {
			return store.Release{}, ctx.Err()
		}
		return store.Release{}, errs.E(errs.Damaged, "the advisory database is damaged: its content is not what its digest says")
	}
	m := db.Metadata()
	out := store.Release{Digest: m.Digest, Schema: m.Schema, Name: m.Release, Built: m.Built, Sample: m.Sample}
	out.Status, err = releaseStatus(ctx, db)
	return out, err
}

func releaseStatus(ctx context.Context, db *vulndb.DB) (store.ReleaseStatus, error) {
	s := store.ReleaseStatus{Records: db.Metadata().Records}
	var err error
	if s.Ecosystems, err = db.Ecosystems(ctx); err != nil {
		return s, err
	}
	if s.Outdated, err = db.Outdated(ctx); err != nil {
		return s, err
	}
	providers, err := db.Providers(ctx)
	if err != nil {
		return s, err
	}
	for _, p := range providers {
		s.Providers = append(s.Providers, store.ReleaseProvider{Name: p.Name, Title: p.Title, Covers: p.Covers, Records: p.Records, Modified: p.Modified})
	}
	sources, err := db.Sources(ctx)
	for _, x := range sources {
		s.Sources = append(s.Sources, store.ReleaseSource{Name: x.Name, Feed: x.Feed, Records: x.Records, Skipped: x.Skipped, Captured: x.Captured, Stale: x.Stale})
	}
	return s, err
}

func (a *App) putFile(ctx context.Context, file string) (digest string, size int64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", 0, errs.E(errs.Unavailable, "read the advisory database: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	return a.Blobs.Put(ctx, f)
}
