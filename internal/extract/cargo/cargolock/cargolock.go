// Package cargolock reads Cargo.lock, versions 1 to 4.
package cargolock

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads Cargo.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Cargo.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Cargo.lock",
		Ecosystem: purl.Cargo,
		Role:      extract.Lock,
		Files:     "Cargo.lock",
		Manifests: []string{"Cargo.toml"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts Cargo.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "Cargo.lock" || strings.HasSuffix(path, "/Cargo.lock")
}

// Extract reads one Cargo.lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	packages := root.Get("package").Items()
	l := lock{
		byID:   make(map[id]int, 3*len(packages)),
		wanted: make([][]tomltree.Value, 0, len(packages)+1),
	}
	l.file.Packages = make([]extract.Package, 0, len(packages)+1)
	l.checkVersion(root.Get("version"))
	if v := root.Get("package"); v.Exists() && !v.IsArray() {
		l.file.Fault(v.Line, "%q is not an array of tables", "package")
	}
	if v := root.Get("root"); v.Exists() {
		l.add(v)
	}
	for _, v := range packages {
		l.add(v)
	}
	l.checksums(root.Get("metadata").Table())
	l.join()
	l.markDirect()
	for _, v := range root.Get("patch", "unused").Items() {
		l.file.Notes = append(l.file.Notes, fmt.Sprintf("the unused patch %q of line %d is left out",
			v.Table().Get("name"), v.Line))
	}
	return l.file, err
}

// lock is a Cargo.lock being read.
type lock struct {
	file   extract.File
	wanted [][]tomltree.Value // the dependencies of each package
	byID   map[id]int         // index in file.Packages
}

// id is what names a package: its name, its name and version, or all three. The
// source stands without its commit, which the lock repeats or not.
type id struct{ name, version, source string }

// local is the source in the id of packages that have none: those of the project.
const local = "."

// checkVersion reports a lock of a later version than is known; what can be read
// of it is read nevertheless.
func (l *lock) checkVersion(v tomltree.Value) {
	switch v.String() {
	case "", "1", "2", "3", "4":
	default:
		l.file.Fault(v.Line, "version %q of the format is not known", v)
	}
}

func (l *lock) add(v tomltree.Value) {
	t := v.Table()
	source := t.Get("source").String()
	p := extract.Package{
		Name:    t.Get("name").String(),
		Version: t.Get("version").String(),
		Origin:  origin(source),
		Line:    v.Line,
	}
	if p.Name == "" || p.Version == "" {
		l.file.Fault(v.Line, "a package without a name or a version")
		if p.Name == "" {
			return
		}
	}
	if p.Origin.Kind == inventory.OriginPath {
		p.Scope = inventory.ScopeRuntime
	}
	if sum := t.Get("checksum").String(); sum != "" {
		p.Integrity = []string{"sha256:" + sum}
	}
	if !l.register(p, source) {
		l.file.Fault(v.Line, "package %q version %q stands twice", p.Name, p.Version)
	}
	l.file.Packages = append(l.file.Packages, p)
	l.wanted = append(l.wanted, t.Get("dependencies").Items())
}

// origin reads a source such as "registry+URL" or "git+URL?branch=x#commit".
func origin(source string) inventory.Origin {
	if source == "" {
		return inventory.Origin{Kind: inventory.OriginPath}
	}
	if path, ok := strings.CutPrefix(source, "path+"); ok {
		return inventory.Origin{Kind: inventory.OriginPath, Ref: path}
	}
	repository, ok := strings.CutPrefix(source, "git+")
	if !ok {
		return inventory.Origin{}
	}
	repository, commit, pinned := strings.Cut(repository, "#")
	repository, _, _ = strings.Cut(repository, "?")
	if pinned {
		repository += "@" + commit
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: repository}
}

// register makes the next package known by all that names it; false if it is
// there already. What names several packages means the project's own, which alone
// is named without a source in the old formats.
func (l *lock) register(p extract.Package, source string) (isNew bool) {
	at := len(l.file.Packages)
	for _, short := range [...]id{{name: p.Name}, {name: p.Name, version: p.Version}} {
		if _, known := l.byID[short]; !known || source == "" {
			l.byID[short] = at
		}
	}
	full := id{p.Name, p.Version, withoutCommit(source)}
	_, known := l.byID[full]
	l.byID[full] = at
	return !known
}

func withoutCommit(source string) string {
	if source == "" {
		return local
	}
	source, _, _ = strings.Cut(source, "#")
	return source
}

// find returns the index of the package that "name", "name version" or
// "name version (source)" means.
func (l *lock) find(text string) (int, bool) {
	name, rest, _ := strings.Cut(text, " ")
	version, source, _ := strings.Cut(rest, " ")
	if source != "" {
		source = withoutCommit(strings.TrimSuffix(strings.TrimPrefix(source, "("), ")"))
	}
	at, ok := l.byID[id{name, version, source}]
	return at, ok
}

// checksums reads the [metadata] of version 1: "checksum name version (source)".
func (l *lock) checksums(metadata *tomltree.Table) {
	for _, key := range metadata.Keys() {
		named, ok := strings.CutPrefix(key, "checksum ")
		sum := metadata.Get(key).String()
		if !ok || sum == "" || sum == "<none>" {
			continue
		}
		if at, ok := l.find(named); ok {
			l.file.Packages[at].Integrity = []string{"sha256:" + sum}
		}
	}
}

func (l *lock) join() {
	count := 0
	for _, wanted := range l.wanted {
		count += len(wanted)
	}
	l.file.Edges = make([]inventory.Edge, 0, count)
	for from, wanted := range l.wanted {
		for _, v := range wanted {
			if to, ok := l.find(v.String()); ok {
				l.file.Edges = append(l.file.Edges, inventory.Edge{From: from, To: to})
			}
		}
	}
}

// markDirect marks what the project's own packages depend on, and these packages
// themselves unless only others depend on them (a patch by a path).
func (l *lock) markDirect() {
	own := func(i int) bool { return l.file.Packages[i].Origin.Kind == inventory.OriginPath }
	needed := make([]bool, len(l.file.Packages))
	for _, e := range l.file.Edges {
		needed[e.To] = true
		if own(e.From) {
			l.file.Packages[e.To].Direct = true
		}
	}
	for i := range l.file.Packages {
		if own(i) {
			l.file.DirectKnown = true
			l.file.Packages[i].Direct = l.file.Packages[i].Direct || !needed[i]
		}
	}
}
