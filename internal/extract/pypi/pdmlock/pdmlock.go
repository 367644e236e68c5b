// Package pdmlock reads pdm.lock.
package pdmlock

import (
	"context"
	"path"
	"slices"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads pdm.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pdm.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "pdm.lock", Ecosystem: purl.PyPI, Role: extract.Lock, Files: "pdm.lock",
		Manifests: []string{"pyproject.toml"}, Edges: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts pdm.lock in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "pdm.lock" }

// identity tells the entries of one package (itself and its extras) from others.
type identity struct {
	name, version string
	origin        inventory.Origin
}

// Extract reads a pdm.lock. The lock lists "name[extra]" as an entry of its own;
// it is the same package with more dependencies.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, entries, err := lockgraph.Open(&file, in.Data, "metadata", "package")
	files := root.Get("metadata", "files").Table()
	var g lockgraph.Graph
	known := make(map[identity]int, len(entries))
	index := make([]int, len(entries))
	for i, e := range entries {
		p := read(e, files)
		id := identity{purl.Normalize(purl.PyPI, p.Name), p.Version, p.Origin}
		at, seen := known[id]
		if !seen {
			at = g.Add(p)
			known[id] = at
		} else {
			merge(&g.Packages[at], p)
		}
		index[i] = at
	}
	for i, e := range entries {
		list := e.Table.Get("dependencies")
		if list.Exists() && !list.IsArray() {
			file.Fault(list.Line, "dependencies are no array")
		}
		join(&file, &g, index[i], list)
	}
	file.Packages, file.Edges = g.Packages, g.Edges()
	return file, err
}

func read(e lockgraph.Entry, files *tomltree.Table) extract.Package {
	p := extract.Package{
		Name: e.Name, Version: e.Table.Get("version").String(), Line: e.Line, Origin: origin(e.Table),
		Integrity: lockgraph.FileHashes(e.Table.Get("files")),
	}
	if len(p.Integrity) == 0 { // before lock version 4.3
		p.Integrity = lockgraph.FileHashes(files.Get(p.Name + " " + p.Version))
	}
	if slices.Contains(e.Table.Get("groups").Strings(), "default") {
		// The other groups are extras or development groups; the lock does not tell which.
		p.Scope = inventory.ScopeRuntime
	}
	return p
}

func origin(p *tomltree.Table) inventory.Origin {
	text := func(key string) string { return p.Get(key).String() }
	switch {
	case text("git") != "":
		commit := text("revision")
		if commit == "" {
			commit = text("ref")
		}
		return pep508.Git(text("git"), commit)
	case text("url") != "":
		return pep508.Origin(text("url"))
	case text("path") != "":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: text("path")}
	}
	for _, vcs := range []string{"hg", "svn", "bzr"} {
		if ref := text(vcs); ref != "" {
			return pep508.Origin(vcs + "+" + ref + "@" + text("revision"))
		}
	}
	return inventory.Origin{}
}

func merge(p *extract.Package, extra extract.Package) {
	p.Scope = p.Scope.Wider(extra.Scope)
	if len(p.Integrity) == 0 {
		p.Integrity = extra.Integrity
	}
}

func join(f *extract.File, g *lockgraph.Graph, from int, dependencies tomltree.Value) {
	for _, item := range dependencies.Items() {
		r, err := pep508.Parse(item.String())
		if err != nil {
			f.Fault(item.Line, "not a requirement: %v", err)
			continue
		}
		g.Join(from, g.Resolve(r.Name, r.Specifier)...)
	}
}
