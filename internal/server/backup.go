package server

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
)

// manifest is the first file of a backup.
type manifest struct {
	Format    int       `json:"format"`
	Kind      string    `json:"kind"`      // of the database: sqlite or postgres
	Migration int64     `json:"migration"` // the last that was applied
	Made      time.Time `json:"made"`
	Program   string    `json:"program"`
}

// Names in a backup.
const (
	backupFormat = 1
	manifestFile = "manifest.json"
	keyFile      = "key"
	databaseDir  = "database/"
	blobsDir     = "blobs/"
)

// Backup writes everything that a server keeps as a tar archive: the database as of
// one moment, all blobs, and the key that seals credentials. The server may go on.
// Blobs are listed after the database was read: a blob is written before the row
// that names it, so none is missing.
func Backup(ctx context.Context, o Options, w io.Writer) error {
	o, err := o.filled()
	if err != nil {
		return err
	}
	db, err := OpenDatabase(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	blobs, err := OpenBlobs(o)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "assay-backup-")
	if err != nil {
		return errs.E(errs.Unavailable, "make a folder: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	m := manifest{Format: backupFormat, Kind: db.Kind(), Made: o.Clock().UTC(), Program: o.Version}
	if m.Migration, err = migrationOf(ctx, db); err != nil {
		return err
	}
	if err := db.Dump(ctx, dir); err != nil {
		return err
	}
	t := tar.NewWriter(w)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := errors.Join(pack(t, manifestFile, int64(len(text)), strings.NewReader(string(text))), packFile(t, keyFile, o.KeyFile), packFolder(t, dir), packBlobs(ctx, t, blobs)); err != nil {
		return err
	}
	return t.Close()
}

// migrationOf is the last migration that was applied; errs.NotFound: none was.
func migrationOf(ctx context.Context, db *sqlstore.DB) (int64, error) {
	all, err := db.Migrations(ctx)
	if err != nil {
		return 0, err
	}
	last := int64(0)
	for _, m := range all {
		if !m.Applied.IsZero() {
			last = max(last, m.Version)
		}
	}
	if last == 0 {
		return 0, errs.E(errs.NotFound, "there is no server's database here")
	}
	return last, nil
}

func pack(t *tar.Writer, name string, size int64, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := io.Copy(t, r); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func packFile(t *tar.Writer, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return errs.E(errs.Unavailable, "read the %s: %w", path.Base(name), err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return errs.E(errs.Unavailable, "read the %s: %w", path.Base(name), err)
	}
	return pack(t, name, info.Size(), f)
}

func packFolder(t *tar.Writer, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return errs.E(errs.Unavailable, "read the dump: %w", err)
	}
	for _, e := range entries {
		if err := packFile(t, databaseDir+e.Name(), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func packBlobs(ctx context.Context, t *tar.Writer, blobs blob.Store) error {
	return blobs.List(ctx, func(i blob.Info) error {
		r, err := blobs.Open(ctx, i.Digest)
		if errs.KindOf(err) == errs.NotFound {
			return nil // collected meanwhile: nothing named it
		}
		if err != nil {
			return err
		}
		return errors.Join(pack(t, blobsDir+strings.TrimPrefix(i.Digest, "sha256:"), i.Size, r), r.Close())
	})
}

// Restore reads what Backup wrote into a data folder, or a database, that has
// nothing yet: errs.Conflict otherwise.
func Restore(ctx context.Context, o Options, r io.Reader) error {
	o, err := o.filled()
	if err != nil {
		return err
	}
	release, err := Hold(o)
	if err != nil {
		return err
	}
	defer release() //nolint:errcheck // the process ends
	blobs, err := OpenBlobs(o)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.Data, "restore-")
	if err != nil {
		return errs.E(errs.Unavailable, "make a folder: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	m, err := unpack(ctx, r, dir, blobs)
	if err != nil {
		return err
	}
	if err := o.restoreDatabase(ctx, m, dir); err != nil {
		return err
	}
	return place(filepath.Join(dir, keyFile), o.KeyFile)
}

// unpack puts blobs into their store and the rest into a folder.
func unpack(ctx context.Context, r io.Reader, dir string, blobs blob.Store) (m manifest, err error) {
	t := tar.NewReader(r)
	for first := true; ; first = false {
		h, err := t.Next()
		if errors.Is(err, io.EOF) && !first {
			return m, nil
		}
		if err != nil || first != (h.Name == manifestFile) {
			return m, errs.E(errs.Invalid, "this is not a backup, or only a part of one")
		}
		switch name, isBlob := strings.CutPrefix(h.Name, blobsDir); {
		case first:
			if err := json.NewDecoder(t).Decode(&m); err != nil || m.Format != backupFormat {
				return m, errs.E(errs.Invalid, "this backup was made by a later version of the program")
			}
		case isBlob:
			digest, _, err := blobs.Put(ctx, t)
			if err != nil {
				return m, err
			}
			if digest != "sha256:"+name {
				return m, errs.E(errs.Damaged, "the blob %s of the backup is damaged", name)
			}
		default:
			if err := unpackFile(t, dir, h.Name); err != nil {
				return m, err
			}
		}
	}
}

func unpackFile(t io.Reader, dir, name string) error {
	base := path.Base(name)
	if name != keyFile && (!strings.HasPrefix(name, databaseDir) || name != databaseDir+base || strings.HasPrefix(base, ".")) {
		return errs.E(errs.Invalid, "this backup has a file that none has: %q", name)
	}
	f, err := os.OpenFile(filepath.Join(dir, base), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", base, err)
	}
	_, err = io.Copy(f, t)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", base, err)
	}
	return nil
}

func (o Options) restoreDatabase(ctx context.Context, m manifest, dir string) error {
	kind := "sqlite"
	if o.Database != "" {
		kind = "postgres"
	}
	if m.Kind != kind {
		return errs.E(errs.Invalid, "the backup is of %s: it cannot be restored into %s", m.Kind, kind)
	}
	if kind == "sqlite" {
		if err := place(filepath.Join(dir, databaseName), filepath.Join(o.Data, databaseName)); err != nil {
			return err
		}
	}
	db, err := OpenDatabase(ctx, o)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what was done is committed
	if err := Migrate(ctx, db, o); err != nil {
		return err
	}
	if kind == "sqlite" {
		return nil
	}
	if current, err := migrationOf(ctx, db); err != nil || current != m.Migration {
		return errors.Join(err, errs.E(errs.Invalid, "the backup was made at migration %d and this program's last is %d: restore it with the program that made it (%s), then bring it up to date", m.Migration, current, m.Program))
	}
	return db.Load(ctx, dir)
}

// place moves a file where there is none yet.
func place(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errs.E(errs.Conflict, "there is a %s already: restore into a place that has nothing yet", filepath.Base(to))
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", filepath.Base(to), err)
	}
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return errs.E(errs.Invalid, "the backup has no %s", filepath.Base(from))
	}
	if err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", filepath.Base(to), err)
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", filepath.Base(to), err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errs.E(errs.Unavailable, "restore %s: %w", filepath.Base(to), err)
	}
	return nil
}

// VerifyAudit proves the audit log of a database.
func VerifyAudit(ctx context.Context, db *sqlstore.DB, o Options) (app.AuditReport, error) {
	return app.New(app.Deps{Store: db, Clock: o.Clock, Log: o.Log}).VerifyAudit(ctx, app.System())
}
