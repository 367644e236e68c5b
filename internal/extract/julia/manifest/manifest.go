// Package manifest reads Manifest.toml, Julia's lock.
package manifest

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads Manifest.toml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Manifest.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Manifest.toml",
		Ecosystem: purl.Julia,
		Role:      extract.Lock,
		Files:     "Manifest.toml, JuliaManifest.toml, Manifest-v<version>.toml",
		Manifests: []string{"Project.toml"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts the lock in any folder, also that of one version of Julia.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	base = strings.TrimPrefix(base, "Julia")
	return base == "Manifest.toml" || strings.HasPrefix(base, "Manifest-v") && strings.HasSuffix(base, ".toml")
}

// Extract reads one lock. In the first form packages stand at the top, in the
// second below "deps". Libraries that come with Julia may have no version.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	l := lock{byName: map[string][]int{}, byUUID: map[string]int{}}
	packages := root
	if format := root.Get("manifest_format"); format.Exists() && !strings.HasPrefix(format.String(), "1") {
		deps := root.Get("deps")
		if deps.Exists() && !deps.IsTable() {
			l.file.Fault(deps.Line, "%q is not a table", "deps")
		}
		packages = deps.Table()
	}
	for _, name := range packages.Keys() {
		l.entries(name, packages.Get(name))
	}
	l.join()
	if err == nil && len(l.file.Packages) == 0 && len(root.Keys()) > 0 && !known(root) {
		err = errs.AtLine(1, "there is no package and no field of a manifest")
	}
	return l.file, err
}

func known(root *tomltree.Table) bool {
	return root.Get("manifest_format").Exists() || root.Get("julia_version").Exists()
}

// lock is a Manifest.toml being read.
type lock struct {
	file   extract.File
	byName map[string][]int // indexes in file.Packages
	byUUID map[string]int
	wanted []want
}

// want is an edge whose end is not known yet.
type want struct {
	from       int
	name, uuid string
}

// entries reads the packages of a name: mostly there is one.
func (l *lock) entries(name string, v tomltree.Value) {
	if !v.IsArray() {
		// In the first form the fields of the file stand among the packages.
		if v.IsTable() || name == "" {
			l.file.Fault(v.Line, "package %q is not a list of tables", name)
		}
		return
	}
	for _, item := range v.Items() {
		if !item.IsTable() || name == "" {
			l.file.Fault(item.Line, "package %q is not a table", name)
			continue
		}
		l.entry(name, item)
	}
}

func (l *lock) entry(name string, v tomltree.Value) {
	t := v.Table()
	p := extract.Package{Name: name, Version: t.Get("version").String(), Origin: origin(t), Line: v.Line}
	if hash := t.Get("git-tree-sha1").String(); hash != "" {
		p.Integrity = []string{"sha1:" + hash} // of the tree, as git makes it
	}
	at := len(l.file.Packages)
	if uuid := t.Get("uuid").String(); uuid != "" {
		if _, twice := l.byUUID[uuid]; twice {
			l.file.Fault(v.Line, "package %q stands twice", name)
		}
		l.byUUID[uuid] = at
	}
	l.byName[name] = append(l.byName[name], at)
	l.file.Packages = append(l.file.Packages, p)
	l.needs(at, t.Get("deps"))
}

// needs reads names, or names with UUIDs where a name alone is ambiguous.
func (l *lock) needs(from int, deps tomltree.Value) {
	for _, name := range deps.Strings() {
		l.wanted = append(l.wanted, want{from: from, name: name})
	}
	for _, name := range deps.Table().Keys() {
		l.wanted = append(l.wanted, want{from: from, name: name, uuid: deps.Table().Get(name).String()})
	}
}

// origin reads where a package is from that is in no registry, or that the project
// takes from elsewhere.
func origin(t *tomltree.Table) inventory.Origin {
	if path := t.Get("path").String(); path != "" {
		return inventory.Origin{Kind: inventory.OriginPath, Ref: strings.ReplaceAll(path, `\`, "/")}
	}
	url := t.Get("repo-url").String()
	if url == "" {
		return inventory.Origin{}
	}
	// The commit is not written: the tree's hash is.
	if rev := t.Get("repo-rev").String(); rev != "" {
		url += "@" + rev
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: url}
}

func (l *lock) join() {
	l.file.Edges = make([]inventory.Edge, 0, len(l.wanted))
	for _, w := range l.wanted {
		to, ok := l.byUUID[w.uuid]
		if same := l.byName[w.name]; !ok && len(same) > 0 {
			to, ok = same[0], true
		}
		if ok && to != w.from {
			l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
		}
	}
}
