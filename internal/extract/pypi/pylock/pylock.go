// Package pylock reads pylock.toml, the lockfile of PEP 751.
package pylock

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads pylock.toml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pylock.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "pylock.toml", Ecosystem: purl.PyPI, Role: extract.Lock, Files: "pylock.toml, pylock.*.toml",
		Manifests: []string{"pyproject.toml"}, Edges: true, Scopes: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts pylock.toml and pylock.NAME.toml in any folder. PEP 751 allows no
// dot in NAME.
func (Extractor) Wants(name string) bool {
	base := path.Base(name)
	if base == "pylock.toml" {
		return true
	}
	rest, ok := strings.CutPrefix(base, "pylock.")
	name, isTOML := strings.CutSuffix(rest, ".toml")
	return ok && isTOML && name != "" && !strings.Contains(name, ".")
}

// Extract reads a pylock.toml. The project itself, a directory ".", is not one
// of its packages; where the lock gives its dependencies, they are the direct ones.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, entries, err := lockgraph.Open(&file, in.Data, "lock-version", "packages")
	scopes := newScopes(root)
	var g lockgraph.Graph
	var project tomltree.Value
	index := make([]int, len(entries))
	for i, e := range entries {
		if isProject(e.Table) {
			file.Name, project, index[i] = e.Name, e.Table.Get("dependencies"), -1
			continue
		}
		index[i] = g.Add(extract.Package{
			Name: e.Name, Version: e.Table.Get("version").String(), Line: e.Line,
			Origin: origin(e.Table), Scope: scopes.of(e.Table), Integrity: integrity(e.Table),
		})
	}
	file.DirectKnown = project.Exists()
	for _, dependency := range project.Items() {
		for _, at := range find(&g, dependency.Table()) {
			g.Packages[at].Direct = true
		}
	}
	for i, e := range entries {
		if index[i] < 0 {
			continue
		}
		for _, dependency := range e.Table.Get("dependencies").Items() {
			g.Join(index[i], find(&g, dependency.Table())...)
		}
	}
	file.Packages, file.Edges = g.Packages, g.Edges()
	return file, err
}

func isProject(p *tomltree.Table) bool {
	dir := p.Get("directory", "path").String()
	return dir != "" && path.Clean(dir) == "."
}

// find returns the packages that a dependency's table singles out: it repeats of
// the package's own keys as many as are needed.
func find(g *lockgraph.Graph, dependency *tomltree.Table) []int {
	return g.Single(extract.Package{
		Name: dependency.Get("name").String(), Version: dependency.Get("version").String(), Origin: origin(dependency),
	})
}

// origin reads the sources other than an index: vcs, directory and archive. A
// package with wheels or an sdist comes from an index.
func origin(p *tomltree.Table) inventory.Origin {
	location := func(source string) (string, bool) {
		t := p.Get(source).Table()
		if url := t.Get("url").String(); url != "" {
			return url, true
		}
		return t.Get("path").String(), false
	}
	switch {
	case p.Get("vcs").IsTable():
		return vcs(p.Get("vcs").Table())
	case p.Get("directory").IsTable():
		ref, _ := location("directory")
		return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
	case p.Get("archive").IsTable():
		ref, remote := location("archive")
		if remote {
			return inventory.Origin{Kind: inventory.OriginURL, Ref: pep508.WithoutCredentials(ref)}
		}
		return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
	}
	return inventory.Origin{}
}

func vcs(source *tomltree.Table) inventory.Origin {
	ref := source.Get("url").String()
	if ref == "" {
		ref = source.Get("path").String()
	}
	commit := source.Get("commit-id").String()
	if kind := source.Get("type").String(); kind != "git" {
		return inventory.Origin{Kind: inventory.OriginURL, Ref: pep508.WithoutCredentials(kind + "+" + ref + "@" + commit)}
	}
	return pep508.Git(ref, commit)
}

// integrity gathers the hashes of all of a package's files.
func integrity(p *tomltree.Table) []string {
	hashes := appendHashes(nil, p.Get("archive"))
	hashes = appendHashes(hashes, p.Get("sdist"))
	for _, wheel := range p.Get("wheels").Items() {
		hashes = appendHashes(hashes, wheel)
	}
	return hashes
}

func appendHashes(hashes []string, file tomltree.Value) []string {
	table := file.Table().Get("hashes").Table()
	for _, algorithm := range table.Keys() {
		hashes = append(hashes, algorithm+":"+table.Get(algorithm).String())
	}
	return hashes
}

// scopes tells what a package is needed for by the extras and groups in its
// marker. A lock without extras and groups has nothing to choose from: it may be
// one for production or one for development, so it tells nothing.
type scopes struct {
	told     bool
	defaults []string
}

func newScopes(root *tomltree.Table) scopes {
	s := scopes{defaults: root.Get("default-groups").Strings()}
	s.told = len(root.Get("extras").Items())+len(root.Get("dependency-groups").Items())+len(s.defaults) > 0
	return s
}

func (s scopes) of(p *tomltree.Table) inventory.Scope {
	if !s.told {
		return inventory.ScopeUnknown
	}
	return pep508.Scope(p.Get("marker").String(), s.defaults)
}
