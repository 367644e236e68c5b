package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

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

	opening chan struct{} // one at a time, so that a file is fetched once
	mu      sync.Mutex
	current *openRelease // nil: none yet
	closed  bool
}

var _ app.Databases = (*Releases)(nil)

// openRelease is an open file with the number of those who read it.
type openRelease struct {
	db      *vulndb.DB
	release store.Release
	readers int
	retired bool // another one is current: the last reader closes it
}

// NewReleases returns a cache in a folder, which is made when it is needed. Each
// process has a folder of its own.
func NewReleases(st store.Store, blobs blob.Store, folder string) *Releases {
	return &Releases{store: st, blobs: blobs, folder: folder, opening: make(chan struct{}, 1)}
}

// Current opens the current release; see app.Databases.
func (r *Releases) Current(ctx context.Context) (*vulndb.DB, store.Release, func(), error) {
	release, err := r.store.CurrentRelease(ctx)
	if err != nil {
		return nil, store.Release{}, nil, err
	}
	if o := r.take(release.Seq); o != nil {
		return o.db, o.release, r.done(o), nil
	}
	select {
	case r.opening <- struct{}{}:
		defer func() { <-r.opening }()
	case <-ctx.Done():
		return nil, store.Release{}, nil, ctx.Err()
	}
	o := r.take(release.Seq) // somebody else may have opened it in the meantime
	if o == nil {
		db, err := r.open(ctx, release)
		if err != nil {
			return nil, release, nil, err
		}
		if o, err = r.install(db, release); err != nil {
			return nil, release, nil, err
		}
	}
	return o.db, o.release, r.done(o), nil
}

// take is the open release with this number or a later one, with one reader more.
func (r *Releases) take(seq int64) *openRelease {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil || r.closed || r.current.release.Seq < seq {
		return nil
	}
	r.current.readers++
	return r.current
}

// done is what a reader calls once.
func (r *Releases) done(o *openRelease) func() {
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		o.readers--
		r.closeUnread(o) //nolint:errcheck // only read
	})
}

// closeUnread closes a file that is not current and that nobody reads, and
// removes it. The caller holds the lock.
func (r *Releases) closeUnread(o *openRelease) error {
	if !o.retired || o.readers > 0 {
		return nil
	}
	err := o.db.Close()
	if r.current == nil || r.file(r.current.release) != r.file(o.release) {
		err = errors.Join(err, os.Remove(r.file(o.release)))
	}
	return err
}

func (r *Releases) install(db *vulndb.DB, release store.Release) (*openRelease, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.Join(errs.E(errs.Unavailable, "the server is ending"), db.Close())
	}
	old := r.current
	r.current = &openRelease{db: db, release: release, readers: 1}
	if old != nil {
		old.retired = true
		r.closeUnread(old) //nolint:errcheck // only read; a file that stays is removed at the next start
	}
	return r.current, nil
}

// file is where a release is kept, by its content.
func (r *Releases) file(release store.Release) string {
	_, digest, _ := strings.Cut(release.Blob, ":")
	return filepath.Join(r.folder, filepath.Base(digest)+".db")
}

func (r *Releases) open(ctx context.Context, release store.Release) (*vulndb.DB, error) {
	file := r.file(release)
	if digest, err := digestOf(file); err != nil || digest != release.Blob {
		if err := r.fetch(ctx, release, file); err != nil {
			return nil, fmt.Errorf("fetch the release %s of the advisory database: %w", release.Name, err)
		}
	}
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if got := db.Metadata().Digest; got != release.Digest {
		return nil, errors.Join(errs.E(errs.Damaged, "the file of the release %s holds another one", release.Name), db.Close(), os.Remove(file))
	}
	return db, nil
}

// digestOf reads a file whole: one that an earlier process left may have been cut
// off or damaged since, and would say less than the release does.
func digestOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

// fetch copies a release from the blob store. The file appears whole or not at
// all.
func (r *Releases) fetch(ctx context.Context, release store.Release, file string) (err error) {
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return errs.E(errs.Unavailable, "make the folder of advisory databases: %w", err)
	}
	in, err := r.blobs.Open(ctx, release.Blob)
	if errs.KindOf(err) == errs.NotFound { // which would say that no release was imported
		return errs.E(errs.Damaged, "its file is not among the blobs any more")
	}
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.CreateTemp(r.folder, "fetch-*")
	if err != nil {
		return errs.E(errs.Unavailable, "make a file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), in)
	if err = errors.Join(err, out.Close()); err != nil {
		return errs.E(errs.Unavailable, "copy it: %w", err)
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); got != release.Blob {
		return errs.E(errs.Damaged, "the stored file is damaged: its digest is %s", got)
	}
	return os.Rename(out.Name(), file)
}

// Close closes the file, once nobody reads it any more.
func (r *Releases) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.current
	if r.closed || o == nil {
		r.closed = true
		return nil
	}
	r.closed, o.retired = true, true
	return r.closeUnread(o)
}
