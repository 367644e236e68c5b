package extract

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/glob"
	"github.com/assay-sca/assay/internal/inventory"
)

// Limits bound the work on hostile sources.
type Limits struct {
	FileBytes int64 // of one file; larger ones fail
	Files     int   // manifests and lockfiles read; the rest fails
	Depth     int   // of folders
	Entries   int   // lines or elements read of one file, the rest fails; 0 for any number
}

// DefaultLimits are far above what real projects need.
func DefaultLimits() Limits {
	return Limits{FileBytes: 256 << 20, Files: 200_000, Depth: 200, Entries: 1_000_000}
}

// Options of a reading.
type Options struct {
	Extractors []Extractor
	Limits     Limits
	// Only are the files to read, when it is not the whole tree.
	Only []string
	// Globs say which files of the tree are meant.
	Globs glob.List
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
	if err := r.readAll(ctx); err != nil {
		return Result{}, err
	}
	if err := r.readIncludes(ctx); err != nil {
		return Result{}, err
	}
	if err := r.join(ctx); err != nil {
		return Result{}, err
	}
	r.files = slices.DeleteFunc(r.files, func(f *readFile) bool { return f.content == nil })
	slices.SortFunc(r.files, compareFiles)
	p := newPairing(r.files)
	result := Result{Inventory: p.inventory()}
	result.Ledger = append(r.ledger, p.ledger()...)
	slices.SortFunc(result.Ledger, func(a, b inventory.FileCoverage) int { return cmpStrings(a.Path, b.Path, a.Kind, b.Kind) })
	// The walk and an include may both have come upon a link.
	result.Ledger = slices.CompactFunc(result.Ledger, func(a, b inventory.FileCoverage) bool {
		return a.Path == b.Path && a.Status == b.Status && a.Reason == b.Reason
	})
	return result, nil
}

func cmpStrings(a, b, a2, b2 string) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	return strings.Compare(a2, b2)
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
			r.visit(name, true)
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
				r.folder(dir)
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

func (r *reader) folder(dir folder) {
	entries, err := fs.ReadDir(r.tree, dir.path)
	if err != nil {
		r.note(inventory.FileCoverage{Path: dir.path, Kind: "directory", Status: inventory.Failed, Reason: r.reason(dir.path, err).Error()})
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
		case entry.Type()&fs.ModeSymlink != 0:
			r.link(name)
		default:
			r.visit(name, !entry.Type().IsRegular())
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
	if dir == "." {
		return "" // whoever asks for it wants it read
	}
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

// link visits a link to a file of the source. One to a folder of it is not
// followed, as the folder is read where it stands. What leads outside is noted,
// whatever it is: without following it nobody knows.
func (r *reader) link(name string) {
	info, err := fs.Stat(r.tree, name)
	switch {
	case err != nil && errors.Is(r.reason(name, err), errLink) && r.wanted(name) == nil:
		r.note(inventory.FileCoverage{Path: name, Kind: "link", Status: inventory.Skipped, Reason: errLink.Error()})
	case err != nil || !info.IsDir():
		r.visit(name, true)
	}
}

// visit takes the file if a format wants it, and notes it if it is known to be a
// manifest of a format that nobody reads yet.
func (r *reader) visit(name string, unsafe bool) {
	if e := r.wanted(name); e != nil {
		if r.options.Only == nil && !r.options.Globs.Match(name) {
			r.note(inventory.FileCoverage{Path: name, Kind: e.Format().Name, Ecosystem: e.Format().Ecosystem,
				Status: inventory.Skipped, Reason: "left out by the list of globs"})
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.files = append(r.files, &readFile{path: name, extractor: e, format: e.Format(), unsafe: unsafe})
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
