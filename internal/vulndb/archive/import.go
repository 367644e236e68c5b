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
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/release"
)

// ImportOptions of an import.
type ImportOptions struct {
	AllowOlder bool // install a release that is older than the installed one
}

// Import checks an archive and installs its database. Whatever is wrong with it,
// the installed one stays in use.
func Import(ctx context.Context, file string, dir release.Dir, o ImportOptions) (Manifest, error) {
	unlock, err := dir.Lock(ctx)
	if err != nil {
		return Manifest{}, err
	}
	m, err := install(ctx, file, dir, o)
	return m, errors.Join(err, unlock())
}

func install(ctx context.Context, file string, dir release.Dir, o ImportOptions) (Manifest, error) {
	f, size, err := openArchive(file)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close() //nolint:errcheck // only read
	temporary, err := dir.Temporary()
	if err != nil {
		return Manifest{}, err
	}
	newer := func(m Manifest) error { return checkNewer(ctx, m, dir, o) }
	m, err := unpack(ctx, f, size, temporary, newer)
	if err == nil {
		err = check(ctx, temporary, m)
	}
	if err != nil {
		if e := os.Remove(temporary); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
		return m, refused(file, err)
	}
	return m, dir.Install(temporary, m.Digest, m.Built)
}

func openArchive(file string) (*os.File, int64, error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, errs.E(errs.NotFound, "there is no archive %s", file)
	}
	if err != nil {
		return nil, 0, errs.E(errs.Unavailable, "read the archive: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errs.E(errs.Invalid, "%s is no file", file)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// refused names the archive. What has no kind is damage: it was opened, and what
// stands in it cannot be read.
func refused(file string, err error) error {
	kind := errs.KindOf(err)
	var path *os.PathError
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &path):
		return fmt.Errorf("import %s: %w", file, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		kind, err = errs.Damaged, errors.New("it is cut short")
	case kind == errs.Unknown:
		kind = errs.Damaged
	}
	return errs.E(kind, "import %s: %w", file, err)
}

// checkNewer refuses what is older than the installed database. One that is
// installed and cannot be read is no reason to refuse anything.
func checkNewer(ctx context.Context, m Manifest, dir release.Dir, o ImportOptions) error {
	current, err := dir.Current()
	if err != nil || o.AllowOlder {
		return nil //nolint:nilerr // there is none to compare with
	}
	db, err := vulndb.Open(ctx, current)
	if err != nil {
		return ctx.Err()
	}
	installed := db.Metadata()
	if err := db.Close(); err != nil {
		return err
	}
	if Older(m.release(), ReleaseOf(installed)) {
		return errs.E(errs.Stale, "release %s (built %s, number %d) is older than the installed release %s (built %s, number %d): use --allow-older to go back",
			m.Release, m.Built.UTC().Format(time.RFC3339), m.Sequence, installed.Release, installed.Built.Format(time.RFC3339), installed.Sequence)
	}
	return nil
}

// unpack writes the database of an archive of size bytes to the file out. accept
// is asked as soon as the manifest is read.
func unpack(ctx context.Context, r io.Reader, size int64, out string, accept func(Manifest) error) (Manifest, error) {
	z, err := zstd.NewReader(during(ctx, r), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(2*windowSize))
	if err != nil {
		return Manifest{}, err
	}
	defer z.Close()
	// What a tar says besides its entries is read by its reader, and bounded here.
	bounded := &io.LimitedReader{R: z, N: bound(size) + leastBound}
	t := tar.NewReader(bounded)
	m, err := manifest(t)
	if err != nil {
		return m, err
	}
	if m.Size > bound(size) {
		return m, errs.E(errs.Damaged, "a database of %d bytes cannot come of %d", m.Size, size)
	}
	if err := accept(m); err != nil {
		return m, err
	}
	if err := next(t, databaseName, m.Size); err != nil {
		return m, err
	}
	if err := save(t, m, out); err != nil {
		return m, err
	}
	return m, ended(t, bounded)
}

func bound(size int64) int64 { return min(max(maxRatio*size, leastBound), maxDatabase+leastBound) }

func manifest(t *tar.Reader) (Manifest, error) {
	if err := next(t, manifestName, -1); err != nil {
		return Manifest{}, err
	}
	data, err := io.ReadAll(io.LimitReader(t, maxManifest+1))
	if err != nil {
		return Manifest{}, err
	}
	return ReadManifest(data)
}

// next takes the entry of a name, and nothing but a plain file of that size; -1
// is any.
func next(t *tar.Reader, name string, size int64) error {
	h, err := t.Next()
	if errors.Is(err, io.EOF) {
		return errs.E(errs.Damaged, "it has no %s", name)
	}
	if err != nil {
		return errs.E(errs.Damaged, "it is no archive of a database, or cut short: %w", err)
	}
	if h.Name != name || h.Typeflag != tar.TypeReg || len(h.PAXRecords) > 0 || h.Linkname != "" {
		return errs.E(errs.Damaged, "it holds %q where %s should be", h.Name, name)
	}
	if size >= 0 && h.Size != size {
		return errs.E(errs.Damaged, "its %s has %d bytes, the manifest says %d", name, h.Size, size)
	}
	return nil
}

// save copies the database and checks it against the manifest.
func save(t io.Reader, m Manifest, out string) error {
	f, err := os.OpenFile(out, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.CopyN(io.MultiWriter(f, sum), t, m.Size)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		err = errs.E(errs.Damaged, "the database has not the checksum that the manifest says")
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// ended refuses what follows the two entries; a tar ends with zeros.
func ended(t *tar.Reader, rest io.Reader) error {
	if h, err := t.Next(); !errors.Is(err, io.EOF) {
		if err != nil {
			return errs.E(errs.Damaged, "its end is damaged: %w", err)
		}
		return errs.E(errs.Damaged, "it holds %q, too", h.Name)
	}
	tail, err := io.ReadAll(io.LimitReader(rest, maxManifest))
	if err != nil {
		return errs.E(errs.Damaged, "its end is damaged: %w", err)
	}
	for _, b := range tail {
		if b != 0 {
			return errs.E(errs.Damaged, "something follows its end")
		}
	}
	if len(tail) == maxManifest {
		return errs.E(errs.Damaged, "something follows its end")
	}
	return nil
}

// check reads the unpacked database as a scan will, and all of it.
func check(ctx context.Context, file string, m Manifest) error {
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return err
	}
	_, err = db.Verify(ctx)
	switch {
	case err != nil:
	case !m.describes(db.Metadata()):
		err = errs.E(errs.Damaged, "the database is not the one that the manifest describes")
	case db.Metadata().Sample:
		err = errs.E(errs.Invalid, "it holds the sample: a demonstration, not a database")
	}
	return errors.Join(err, db.Close())
}
