// Package bunlock reads bun.lock, bun's text lockfile: JSON with comments and
// trailing commas. Its "workspaces" are the project's own packages with what they
// ask for; its "packages" are what was installed, an array each, by a path of
// names: "a/b" is the b that only a gets.
package bunlock

import (
	"context"
	"path"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads bun.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes the format.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "bun.lock", Ecosystem: purl.NPM, Role: extract.Lock,
		Files: "bun.lock", Manifests: []string{"package.json"},
		Edges: true, Scopes: true, Hashes: true,
		Real: true,
	}
}

// Wants tells a lockfile by its name.
func (Extractor) Wants(p string) bool { return path.Base(p) == "bun.lock" }

// Extract reads one lock.
func (Extractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	room := len(in.Data) / bytesPerPackage
	l := &lock{
		Reader: npmjson.New(plain(in.Data)), tree: modtree.New(),
		seen: map[string]bool{}, byFolder: map[string]int{},
		packages: make([]extract.Package, 0, room), nodes: make([]modtree.Node, 0, room), wants: make([]want, 0, room),
	}
	err := l.document(ctx)
	return l.finish(), err
}

// lock is a lock while it is read.
type lock struct {
	*npmjson.Reader
	known      bool // it looks like bun's
	workspaces []workspace
	seen       map[string]bool // the workspaces' folders
	tree       *modtree.Tree   // values are indexes of packages
	packages   []extract.Package
	nodes      []modtree.Node // of packages
	wants      []want
	byFolder   map[string]int // the packages that are workspaces
}

// bytesPerPackage is a guess, for room at once.
const bytesPerPackage = 250

// workspace is one of the project's own packages; the root's folder is empty.
type workspace struct {
	folder, name, version string
	asks                  []ask
}

// ask is a dependency that a workspace asks for.
type ask struct {
	name  npmjson.Name
	spec  string
	scope inventory.Scope
}

// want is a dependency of a package.
type want struct {
	pkg  int
	name npmjson.Name
}

func (l *lock) document(ctx context.Context) error {
	err := l.Document(func(key []byte) (err error) {
		switch string(key) {
		case "lockfileVersion":
			l.known = true
			err = l.readVersion()
		case "workspaces":
			l.known = true
			err = l.Object("workspaces", l.readWorkspace)
		case "packages":
			l.known = true
			err = l.Object("packages", func(key []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return l.readPackage(key)
			})
		default:
			err = l.Skip()
		}
		return err
	}, "workspaces", "packages")
	if err == nil && !l.known {
		l.Faults.Fault(1, "this is not bun's lock: no lockfileVersion, workspaces or packages")
	}
	return err
}

func (l *lock) readVersion() error {
	version, err := l.Scalar()
	if err == nil && version != "0" && version != "1" {
		l.Fault("lockfileVersion %q is not known: read as version 1", version)
	}
	return err
}

func (l *lock) readWorkspace(key []byte) error {
	w := workspace{folder: string(key)}
	if l.seen[w.folder] {
		l.Fault("duplicate key %q in workspaces", w.folder)
	}
	l.seen[w.folder] = true
	err := l.Object("a workspace", func(key []byte) (err error) {
		switch string(key) {
		case "name":
			w.name, err = l.Word("name")
		case "version":
			w.version, err = l.Word("version")
		default:
			scope := scopeOf(key)
			if scope == inventory.ScopeUnknown {
				return l.Skip()
			}
			err = l.Dependencies(string(key), func(name npmjson.Name, spec []byte) {
				w.asks = append(w.asks, ask{name, string(spec), scope})
			})
		}
		return err
	})
	l.workspaces = append(l.workspaces, w)
	return err
}

// scopeOf tells what the dependencies under a key are for; the empty scope is for
// other keys.
func scopeOf(key []byte) inventory.Scope {
	switch string(key) {
	case "dependencies":
		return inventory.ScopeRuntime
	case "devDependencies":
		return inventory.ScopeDev
	case "optionalDependencies":
		return inventory.ScopeOptional
	case "peerDependencies":
		return inventory.ScopePeer
	}
	return inventory.ScopeUnknown
}
