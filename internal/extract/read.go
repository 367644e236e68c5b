package extract

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
)

// readFile is one file of the tree with what it says.
type readFile struct {
	path       string
	extractor  Extractor
	format     Format
	content    *content // nil: it could not be read
	unsafe     bool     // nothing told that it is a regular file: ask before opening it
	included   bool     // only another file's naming it makes it one of ours
	constraint bool     // named only to limit versions
}

// key identifies a parse: equal contents of one format and name are parsed once.
type key struct {
	format, base string
	digest       [sha256.Size]byte
	whole        bool // not only a beginning
}

type content struct {
	once sync.Once
	file File
	err  error
}

// readAll reads the files that the walk found, in the order of their paths, so
// that it is always the same ones that exceed the limit.
func (r *reader) readAll(ctx context.Context) error {
	slices.SortFunc(r.files, compareFiles)
	within := min(len(r.files), max(r.options.Limits.Files, 0))
	for _, f := range r.files[within:] {
		r.tooMany(f)
	}
	r.files = r.files[:within]
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for at := next.Add(1) - 1; at < int64(within); at = next.Add(1) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				r.read(ctx, r.files[at])
			}
			return nil
		})
	}
	return group.Wait()
}

func compareFiles(a, b *readFile) int {
	return cmpStrings(a.path, b.path, a.format.Name, b.format.Name)
}

func (r *reader) tooMany(f *readFile) {
	r.note(f.entry(inventory.Failed, fmt.Sprintf("there are over %d manifests and lockfiles", r.options.Limits.Files), 0))
}

// read reads and parses one file. One that cannot be read goes to the ledger.
func (r *reader) read(ctx context.Context, f *readFile) {
	if r.options.Progress != nil {
		r.options.Progress(f.path)
	}
	data, err := r.open(f)
	if err == nil {
		data, err = text(data)
	}
	switch {
	case err == nil:
		f.content = r.parse(ctx, f, data)
	case errors.Is(err, errLink):
		r.note(f.entry(inventory.Skipped, err.Error(), 0))
	case f.included && errors.Is(err, fs.ErrNotExist):
		// The file that names it is at fault, and says so.
	default:
		line, message := errs.LineOf(err)
		r.note(f.entry(inventory.Failed, message, line))
	}
}

func (f *readFile) entry(status inventory.Status, reason string, line int) inventory.FileCoverage {
	return inventory.FileCoverage{Path: f.path, Kind: f.format.Name, Ecosystem: f.format.Ecosystem, Status: status, Reason: reason, Line: line}
}

var errIrregular = errors.New("not a regular file")

// open reads a file's content. Opening a pipe would wait for its other end.
func (r *reader) open(f *readFile) ([]byte, error) {
	if f.unsafe {
		info, err := fs.Stat(r.tree, f.path)
		if err != nil {
			return nil, r.reason(f.path, err)
		}
		if !info.Mode().IsRegular() {
			return nil, errIrregular
		}
	}
	return r.bytes(f.path)
}

// bytes reads a file within the limit. The tree refuses links that lead outside.
func (r *reader) bytes(name string) ([]byte, error) {
	f, err := r.tree.Open(name)
	if err != nil {
		return nil, r.reason(name, err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return nil, r.reason(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	limit := r.options.Limits.FileBytes
	if info.Size() > limit {
		return nil, fmt.Errorf("it has %d bytes, more than the limit of %d", info.Size(), limit)
	}
	data, err := readInto(io.LimitReader(f, limit+1), make([]byte, 0, info.Size()+1))
	if err != nil {
		return nil, r.reason(name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than the limit of %d bytes", limit)
	}
	return data, nil
}

// readInto is io.ReadAll into a buffer that is mostly large enough.
func readInto(r io.Reader, data []byte) ([]byte, error) {
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return data, err
		}
	}
}

func (r *reader) parse(ctx context.Context, f *readFile, whole []byte) *content {
	data := beginning(whole, r.options.Limits.Entries)
	k := key{format: f.format.Name, base: path.Base(f.path), digest: sha256.Sum256(data), whole: len(data) == len(whole)}
	r.mu.Lock()
	c, ok := r.parsed[k]
	if !ok {
		c = &content{}
		r.parsed[k] = c
	}
	r.mu.Unlock()
	c.once.Do(func() {
		defer func() {
			// A parser that panics is a fault of ours, but it must cost one file, not
			// the scan.
			if fault := recover(); fault != nil {
				c.file, c.err = File{}, fmt.Errorf("the reader of this format failed: %.200q", fmt.Sprint(fault))
			}
		}()
		c.file, c.err = f.extractor.Extract(ctx, Input{Path: f.path, Data: data})
		if !k.whole {
			c.err = tooLong(data, r.options.Limits.Entries)
		}
	})
	return c
}

// readIncludes reads what files name, and what those name, each once.
func (r *reader) readIncludes(ctx context.Context) error {
	known := make(map[string]bool, len(r.files))
	for _, f := range r.files {
		known[f.path] = true
	}
	for at := 0; at < len(r.files); at++ {
		f := r.files[at]
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.content == nil {
			continue
		}
		for _, include := range f.content.file.Includes {
			name, ok := includePath(f.path, include.Path)
			if !ok || known[name] {
				continue
			}
			known[name] = true
			next := &readFile{path: name, extractor: f.extractor, format: f.format, unsafe: true, included: true}
			if len(r.files) >= r.options.Limits.Files {
				r.tooMany(next)
				continue
			}
			r.read(ctx, next)
			r.files = append(r.files, next)
		}
	}
	return nil
}

// includePath resolves what a file names; it must stay in the source.
func includePath(from, include string) (string, bool) {
	if strings.Contains(include, "://") || path.IsAbs(include) {
		return "", false
	}
	name := path.Join(path.Dir(from), strings.ReplaceAll(include, `\`, "/"))
	return name, fs.ValidPath(name)
}

var errLink = errors.New("a link that leads out of the source, or stands in a commit, is not followed")

// reason takes the operation and path off an error of the file system: the
// ledger has the path already, relative to the root. A link that the tree refuses
// becomes errLink.
func (r *reader) reason(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.ELOOP) {
		if info, e := fs.Lstat(r.tree, name); e == nil && info.Mode()&fs.ModeSymlink != 0 {
			return errLink
		}
	}
	if !utf8.ValidString(name) {
		return errors.New("its name is not UTF-8 text")
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
