package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assay-sca/assay/internal/errs"
)

// Folder keeps blobs as files in a folder, which several processes may share: 256
// folders fan them out, and a blob appears whole or not at all.
type Folder struct {
	dir string
}

var _ Store = (*Folder)(nil)

// NewFolder uses a folder, which it makes if there is none.
func NewFolder(dir string) (*Folder, error) {
	for _, d := range []string{dir, filepath.Join(dir, incoming)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, errs.E(errs.Unavailable, "make the folder of blobs: %w", err)
		}
	}
	return &Folder{dir}, nil
}

// incoming is where blobs are written before they have a name.
const incoming = "incoming"

// path is dir/ab/abcd….
func (f *Folder) path(digits string) string { return filepath.Join(f.dir, digits[:2], digits) }

// Put stores what r gives. Storing again what is there makes it young again, so
// that it is not collected before it is referenced.
func (f *Folder) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	temporary, err := os.CreateTemp(filepath.Join(f.dir, incoming), "put-")
	if err != nil {
		return "", 0, errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	defer os.Remove(temporary.Name()) //nolint:errcheck // gone when it was renamed
	hash := sha256.New()
	to := &faultyWriter{w: temporary}
	size, err := io.Copy(io.MultiWriter(to, hash), ended{ctx, r})
	if err := errors.Join(to.err, errors.Join(temporary.Sync(), temporary.Close())); err != nil {
		return "", 0, errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	if err != nil {
		return "", 0, fmt.Errorf("read what is to be stored: %w", err)
	}
	digest := digestOf(hash)
	return digest, size, f.place(temporary.Name(), digest)
}

// faultyWriter keeps its error apart from the reader's: a full disk is no fault of
// who uploads.
type faultyWriter struct {
	w   io.Writer
	err error
}

// Write writes.
func (f *faultyWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		f.err = err
	}
	return n, err
}

// ended reads until its context ends.
type ended struct {
	ctx context.Context //nolint:containedctx // lives as long as one Put
	r   io.Reader
}

// Read reads.
func (e ended) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.r.Read(p)
}

// place gives a written file its name, and makes both last.
func (f *Folder) place(temporary, digest string) error {
	digits, err := hexOf(digest)
	if err != nil {
		return err
	}
	path := f.path(digits)
	err = os.Rename(temporary, path)
	if errors.Is(err, fs.ErrNotExist) { // the first one of its folder
		if err = os.Mkdir(filepath.Dir(path), 0o700); err == nil {
			err = syncFolder(f.dir)
		}
		if err == nil || errors.Is(err, fs.ErrExist) {
			err = os.Rename(temporary, path)
		}
	}
	if err != nil {
		return errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	defer d.Close() //nolint:errcheck // only read
	if err := d.Sync(); err != nil {
		return errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	return nil
}

// Open reads a blob.
func (f *Folder) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	digits, err := hexOf(digest)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(digits))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.E(errs.NotFound, "there is no blob %s", digest)
	}
	if err != nil {
		return nil, errs.E(errs.Unavailable, "read a blob: %w", err)
	}
	return check(file, digest), nil
}

// Delete removes a blob.
func (f *Folder) Delete(_ context.Context, digest string) error {
	digits, err := hexOf(digest)
	if err != nil {
		return nil //nolint:nilerr // what cannot be there need not be removed
	}
	if err := os.Remove(f.path(digits)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errs.E(errs.Unavailable, "remove a blob: %w", err)
	}
	return nil
}

// List yields every blob; what is removed meanwhile is left out.
func (f *Folder) List(ctx context.Context, yield func(Info) error) error {
	return filepath.WalkDir(f.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return errs.E(errs.Unavailable, "list blobs: %w", err)
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir():
			return nil
		}
		digest := scheme + entry.Name()
		digits, err := hexOf(digest)
		if err != nil || f.path(digits) != path {
			return nil //nolint:nilerr // not a blob
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // removed meanwhile
		}
		return yield(Info{Digest: digest, Size: info.Size(), Stored: info.ModTime().UTC()})
	})
}

// Check writes and removes a file.
func (f *Folder) Check(context.Context) error {
	file, err := os.CreateTemp(filepath.Join(f.dir, incoming), "check-")
	if err != nil {
		return errs.E(errs.Unavailable, "the folder of blobs cannot be written: %w", err)
	}
	_, err = file.WriteString("ok")
	if err := errors.Join(err, file.Close(), os.Remove(file.Name())); err != nil {
		return errs.E(errs.Unavailable, "the folder of blobs cannot be written: %w", err)
	}
	return nil
}
