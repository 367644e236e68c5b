// Package poetrylock reads poetry.lock of Poetry 1 and 2.
package poetrylock

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads poetry.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes poetry.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "poetry.lock", Ecosystem: purl.PyPI, Role: extract.Lock, Files: "poetry.lock",
		Manifests: []string{"pyproject.toml"}, Edges: true, Scopes: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts poetry.lock in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "poetry.lock" }

// Extract reads a poetry.lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, entries, err := lockgraph.Open(&file, in.Data, "metadata", "package")
	var g lockgraph.Graph
	for _, e := range entries {
		g.Add(extract.Package{
			Name: e.Name, Version: e.Table.Get("version").String(), Line: e.Line,
			Origin: origin(e.Table.Get("source").Table()), Scope: scope(e.Table),
			Integrity: lockgraph.FileHashes(e.Table.Get("files")),
		})
	}
	addMetadataHashes(&g, root.Get("metadata", "files").Table())
	for from, e := range entries {
		joinDependencies(&g, from, e.Table.Get("dependencies").Table())
	}
	file.Packages, file.Edges = g.Packages, g.Edges()
	return file, err
}

func origin(source *tomltree.Table) inventory.Origin {
	ref := source.Get("url").String()
	switch source.Get("type").String() {
	case "git":
		commit := source.Get("resolved_reference").String()
		if commit == "" {
			commit = source.Get("reference").String()
		}
		return pep508.Git(ref, commit)
	case "url":
		return inventory.Origin{Kind: inventory.OriginURL, Ref: pep508.WithoutCredentials(ref)}
	case "directory", "file":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
	}
	return inventory.Origin{} // "legacy" is another index, which is a registry too
}

// scope reads the groups of Poetry 2 or the category of Poetry before 1.5. The
// versions between tell only what is optional.
func scope(p *tomltree.Table) inventory.Scope {
	groups := p.Get("groups").Strings()
	main := slices.Contains(groups, "main") || p.Get("category").String() == "main"
	switch {
	case !main && (len(groups) > 0 || p.Get("category").Exists()):
		return inventory.ScopeDev
	case p.Get("optional").IsTrue():
		return inventory.ScopeOptional
	case main:
		return inventory.ScopeRuntime
	}
	return inventory.ScopeUnknown
}

// addMetadataHashes adds the hashes of Poetry before 1.5, which lists the files of
// all versions of a name together at the end.
func addMetadataHashes(g *lockgraph.Graph, files *tomltree.Table) {
	for _, name := range files.Keys() {
		list := files.Get(name)
		named := g.Named(name)
		for _, at := range named {
			p := &g.Packages[at]
			if len(named) == 1 {
				p.Integrity = lockgraph.FileHashes(list)
				continue
			}
			p.Integrity = versionHashes(list, p.Version)
		}
	}
}

// versionHashes keeps the files whose names have the version in its place:
// "name-1.2-py3-none-any.whl", "name-1.2.tar.gz".
func versionHashes(files tomltree.Value, version string) []string {
	var hashes []string
	for _, item := range files.Items() {
		_, rest, ok := strings.Cut(item.Table().Get("file").String(), "-"+version)
		ofVersion := ok && (strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, ".t") || strings.HasPrefix(rest, ".z"))
		if hash := item.Table().Get("hash").String(); ofVersion && hash != "" {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}

// joinDependencies reads "name = constraint", where a constraint is a string, a
// table with a version, or an array of either for different machines.
func joinDependencies(g *lockgraph.Graph, from int, dependencies *tomltree.Table) {
	for _, name := range dependencies.Keys() {
		v := dependencies.Get(name)
		alternatives := []tomltree.Value{v}
		if v.IsArray() {
			alternatives = v.Items()
		}
		for _, alternative := range alternatives {
			constraint := alternative.String()
			if alternative.IsTable() {
				constraint = alternative.Table().Get("version").String()
			}
			g.Join(from, g.Resolve(name, constraint)...)
		}
	}
}
