// Package fileset reads feeds that are files: a folder, archives in it, or one
// file. Small files are decoded on all processors and handed on in order, large
// ones are streamed; all are bounded. Compressed files (.gz, .bz2, .zst) are
// opened on the way.
package fileset

import (
	"archive/zip"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Bounds of one set. The whole public OSV export has about a million records.
const (
	maxEntries = 5_000_000
	queue      = 256 // records decoded ahead of the consumer
)

// Kind says which files a feed consists of and how one is read.
type Kind struct {
	Feed  string                 // the feed's name
	What  string                 // for messages: "OSV records (*.json)"
	Wants func(name string) bool // by the slash-separated path in the set, without a compression's suffix
	// MaxFile bounds one file's size, inflated, in bytes.
	MaxFile int64
	// One reads a file that is one record.
	One func(entry string, data []byte) feed.Record
	// Many reads a file of many records as a stream; where One is nil. What it
	// returns is the set's own error: a fault of one record is yielded.
	Many func(entry string, r io.Reader, yield func(feed.Record) error) error
}

// Set is one archive, or the loose files of one folder.
type Set struct {
	kind  Kind
	name  string
	path  string
	loose []string // slash-separated, below path; nil for an archive
	tree  fs.FS    // instead of path, where the files are in memory
}

var _ feed.Set = Set{}

// Name is the ecosystem's name in the public OSV layout, or the folder's.
func (s Set) Name() string { return s.name }

// Feed is the name of the feed that the set is part of.
func (s Set) Feed() string { return s.kind.Feed }

// Sets finds what is to be read at path, sorted by name: an archive, a file, or a
// folder with archives (<Name>/all.zip or <Name>.zip) and loose files at any depth.
func Sets(kind Kind, path string) ([]feed.Set, error) {
	// Links are followed here, where the user named them, and nowhere below.
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, errs.E(errs.NotFound, "read advisories: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errs.E(errs.NotFound, "read advisories: %w", err)
	}
	if !info.IsDir() {
		if strings.EqualFold(filepath.Ext(path), ".zip") {
			return []feed.Set{Set{kind: kind, name: archiveName(path), path: path}}, nil
		}
		return []feed.Set{Set{kind: kind, name: filepath.Base(path), path: filepath.Dir(path), loose: []string{filepath.Base(path)}}}, nil
	}
	sets, loose, err := findSets(kind, path)
	if err != nil {
		return nil, fmt.Errorf("read advisories: %w", err)
	}
	if len(loose) > 0 {
		sets = append(sets, Set{kind: kind, name: filepath.Base(path), path: path, loose: loose})
	}
	if len(sets) == 0 {
		return nil, errs.E(errs.Invalid, "there are no %s in %s", kind.What, path)
	}
	slices.SortStableFunc(sets, func(a, b feed.Set) int { return strings.Compare(a.Name(), b.Name()) })
	return sets, nil
}

// FromFS is the files of a tree in memory as one set.
func FromFS(kind Kind, name string, tree fs.FS) (feed.Set, error) {
	set := Set{kind: kind, name: name, tree: tree}
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && kind.wants(path) {
			set.loose = append(set.loose, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read advisories: %w", err)
	}
	return set, nil
}

func (k Kind) wants(name string) bool { return k.Wants(uncompressed(name)) }

// uncompressed is a name without the suffix of a compression that is opened.
func uncompressed(name string) string {
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".gz", ".bz2", ".zst":
		return strings.TrimSuffix(name, ext)
	}
	return name
}

func findSets(kind Kind, root string) (sets []feed.Set, loose []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch relative = filepath.ToSlash(relative); {
		case strings.EqualFold(filepath.Ext(path), ".zip") && kind.none(path):
		case strings.EqualFold(filepath.Ext(path), ".zip"):
			sets = append(sets, Set{kind: kind, name: archiveName(path), path: path})
		case kind.wants(relative):
			loose = append(loose, relative)
		}
		return nil
	})
	slices.Sort(loose)
	return sets, loose, err
}

// none tells whether an archive has files, but none of the feed's: it is
// somebody else's. One that cannot be read is not passed over.
func (k Kind) none(path string) bool {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return false
	}
	defer archive.Close() //nolint:errcheck // only read
	for _, f := range archive.File {
		if k.wants(f.Name) {
			return false
		}
	}
	return len(archive.File) > 0
}

// archiveName is the ecosystem that an archive's place names.
func archiveName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if strings.EqualFold(name, "all") {
		return filepath.Base(filepath.Dir(path))
	}
	return name
}

// Each yields the set's records in the order of the files' names. It returns a
// digest over the names and contents. A record that cannot be read is yielded with
// its error; the error returned is the set's own.
func (s Set) Each(ctx context.Context, yield func(feed.Record) error) (digest string, err error) {
	entries, closer, err := s.entries()
	if err != nil {
		return "", err
	}
	defer closer.Close() //nolint:errcheck // only read
	sum := sha256.New()
	if s.kind.One == nil {
		err = s.stream(ctx, entries, sum, yield)
	} else {
		err = s.parallel(ctx, entries, sum, yield)
	}
	if err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// stream reads one file after the other.
func (s Set) stream(ctx context.Context, entries []entryFile, sum hash.Hash, yield func(feed.Record) error) error {
	for _, e := range entries {
		if err := s.streamFile(ctx, e, sum, yield); err != nil {
			return err
		}
	}
	return nil
}

// refusal is the consumer's own error, which is not the file's.
type refusal struct{ error }

func (s Set) streamFile(ctx context.Context, e entryFile, sum hash.Hash, yield func(feed.Record) error) error {
	r, err := e.open()
	if err != nil {
		return yield(feed.Record{Entry: e.name, Err: err})
	}
	defer r.Close() //nolint:errcheck // only read
	content := sha256.New()
	limited := &limitedReader{r: io.TeeReader(r, content), left: s.kind.MaxFile, limit: s.kind.MaxFile}
	err = s.kind.Many(e.name, limited, func(r feed.Record) error {
		if ctx.Err() != nil {
			return refusal{ctx.Err()}
		}
		if err := yield(r); err != nil {
			return refusal{err}
		}
		return nil
	})
	var refused refusal
	if errors.As(err, &refused) {
		return refused.error
	}
	if err == nil { // what stands behind the records belongs to the digest
		_, err = io.Copy(io.Discard, limited)
	}
	fmt.Fprintf(sum, "%s\x00%x\n", e.name, content.Sum(nil))
	if err != nil {
		return errs.E(errs.Damaged, "read %s: %w", e.name, err)
	}
	return nil
}

// limitedReader refuses what is larger than allowed, instead of cutting it off.
type limitedReader struct {
	r           io.Reader
	left, limit int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, errs.E(errs.TooLarge, "it has over %d bytes", l.limit)
	}
	return n, err
}

// parallel decodes the files on all processors.
func (s Set) parallel(ctx context.Context, entries []entryFile, sum hash.Hash, yield func(feed.Record) error) error {
	group, ctx := errgroup.WithContext(ctx)
	ordered := make(chan chan decoded, queue)
	work := make(chan task)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for t := range work {
				t.done <- s.decode(t.entry)
			}
			return nil
		})
	}
	group.Go(func() error { return dispatch(ctx, entries, work, ordered) })
	group.Go(func() error {
		return consume(ctx, ordered, func(d decoded) error {
			fmt.Fprintf(sum, "%s\x00%x\n", d.record.Entry, d.digest)
			return yield(d.record)
		})
	})
	return group.Wait()
}

type decoded struct {
	record feed.Record
	digest [sha256.Size]byte
}

type task struct {
	entry entryFile
	done  chan decoded
}

// dispatch hands out the entries; ordered holds the places of the results, so
// that they are consumed in order while they are made in any.
func dispatch(ctx context.Context, entries []entryFile, work chan<- task, ordered chan<- chan decoded) error {
	defer close(ordered)
	defer close(work)
	for _, e := range entries {
		done := make(chan decoded, 1)
		select {
		case ordered <- done:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case work <- task{e, done}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// consume takes the results in order. After the end of ctx the last place handed
// out may never be filled, so it does not wait for it.
func consume(ctx context.Context, ordered <-chan chan decoded, take func(decoded) error) error {
	for done := range ordered {
		select {
		case d := <-done:
			if err := take(d); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// entryFile is one file to decode.
type entryFile struct {
	name string
	open func() (io.ReadCloser, error)
}

func (s Set) decode(e entryFile) decoded {
	d := decoded{record: feed.Record{Entry: e.name}}
	data, err := e.read(s.kind.MaxFile)
	if err != nil {
		d.record.Err = err
		return d
	}
	d.digest = sha256.Sum256(data)
	d.record = s.kind.One(e.name, data)
	d.record.Entry = e.name
	return d
}

// read gives a byte more than allowed of what is too large: the reader refuses it.
func (e entryFile) read(limit int64) ([]byte, error) {
	r, err := e.open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(r, limit+1))
}

// inflated opens a file, and the compression that its name tells of.
func inflated(name string, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	if uncompressed(name) == name {
		return open
	}
	return func() (io.ReadCloser, error) {
		file, err := open()
		if err != nil {
			return nil, err
		}
		r, err := decompress(name, file)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return struct {
			io.Reader
			io.Closer
		}{r, file}, nil
	}
}

// maxWindow bounds the memory of one zstd stream.
const maxWindow = 128 << 20

func decompress(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".gz":
		return gzip.NewReader(r)
	case ".bz2":
		return bzip2.NewReader(r), nil
	}
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
}

func (s Set) entries() ([]entryFile, io.Closer, error) {
	if s.loose != nil || s.tree != nil {
		return s.looseEntries()
	}
	archive, err := zip.OpenReader(s.path)
	if err != nil {
		return nil, nil, errs.E(errs.Damaged, "read archive %s: %w", s.path, err)
	}
	if len(archive.File) > maxEntries {
		return nil, nil, errors.Join(errs.E(errs.TooLarge, "archive %s has over %d entries", s.path, maxEntries), archive.Close())
	}
	var entries []entryFile
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") && s.kind.wants(f.Name) {
			entries = append(entries, entryFile{name: f.Name, open: inflated(f.Name, f.Open)})
		}
	}
	slices.SortFunc(entries, func(a, b entryFile) int { return strings.Compare(a.name, b.name) })
	return entries, archive, nil
}

// looseEntries opens through a root, so that no link leads outside the folder.
func (s Set) looseEntries() ([]entryFile, io.Closer, error) {
	tree, closer := s.tree, io.Closer(io.NopCloser(nil))
	if tree == nil {
		root, err := os.OpenRoot(s.path)
		if err != nil {
			return nil, nil, errs.E(errs.Unavailable, "read advisories: %w", err)
		}
		tree, closer = root.FS(), root
	}
	entries := make([]entryFile, len(s.loose))
	for i, name := range s.loose {
		entries[i] = entryFile{name: name, open: inflated(name, func() (io.ReadCloser, error) { return tree.Open(name) })}
	}
	return entries, closer, nil
}
