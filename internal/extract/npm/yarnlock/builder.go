package yarnlock

import (
	"net/url"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/extract/npm/refgraph"
	"github.com/assay-sca/assay/internal/inventory"
)

// builder turns entries into packages.
type builder struct {
	file    extract.File
	line    int
	berry   bool
	skip    bool // the lines up to the next entry belong to none
	entry   entry
	graph   *refgraph.Graph
	known   map[identity]int // packages, so that each is listed once
	directs []want
}

// identity is what makes two entries one package: berry has an entry of its own
// for each patched form, and v1 for some aliases.
type identity struct {
	name, version string
	origin        inventory.Origin
}

// entry is the one being read. Its slices are used again for the next.
type entry struct {
	line      int // 0 for none
	requests  []string
	name      string // v1 writes it where the requests do not tell
	version   string
	resolved  string // berry's resolution too
	integrity string // berry's checksum too
	wants     []want
	optional  map[string]bool
	workspace bool
	block     block
	meta      string // the dependency that dependenciesMeta speaks of
	names     refgraph.Names
}

type want struct {
	name, spec string
	ref        refgraph.Ref
	optional   bool
}

type block uint8

const (
	noBlock block = iota
	dependencies
	dependenciesMeta
)

func (e *entry) reset(line int) {
	*e = entry{
		line:     line,
		requests: e.requests[:0],
		wants:    e.wants[:0],
		names:    e.names,
	}
	e.names.Reset()
}

func newBuilder(size int) *builder {
	n := size/300 + 1 // entries are about that long
	return &builder{
		file:  extract.File{Packages: make([]extract.Package, 0, n)},
		graph: refgraph.New(n + n/2),
		known: make(map[identity]int, n),
	}
}

// flush ends the entry being read.
func (b *builder) flush() {
	e := &b.entry
	if e.line == 0 || b.skip {
		return
	}
	if e.version == "" {
		b.file.Fault(e.line, "entry %q has no version", e.requests[0])
	}
	at := refgraph.Nothing
	if pkg, ok := b.pkg(); ok {
		at = b.add(pkg)
	}
	for _, request := range e.requests {
		if b.graph.Define(ref(npmspec.SplitName(request)), at) {
			b.file.Fault(e.line, "duplicate entry %q", request)
		}
	}
	b.depend(at)
	e.line = 0
}

// ref is how requests are compared: older berry locks leave out "npm:" in some
// places, newer ones never.
func ref(name, spec string) refgraph.Ref {
	return refgraph.Ref{Name: name, Spec: strings.TrimPrefix(spec, "npm:")}
}

func (b *builder) pkg() (extract.Package, bool) {
	if b.berry {
		return b.modern()
	}
	return b.classic(), true
}

// depend records what the entry depends on, as the package's dependencies or, for
// a workspace, as the project's direct ones.
func (b *builder) depend(at int) {
	for _, w := range b.entry.wants {
		w.ref = ref(w.name, b.entry.bind(w.spec))
		if at != refgraph.Nothing {
			b.graph.Depend(at, w.ref)
		}
		if b.entry.workspace {
			w.optional = b.entry.optional[w.name]
			b.graph.Refer(w.ref)
			b.directs = append(b.directs, w)
		}
	}
}

// bind appends to a request for a path what berry appends in the list of entries:
// which package the path is relative to.
func (e *entry) bind(spec string) string {
	scheme, rest, ok := strings.Cut(spec, ":")
	if !ok || scheme == "npm" {
		return spec
	}
	switch scheme {
	case "file", "link", "portal", "exec":
	case "patch":
		if !strings.Contains(rest, "#.") {
			return spec
		}
	default:
		return spec
	}
	return spec + "::locator=" + url.QueryEscape(e.resolved)
}

// add lists a package, or finds it where it is listed already.
func (b *builder) add(pkg extract.Package) int {
	id := identity{pkg.Name, pkg.Version, pkg.Origin}
	if at, ok := b.known[id]; ok {
		listed := &b.file.Packages[at]
		if len(listed.Integrity) == 0 {
			listed.Integrity = pkg.Integrity
		}
		listed.Requests = append(listed.Requests, pkg.Requests...)
		return at
	}
	pkg.Line = b.entry.line
	pkg.Name, pkg.Version = strings.Clone(pkg.Name), strings.Clone(pkg.Version)
	pkg.Origin.Ref = strings.Clone(pkg.Origin.Ref)
	at := len(b.file.Packages)
	b.known[id] = at
	b.file.Packages = append(b.file.Packages, pkg)
	return at
}

// finish ends the file.
func (b *builder) finish() extract.File {
	b.flush()
	b.graph.FillByName()
	b.file.DirectKnown = b.berry
	for _, w := range b.directs {
		if at, _ := b.graph.Find(w.ref); at != refgraph.Nothing {
			direct(&b.file.Packages[at], w)
		}
	}
	for i := range b.file.Packages {
		if pkg := &b.file.Packages[i]; len(pkg.Declared) > 1 {
			slices.Sort(pkg.Declared)
			pkg.Declared = slices.Compact(pkg.Declared)
		}
	}
	b.file.Edges = b.graph.Edges()
	return b.file
}

// direct marks a package that a workspace asks for.
func direct(pkg *extract.Package, w want) {
	switch {
	case !w.optional:
		pkg.Scope = inventory.ScopeUnknown // the lock mixes runtime and dev
	case !pkg.Direct:
		pkg.Scope = inventory.ScopeOptional
	}
	pkg.Direct = true
	constraint := strings.TrimPrefix(w.spec, "npm:")
	if _, rest := npmspec.SplitName(constraint); rest != "" && len(constraint) != len(w.spec) {
		constraint = rest // an alias
	}
	pkg.Declared = append(pkg.Declared, strings.Clone(constraint))
}
