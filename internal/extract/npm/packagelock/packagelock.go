// Package packagelock reads npm's lockfiles, package-lock.json and
// npm-shrinkwrap.json, of all versions. Versions 2 and 3 list every place below
// node_modules with what lies there ("packages"); version 1 nests "dependencies".
// Version 2 has both, and the older list is then passed over.
package packagelock

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/modtree"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads package-lock.json and npm-shrinkwrap.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes the format.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "package-lock", Ecosystem: purl.NPM, Role: extract.Lock,
		Files: "package-lock.json, npm-shrinkwrap.json", Manifests: []string{"package.json"},
		Edges: true, Scopes: true, Licences: true, Hashes: true,
		Real: true,
	}
}

// Wants tells a lockfile by its name. The hidden lock that npm keeps inside
// node_modules says nothing that the lock beside the manifest does not.
func (Extractor) Wants(p string) bool {
	switch path.Base(p) {
	case "package-lock.json", "npm-shrinkwrap.json":
		return true
	}
	return false
}

// Extract reads one lock.
func (Extractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	l := newLock(in.Data)
	err := l.document(ctx)
	return l.finish(), err
}

// lock is a lock while it is read.
type lock struct {
	*npmjson.Reader
	content
	name string
}

// content is what one of the two lists says.
type content struct {
	packages   []extract.Package
	tree       *modtree.Tree // values are indexes of packages
	wants      []want
	folders    []folder
	links      []link
	workspaces globs
	hasRoot    bool
	vacant     int // places where nothing is installed
}

// want is a dependency of a package (-1: the root) at a place in the tree.
type want struct {
	from   modtree.Node
	pkg    int32
	folder int32 // index in folders, -1 for what is installed from elsewhere
	name   npmjson.Name
	spec   string // kept for folders only
}

// folder is a package of the project itself: the root, a workspace or another
// folder that a dependency names by its path.
type folder struct {
	path   string
	pkg    int32
	member bool // the root or a workspace, whose dependencies are the direct ones
}

// globs are the workspaces that the root names.
type globs struct {
	list []string
	line int
}

// link is a place that only points to a folder.
type link struct {
	at     modtree.Node
	target string
	name   npmjson.Name
	line   int
}

// How much of the text one of each takes, for a first guess of their numbers.
const (
	bytesPerPackage = 800
	bytesPerWant    = 400
)

func newLock(data []byte) *lock {
	l := &lock{Reader: npmjson.New(data), content: content{tree: modtree.New()}}
	l.packages = make([]extract.Package, 0, len(data)/bytesPerPackage)
	l.wants = make([]want, 0, len(data)/bytesPerWant)
	return l
}

func (l *lock) document(ctx context.Context) error {
	known := false
	err := l.Document(func(key []byte) (err error) {
		switch string(key) {
		case "name":
			l.name, err = l.Word("name")
		case "lockfileVersion":
			known = true
			err = l.readVersion()
		case "packages":
			known = true
			err = l.readPlaces(ctx)
		case "dependencies":
			known = true
			if l.hasRoot || len(l.packages) > 0 {
				return l.Skip()
			}
			err = l.readNested(ctx, modtree.Root)
		default:
			err = l.Skip()
		}
		return err
	}, "packages", "dependencies")
	if err != nil {
		return err
	}
	if !known {
		l.Faults.Fault(1, "this is not npm's lock: no lockfileVersion, packages or dependencies")
	}
	return nil
}

func (l *lock) readVersion() error {
	version, err := l.Scalar()
	if err == nil && version != "1" && version != "2" && version != "3" {
		l.Fault("lockfileVersion %q is not known: read as version 3", version)
	}
	return err
}

// readPlaces reads "packages", which outdoes "dependencies" wherever that stands.
func (l *lock) readPlaces(ctx context.Context) error {
	nested := l.content
	if !l.hasRoot && len(l.packages) > 0 {
		l.content = content{tree: modtree.New()}
	}
	err := l.Object("packages", func(key []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return l.readPlace(key)
	})
	if !l.hasRoot && len(l.packages) == 0 {
		l.content = nested
	}
	return err
}

// scope tells what a package is needed for from npm's flags, which say that it
// is needed for nothing else: a package that is dev and optional is an optional
// part of something for development. devOptional is for a package that is needed
// by either, so the wider holds.
func (f flags) scope() inventory.Scope {
	switch {
	case f.dev:
		return inventory.ScopeDev
	case f.devOptional:
		return inventory.ScopeOptional
	case f.peer:
		return inventory.ScopePeer
	case f.optional:
		return inventory.ScopeOptional
	}
	return inventory.ScopeRuntime
}

// flags are what npm worked out about who needs a package.
type flags struct {
	dev, optional, devOptional, peer bool
}

// read reads the value of a flag; it reports whether key is one.
func (f *flags) read(l *lock, key []byte) (bool, error) {
	var flag *bool
	switch string(key) {
	case "dev":
		flag = &f.dev
	case "optional":
		flag = &f.optional
	case "devOptional":
		flag = &f.devOptional
	case "peer":
		flag = &f.peer
	default:
		return false, nil
	}
	var err error
	*flag, err = l.Bool()
	return true, err
}

// hashes splits the value of "integrity", which may hold several.
func hashes(integrity string) []string {
	if strings.IndexByte(integrity, ' ') < 0 && integrity != "" {
		return []string{integrity}
	}
	return strings.Fields(integrity)
}
