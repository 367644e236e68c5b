package archive

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
)

// Exported is what an export made.
type Exported struct {
	Manifest Manifest
	SHA256   string // of the archive, in hex
	Size     int64
}

// Export checks an open database and writes it to the file out, which appears
// whole or not at all.
func Export(ctx context.Context, db *vulndb.DB, out, tool string) (Exported, error) {
	if _, err := db.Verify(ctx); err != nil {
		return Exported{}, err
	}
	source, err := os.Open(db.Path())
	if err != nil {
		return Exported{}, errs.E(errs.Unavailable, "read the database: %w", err)
	}
	defer source.Close() //nolint:errcheck // only read
	m, err := describe(ctx, db, source, tool)
	if err != nil {
		return Exported{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(out), filepath.Base(out)+".*.writing")
	if err != nil {
		return Exported{}, errs.E(errs.Unavailable, "make the archive: %w", err)
	}
	e := Exported{Manifest: m}
	err = e.write(ctx, f, source)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return e, errors.Join(fmt.Errorf("write %s: %w", out, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), out); err != nil {
		return e, errors.Join(errs.E(errs.Unavailable, "make the archive: %w", err), os.Remove(f.Name()))
	}
	return e, nil
}

// describe reads the file once for its checksum.
func describe(ctx context.Context, db *vulndb.DB, source *os.File, tool string) (Manifest, error) {
	meta := db.Metadata()
	m := Manifest{Format: Format, Tool: tool, Schema: meta.Schema, Release: meta.Release, Sequence: meta.Sequence, Built: meta.Built,
		Records: meta.Records, Digest: meta.Digest}
	sum := sha256.New()
	n, err := io.Copy(sum, during(ctx, source))
	if err != nil {
		return m, fmt.Errorf("read the database: %w", err)
	}
	if n > maxDatabase {
		return m, errs.E(errs.TooLarge, "the database has %d bytes, an archive holds %d", n, int64(maxDatabase))
	}
	m.Size, m.SHA256 = n, hex.EncodeToString(sum.Sum(nil))
	_, err = source.Seek(0, io.SeekStart)
	return m, err
}

// write fills the archive. One thread compresses it: the bytes do not depend on
// how many processors there are.
func (e *Exported) write(ctx context.Context, f, source *os.File) error {
	manifest, err := e.Manifest.encode()
	if err != nil {
		return err
	}
	sum := sha256.New()
	z, err := zstd.NewWriter(io.MultiWriter(f, sum), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(windowSize), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = e.entry(t, manifestName, int64(len(manifest)))
	if err == nil {
		_, err = t.Write(manifest)
	}
	if err == nil {
		err = e.entry(t, databaseName, e.Manifest.Size)
	}
	if err == nil {
		_, err = io.CopyN(t, during(ctx, source), e.Manifest.Size)
	}
	if err := errors.Join(err, t.Close(), z.Close()); err != nil {
		return err
	}
	e.SHA256 = hex.EncodeToString(sum.Sum(nil))
	info, err := f.Stat()
	if err == nil {
		e.Size = info.Size()
	}
	return err
}

// entry begins a file that has no owner and the time of the build.
func (e *Exported) entry(t *tar.Writer, name string, size int64) error {
	return t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: e.Manifest.Built.Truncate(time.Second), Format: tar.FormatUSTAR})
}

// windowSize bounds what a reader keeps in memory.
const windowSize = 8 << 20

// readerFunc is a reader by its only method.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// during ends a long copy when the context does.
func during(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	})
}
