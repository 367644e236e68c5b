package server

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
)

// restoring is a restore that is under way, with what is to be undone if it fails.
type restoring struct {
	o     Options
	dir   string // for what is unpacked, beside its final place
	blobs blob.Store
	undo  []func() error // in the order of doing
}

// Restore reads what Backup wrote into a data folder, or a database, that has
// nothing yet: errs.Conflict otherwise. The database comes last and at once; what
// fails before leaves everything as it was.
func Restore(ctx context.Context, o Options, r io.Reader) (err error) {
	o, err = o.filled()
	if err != nil {
		return err
	}
	re := restoring{o: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, re.back())
		}
	}()
	re.made(o.Data)
	release, err := Hold(o)
	if err != nil {
		re.undo = nil // it is somebody else's
		return err
	}
	defer release() //nolint:errcheck // the process ends
	if o.Database == "" && there(filepath.Join(o.Data, databaseName)) {
		return errs.E(errs.Conflict, "there is an %s already: restore into a place that has nothing yet", databaseName)
	}
	if !strings.HasPrefix(o.Blobs, "s3://") {
		re.made(o.Blobs)
	}
	if re.blobs, err = OpenBlobs(o); err != nil {
		return err
	}
	if re.dir, err = os.MkdirTemp(o.Data, "restore-"); err != nil {
		return errs.E(errs.Unavailable, "make a folder: %w", err)
	}
	defer os.RemoveAll(re.dir) //nolint:errcheck // a temporary folder
	return re.run(ctx, r)
}

func (re *restoring) run(ctx context.Context, r io.Reader) error {
	m, err := re.unpack(ctx, r)
	if err != nil {
		return err
	}
	kind := "sqlite"
	if re.o.Database != "" {
		kind = "postgres"
	}
	if m.Kind != kind {
		return errs.E(errs.Invalid, "the backup is of %s: it cannot be restored into %s", m.Kind, kind)
	}
	if err := re.placeKey(); err != nil {
		return err
	}
	if kind == "sqlite" {
		return re.sqlite(ctx)
	}
	return re.postgres(ctx, m)
}

// back undoes what was done.
func (re *restoring) back() error {
	var all error
	for i := len(re.undo) - 1; i >= 0; i-- {
		all = errors.Join(all, re.undo[i]())
	}
	return all
}

// made has a folder removed again that is not there yet.
func (re *restoring) made(dir string) {
	if !there(dir) {
		re.undo = append(re.undo, func() error { return os.RemoveAll(dir) })
	}
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// unpack puts blobs into their store and the rest into a folder.
func (re *restoring) unpack(ctx context.Context, r io.Reader) (m manifest, err error) {
	t := tar.NewReader(r)
	for first := true; ; first = false {
		h, err := t.Next()
		if err != nil || first != (h.Name == manifestFile) {
			return m, errs.E(errs.Invalid, "this is not a backup, or only a part of one")
		}
		switch name, isBlob := strings.CutPrefix(h.Name, blobsDir); {
		case first:
			if err := json.NewDecoder(t).Decode(&m); err != nil || m.Format != backupFormat {
				return m, errs.E(errs.Invalid, "this backup was made by a later version of the program")
			}
		case h.Name == endFile:
			return m, nil
		case isBlob:
			err = re.putBlob(ctx, t, "sha256:"+name)
		default:
			err = unpackFile(t, re.dir, h.Name)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return m, errs.E(errs.Invalid, "this is not a backup, or only a part of one")
		}
		if err != nil {
			return m, err
		}
	}
}

// putBlob stores a blob; one that was not there before goes again if the rest fails.
func (re *restoring) putBlob(ctx context.Context, r io.Reader, want string) error {
	before, err := re.blobs.Open(ctx, want)
	switch {
	case err == nil:
		err = before.Close()
	case errs.KindOf(err) == errs.NotFound:
		re.undo = append(re.undo, func() error { return re.blobs.Delete(context.WithoutCancel(ctx), want) })
		err = nil
	}
	if err != nil {
		return err
	}
	digest, _, err := re.blobs.Put(ctx, r)
	if err != nil {
		return err
	}
	if digest != want {
		return errors.Join(errs.E(errs.Damaged, "the blob %s of the backup is damaged", want), re.blobs.Delete(ctx, digest))
	}
	return nil
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

// placeKey puts the key where there is none, or the same.
func (re *restoring) placeKey() error {
	key, err := os.ReadFile(filepath.Join(re.dir, keyFile))
	if err != nil {
		return errs.E(errs.Invalid, "the backup has no key")
	}
	old, err := os.ReadFile(re.o.KeyFile)
	switch {
	case err == nil && bytes.Equal(old, key):
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return errs.E(errs.Conflict, "there is another %s already: restore into a place that has nothing yet", filepath.Base(re.o.KeyFile))
	}
	if err := os.MkdirAll(filepath.Dir(re.o.KeyFile), 0o700); err != nil {
		return errs.E(errs.Unavailable, "restore the key: %w", err)
	}
	re.undo = append(re.undo, func() error { return os.RemoveAll(re.o.KeyFile) })
	if err := os.WriteFile(re.o.KeyFile, key, 0o600); err != nil {
		return errs.E(errs.Unavailable, "restore the key: %w", err)
	}
	return nil
}

// sqlite brings the file up to date beside its place and then moves it there.
func (re *restoring) sqlite(ctx context.Context) error {
	file := filepath.Join(re.dir, databaseName)
	if !there(file) {
		return errs.E(errs.Invalid, "the backup has no database")
	}
	beside := re.o
	beside.Data = re.dir
	db, err := OpenDatabase(ctx, beside)
	if err != nil {
		return err
	}
	if err := errors.Join(Migrate(ctx, db, beside), db.Close()); err != nil {
		return err
	}
	if err := os.Rename(file, filepath.Join(re.o.Data, databaseName)); err != nil {
		return errs.E(errs.Unavailable, "restore the database: %w", err)
	}
	return nil
}

// postgres loads the tables in one transaction.
func (re *restoring) postgres(ctx context.Context, m manifest) error {
	db, err := OpenDatabase(ctx, re.o)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what was done is committed
	if err := Migrate(ctx, db, re.o); err != nil {
		return err
	}
	if current, err := migrationOf(ctx, db); err != nil || current != m.Migration {
		return errors.Join(err, errs.E(errs.Invalid, "the backup was made at migration %d and this program's last is %d: restore it with the program that made it (%s), then bring it up to date", m.Migration, current, m.Program))
	}
	return db.Load(ctx, re.dir)
}
