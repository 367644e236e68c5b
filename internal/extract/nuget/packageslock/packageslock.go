// Package packageslock reads packages.lock.json, NuGet's lock of one project.
package packageslock

import (
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads packages.lock.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes packages.lock.json.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "packages.lock.json",
		Ecosystem: purl.NuGet,
		Role:      extract.Lock,
		Files:     "packages.lock.json, packages.<project>.lock.json",
		Manifests: []string{"project file"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts packages.lock.json, and packages.Name.lock.json of the project
// Name, in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return len(base) >= len("packages.lock.json") &&
		strings.HasPrefix(base, "packages.") && strings.HasSuffix(base, ".lock.json")
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{r: jsonstream.New(in.Data), packages: map[identity]int{}, file: extract.File{DirectKnown: true}}
	err := l.read()
	l.join()
	return l.file, err
}

// lock is a packages.lock.json being read.
type lock struct {
	file       extract.File
	r          *jsonstream.Reader
	seen       bool // the list of frameworks
	packages   map[identity]int
	frameworks []framework
}

// identity is a package: its version for several frameworks is one package.
type identity struct{ name, version string } // the name in lower case

// framework is what was resolved for one target framework.
type framework struct {
	name   string
	byName map[string]int // by the name in lower case
	wanted []want
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	to   string
}

func (l *lock) read() error {
	err := jsonfile.Object(l.r, func(name string) error {
		if name != "dependencies" {
			return l.r.Skip()
		}
		return l.dependencies()
	})
	if err == nil && !l.seen {
		l.file.Fault(l.r.Line(), "there is no object %q", "dependencies")
	}
	return err
}

func (l *lock) dependencies() error {
	if l.seen {
		l.file.Fault(l.r.Line(), "key %q stands twice", "dependencies")
	}
	l.seen = true
	if l.r.Kind() != '{' {
		l.file.Fault(l.r.Line(), "%q is not an object", "dependencies")
	}
	names := map[string]bool{}
	return l.r.Object(func(name string) error {
		if names[name] {
			l.file.Fault(l.r.Line(), "framework %q stands twice", name)
		}
		names[name] = true
		if l.r.Kind() != '{' {
			l.file.Fault(l.r.Line(), "framework %q is not an object", name)
		}
		l.frameworks = append(l.frameworks, framework{name: name, byName: map[string]int{}})
		return l.r.Object(l.entry)
	})
}

// entry is one package for one framework being read.
type entry struct {
	kind, requested, resolved, hash string
	needs                           []string // names in lower case
}

func (l *lock) entry(name string) error {
	line := l.r.Line()
	if name == "" || l.r.Kind() != '{' {
		l.file.Fault(line, "package %q is not an object", name)
		return l.r.Skip()
	}
	var e entry
	err := l.r.Object(func(field string) (err error) {
		switch field {
		case "type":
			e.kind, err = l.r.String()
		case "requested":
			e.requested, err = l.r.String()
		case "resolved":
			e.resolved, err = l.r.String()
		case "contentHash":
			e.hash, err = l.r.String()
		case "dependencies":
			err = l.r.Fields(func(name []byte) error {
				e.needs = append(e.needs, strings.ToLower(string(name)))
				return l.r.Skip()
			})
		default:
			err = l.r.Skip()
		}
		return err
	})
	l.add(name, line, e)
	return err
}

func (l *lock) add(name string, line int, e entry) {
	f := &l.frameworks[len(l.frameworks)-1]
	lower := strings.ToLower(name)
	if _, twice := f.byName[lower]; twice {
		l.file.Fault(line, "package %q stands twice for %q", name, f.name)
	}
	project := strings.EqualFold(e.kind, "Project")
	if e.resolved == "" && !project {
		l.file.Fault(line, "package %q has no resolved version", name)
	}
	id := identity{lower, e.resolved}
	at, known := l.packages[id]
	if !known {
		at = len(l.file.Packages)
		l.packages[id] = at
		l.file.Packages = append(l.file.Packages, extract.Package{Name: name, Version: e.resolved, Line: line})
	}
	p := &l.file.Packages[at]
	if project {
		p.Origin, p.Scope = inventory.Origin{Kind: inventory.OriginPath, Ref: name}, inventory.ScopeRuntime
	}
	if strings.EqualFold(e.kind, "Direct") {
		p.Direct = true
		p.Declared = appendOnce(p.Declared, e.requested)
	}
	if e.hash != "" {
		p.Integrity = appendOnce(p.Integrity, "sha512-"+e.hash)
	}
	f.byName[lower] = at
	for _, to := range e.needs {
		f.wanted = append(f.wanted, want{at, to})
	}
}

// appendOnce appends what is not among the last items: real locks have few
// frameworks, and the bound keeps the work linear.
func appendOnce(items []string, item string) []string {
	if item == "" || slices.Contains(items[max(0, len(items)-64):], item) {
		return items
	}
	return append(items, item)
}

// join makes the edges. What a framework's section for one platform does not list
// is as in the framework's own.
func (l *lock) join() {
	sections := make(map[string]int, len(l.frameworks))
	for i, f := range l.frameworks {
		sections[f.name] = i
	}
	needed := make([]bool, len(l.file.Packages))
	made := map[inventory.Edge]bool{}
	for _, f := range l.frameworks {
		base, _, _ := strings.Cut(f.name, "/")
		for _, w := range f.wanted {
			to, ok := f.byName[w.to]
			if at, known := sections[base]; !ok && known {
				to, ok = l.frameworks[at].byName[w.to]
			}
			if e := (inventory.Edge{From: w.from, To: to}); ok && to != w.from && !made[e] {
				made[e] = true
				needed[to] = true
				l.file.Edges = append(l.file.Edges, e)
			}
		}
	}
	// The lock does not tell which projects are referenced by the project itself:
	// those that nothing else needs are.
	for i := range l.file.Packages {
		if p := &l.file.Packages[i]; p.Origin.Kind == inventory.OriginPath && !needed[i] {
			p.Direct = true
		}
	}
}
