package osv

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Bounds of one set. The whole public export has about a million records.
const (
	maxEntries = 5_000_000
	queue      = 256 // records decoded ahead of the consumer
)

// Set is one archive, or the loose JSON files of one folder.
type Set struct {
	name  string
	path  string
	loose []string // slash-separated, below path; nil for an archive
	tree  fs.FS    // instead of path, where the files are in memory
}

var _ feed.Set = Set{}

// Name is the ecosystem's name in the public layout, or the folder's.
func (s Set) Name() string { return s.name }

// Sets finds what is to be read at path, sorted by name: an archive, a JSON
// file, or a folder with archives (<Ecosystem>/all.zip or <Ecosystem>.zip) and
// loose JSON at any depth.
func Sets(path string) ([]feed.Set, error) {
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
			return []feed.Set{Set{name: archiveName(path), path: path}}, nil
		}
		return []feed.Set{Set{name: filepath.Base(path), path: filepath.Dir(path), loose: []string{filepath.Base(path)}}}, nil
	}
	sets, loose, err := findSets(path)
	if err != nil {
		return nil, fmt.Errorf("read advisories: %w", err)
	}
	if len(loose) > 0 {
		sets = append(sets, Set{name: filepath.Base(path), path: path, loose: loose})
	}
	if len(sets) == 0 {
		return nil, errs.E(errs.Invalid, "there are no OSV archives (<Ecosystem>/all.zip, <Ecosystem>.zip) or JSON records in %s", path)
	}
	slices.SortStableFunc(sets, func(a, b feed.Set) int { return strings.Compare(a.Name(), b.Name()) })
	return sets, nil
}

// FromFS is the JSON files of a tree in memory as one set.
func FromFS(name string, tree fs.FS) (feed.Set, error) {
	files, err := fs.Glob(tree, "*.json")
	if err != nil {
		return nil, fmt.Errorf("read advisories: %w", err)
	}
	return Set{name: name, loose: files, tree: tree}, nil
}

func findSets(root string) (sets []feed.Set, loose []string, err error) {
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
		switch strings.ToLower(filepath.Ext(path)) {
		case ".zip":
			sets = append(sets, Set{name: archiveName(path), path: path})
		case ".json":
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			loose = append(loose, filepath.ToSlash(relative))
		}
		return nil
	})
	slices.Sort(loose)
	return sets, loose, err
}

// archiveName is the ecosystem that an archive's place names.
func archiveName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if strings.EqualFold(name, "all") {
		return filepath.Base(filepath.Dir(path))
	}
	return name
}

// Each decodes the set's records on all processors and yields them in the order
// of their names. It returns a digest over the names and contents. A record that
// cannot be read is yielded with its error; the error returned is the set's own.
func (s Set) Each(ctx context.Context, yield func(feed.Record) error) (digest string, err error) {
	entries, closer, err := s.entries()
	if err != nil {
		return "", err
	}
	defer closer.Close() //nolint:errcheck // only read
	group, ctx := errgroup.WithContext(ctx)
	ordered := make(chan chan decoded, queue)
	work := make(chan task)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for t := range work {
				t.done <- t.entry.decode()
			}
			return nil
		})
	}
	group.Go(func() error { return dispatch(ctx, entries, work, ordered) })
	sum := sha256.New()
	group.Go(func() error {
		return consume(ctx, ordered, func(d decoded) error {
			fmt.Fprintf(sum, "%s\x00%x\n", d.record.Entry, d.digest)
			return yield(d.record)
		})
	})
	if err := group.Wait(); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
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

func (e entryFile) decode() decoded {
	d := decoded{record: feed.Record{Entry: e.name}}
	data, err := e.read()
	if err != nil {
		d.record.Err = err
		return d
	}
	d.digest = sha256.Sum256(data)
	d.record.Advisory, d.record.Err = Decode(data)
	d.record.Provider = provider(d.record.Advisory.ID)
	return d
}

func (e entryFile) read() ([]byte, error) {
	r, err := e.open()
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	if err != nil {
		return nil, err
	}
	return data, nil
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
		if strings.EqualFold(filepath.Ext(f.Name), ".json") {
			entries = append(entries, entryFile{name: f.Name, open: f.Open})
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
		entries[i] = entryFile{name: name, open: func() (io.ReadCloser, error) { return tree.Open(name) }}
	}
	return entries, closer, nil
}

// provider is the home database of a record: the prefix of its id, as the OSV
// schema's list of databases has it.
func provider(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return prefix
}
