package server

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	endFile      = "end" // the last: without it the archive was cut off
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
	if err := errors.Join(pack(t, manifestFile, int64(len(text)), strings.NewReader(string(text))), packFile(t, keyFile, o.KeyFile), packFolder(t, dir), packBlobs(ctx, t, blobs), pack(t, endFile, 0, strings.NewReader(""))); err != nil {
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

// VerifyAudit proves the audit log of a database.
func VerifyAudit(ctx context.Context, db *sqlstore.DB, o Options) (app.AuditReport, error) {
	return app.New(app.Deps{Store: db, Clock: o.Clock, Log: o.Log}).VerifyAudit(ctx, app.System())
}
