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

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
)

// Limits bound the work on hostile sources.
type Limits struct {
	FileBytes int64 // of one file; larger ones fail
	Files     int   // manifests and lockfiles read; the rest fails
	Depth     int   // of folders
}

// DefaultLimits are far above what real projects need.
func DefaultLimits() Limits {
	return Limits{FileBytes: 256 << 20, Files: 200_000, Depth: 200}
}

// Options of a reading.
type Options struct {
	Extractors []Extractor
	Limits     Limits
	// Only are the files to read, when it is not the whole tree.
	Only []string
	// GitIgnore leaves out what the tree's .gitignore files name.
	GitIgnore bool
	// Installed also reads folders of installed packages (node_modules and the
	// like), which lockfiles already describe.
	Installed bool
	// Progress is told of each file read; nil for none. It is called from several
	// goroutines.
	Progress func(path string)
}

// Result is what a source is made of and what was read to know it.
type Result struct {
	Inventory inventory.Inventory
	Ledger    []inventory.FileCoverage // sorted by path, then kind
}

// Run reads all manifests and lockfiles of a tree. What cannot be read is in the
// ledger; the error is for what makes the whole reading meaningless.
func Run(ctx context.Context, tree fs.FS, options Options) (Result, error) {
	r := &reader{tree: tree, options: options, parsed: map[key]*content{}}
	if err := r.walk(ctx); err != nil {
		return Result{}, err
	}
	if err := r.readIncludes(ctx); err != nil {
		return Result{}, err
	}
	slices.SortFunc(r.files, func(a, b *readFile) int {
		return cmpStrings(a.path, b.path, a.format.Name, b.format.Name)
	})
	p := newPairing(r.files)
	result := Result{Inventory: p.inventory()}
	result.Ledger = append(r.ledger, p.ledger()...)
	slices.SortFunc(result.Ledger, func(a, b inventory.FileCoverage) int { return cmpStrings(a.Path, b.Path, a.Kind, b.Kind) })
	return result, nil
}

func cmpStrings(a, b, a2, b2 string) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	return strings.Compare(a2, b2)
}

// readFile is one file of the tree with what it says.
type readFile struct {
	path       string
	extractor  Extractor
	format     Format
	content    *content
	included   bool // read because another file names it
	constraint bool // named only to limit versions
}

// key identifies a parse: equal contents of one format are parsed once.
type key struct {
	format string
	digest [sha256.Size]byte
}

type content struct {
	once sync.Once
	file File
	err  error
}

type reader struct {
	tree    fs.FS
	options Options
	queue   queue

	mu     sync.Mutex
	parsed map[key]*content
	files  []*readFile
	ledger []inventory.FileCoverage
}

// walk reads folders with as many workers as there are processors; each takes
// the folder found last, so that the queue stays short.
func (r *reader) walk(ctx context.Context) error {
	if r.options.Only != nil {
		for _, name := range r.options.Only {
			r.visit(ctx, name)
		}
		return ctx.Err()
	}
	if _, err := fs.ReadDir(r.tree, "."); err != nil {
		return errs.E(errs.Unavailable, "read the source: %w", err)
	}
	r.queue.init(folder{path: "."})
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for {
				dir, ok := r.queue.take()
				if !ok {
					return nil
				}
				r.folder(ctx, dir)
				r.queue.done()
				if ctx.Err() != nil {
					r.queue.stop()
					return ctx.Err()
				}
			}
		})
	}
	return group.Wait()
}

// folder is a folder to read, with the ignore rules that hold in it.
type folder struct {
	path   string
	depth  int
	ignore *ignoreRules
}

func (r *reader) folder(ctx context.Context, dir folder) {
	entries, err := fs.ReadDir(r.tree, dir.path)
	if err != nil {
		r.note(inventory.FileCoverage{Path: dir.path, Kind: "directory", Status: inventory.Failed, Reason: reason(err)})
	}
	if r.options.GitIgnore {
		dir.ignore = r.ignoreIn(dir, entries)
	}
	if rule := installedIn(dir.path, entries); rule != "" && !r.options.Installed {
		r.note(inventory.FileCoverage{Path: dir.path, Kind: "directory", Status: inventory.Skipped, Reason: rule})
		return
	}
	for _, entry := range entries {
		name := path.Join(dir.path, entry.Name())
		if dir.ignore.ignores(name, entry.IsDir()) {
			if entry.IsDir() || r.wanted(name) != nil {
				r.note(inventory.FileCoverage{Path: name, Kind: kindOf(entry), Status: inventory.Skipped, Reason: ".gitignore"})
			}
			continue
		}
		switch {
		case entry.IsDir():
			r.subfolder(dir, entry.Name(), name)
		case entry.Type().IsRegular() || entry.Type()&fs.ModeSymlink != 0:
			r.visit(ctx, name)
		}
	}
}

func kindOf(entry fs.DirEntry) string {
	if entry.IsDir() {
		return "directory"
	}
	return "file"
}

func (r *reader) subfolder(dir folder, base, name string) {
	switch {
	case isRepository(base):
		return // no part of the source's content
	case dir.depth >= r.options.Limits.Depth:
		r.note(inventory.FileCoverage{Path: name, Kind: "directory", Status: inventory.Failed,
			Reason: fmt.Sprintf("folders are nested deeper than %d", r.options.Limits.Depth)})
	case base == "node_modules" && !r.options.Installed:
		r.note(inventory.FileCoverage{Path: name, Kind: "directory", Status: inventory.Skipped, Reason: "installed npm packages; the lockfile describes them"})
	default:
		r.queue.add(folder{path: name, depth: dir.depth + 1, ignore: dir.ignore})
	}
}

func isRepository(base string) bool {
	return base == ".git" || base == ".hg" || base == ".svn" || base == ".jj"
}

// installedIn tells folders of installed packages by what their tools put there.
func installedIn(dir string, entries []fs.DirEntry) string {
	vendor := path.Base(dir) == "vendor"
	for _, e := range entries {
		switch {
		case e.Name() == "pyvenv.cfg":
			return "a Python virtual environment; lockfiles describe what belongs in it"
		case e.Name() == "modules.txt" && vendor:
			return "vendored Go modules; go.mod describes them"
		case e.Name() == "autoload.php" && vendor:
			return "installed Composer packages; the lockfile describes them"
		}
	}
	return ""
}

func (r *reader) wanted(name string) Extractor {
	for _, e := range r.options.Extractors {
		if e.Wants(name) {
			return e
		}
	}
	return nil
}

// visit reads the file if a format wants it, and notes it if it is known to be a
// manifest of a format that nobody reads yet.
func (r *reader) visit(ctx context.Context, name string) {
	if e := r.wanted(name); e != nil {
		r.read(ctx, &readFile{path: name, extractor: e, format: e.Format()})
		return
	}
	if kind := unsupportedKind(path.Base(name)); kind != "" {
		r.note(inventory.FileCoverage{Path: name, Kind: kind, Status: inventory.Unsupported, Reason: "this format is not read yet"})
	}
}

func (r *reader) note(e inventory.FileCoverage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ledger = append(r.ledger, e)
}

// read reads and parses one file and puts it among the files.
func (r *reader) read(ctx context.Context, f *readFile) {
	if r.options.Progress != nil {
		r.options.Progress(f.path)
	}
	r.mu.Lock()
	full := len(r.files) >= r.options.Limits.Files
	r.mu.Unlock()
	if full {
		r.note(f.entry(inventory.Failed, fmt.Sprintf("there are over %d manifests and lockfiles", r.options.Limits.Files), 0))
		return
	}
	data, err := r.bytes(f.path)
	if err == nil {
		data, err = text(data)
	}
	if err != nil {
		line, message := errs.LineOf(err)
		if errors.Is(err, errLink) {
			r.note(f.entry(inventory.Skipped, message, line))
			return
		}
		r.note(f.entry(inventory.Failed, message, line))
		return
	}
	f.content = r.parse(ctx, f, data)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files = append(r.files, f)
}

func (f *readFile) entry(status inventory.Status, reason string, line int) inventory.FileCoverage {
	return inventory.FileCoverage{Path: f.path, Kind: f.format.Name, Ecosystem: f.format.Ecosystem, Status: status, Reason: reason, Line: line}
}

var errLink = errors.New("a link that leads outside the source is not followed")

// bytes reads a file within the limit. The tree refuses links that lead outside.
func (r *reader) bytes(name string) ([]byte, error) {
	f, err := r.tree.Open(name)
	if err != nil {
		if strings.Contains(err.Error(), "escapes") {
			return nil, errLink
		}
		return nil, errors.New(reason(err))
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return nil, errors.New(reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	limit := r.options.Limits.FileBytes
	if info.Size() > limit {
		return nil, fmt.Errorf("it has %d bytes, more than the limit of %d", info.Size(), limit)
	}
	data := make([]byte, 0, info.Size()+1)
	data, err = readAll(io.LimitReader(f, limit+1), data)
	if err != nil {
		return nil, errors.New(reason(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than the limit of %d bytes", limit)
	}
	return data, nil
}

func readAll(r io.Reader, data []byte) ([]byte, error) {
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

func (r *reader) parse(ctx context.Context, f *readFile, data []byte) *content {
	k := key{format: f.format.Name, digest: sha256.Sum256(data)}
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
				c.err = fmt.Errorf("the reader of this format failed: %v", fault)
			}
		}()
		c.file, c.err = f.extractor.Extract(ctx, Input{Path: f.path, Data: data})
	})
	return c
}

// readIncludes reads what files name, and what those name, each once.
func (r *reader) readIncludes(ctx context.Context) error {
	known := map[string]*readFile{}
	for _, f := range r.files {
		known[f.path] = f
	}
	pending := slices.Clone(r.files)
	for len(pending) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := pending[0]
		pending = pending[1:]
		for _, include := range f.content.file.Includes {
			name, ok := includePath(f.path, include.Path)
			if !ok || known[name] != nil {
				continue
			}
			next := &readFile{path: name, extractor: f.extractor, format: f.format, included: true}
			known[name] = next
			if r.read(ctx, next); next.content != nil {
				pending = append(pending, next)
			}
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

// reason takes the operation and path off an error of the file system: the
// ledger has the path already, relative to the root.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// queue is the folders still to be read.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	folders []folder
	active  int // folders taken and not done
	stopped bool
}

func (q *queue) init(first folder) {
	q.changed = sync.NewCond(&q.mu)
	q.folders = append(q.folders, first)
}

func (q *queue) add(f folder) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.folders = append(q.folders, f)
	q.changed.Signal()
}

// take waits for a folder; false says that none will come.
func (q *queue) take() (folder, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.folders) == 0 && q.active > 0 && !q.stopped {
		q.changed.Wait()
	}
	if len(q.folders) == 0 || q.stopped {
		return folder{}, false
	}
	last := len(q.folders) - 1
	f := q.folders[last]
	q.folders = q.folders[:last]
	q.active++
	return f, true
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active--
	if q.active == 0 && len(q.folders) == 0 {
		q.changed.Broadcast()
	}
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.changed.Broadcast()
}
