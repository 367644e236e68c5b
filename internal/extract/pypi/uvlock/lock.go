package uvlock

import (
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// lock gathers what the entries say of each other.
type lock struct {
	graph    lockgraph.Graph
	file     extract.File
	members  map[string]bool   // normalised names of the workspace's packages
	projects []*tomltree.Table // the root and the members: what they name is direct
	tables   []*tomltree.Table // of graph.Packages
	declared map[declaration]bool
}

type declaration struct {
	at        int
	specifier string
}

func newLock(file extract.File, manifest *tomltree.Table) *lock {
	l := &lock{file: file, members: make(map[string]bool), declared: make(map[declaration]bool)}
	for _, name := range manifest.Get("members").Strings() {
		l.members[purl.Normalize(purl.PyPI, name)] = true
	}
	return l
}

// add takes in one entry; the root package is no package of its own lock.
func (l *lock) add(e lockgraph.Entry) {
	source := e.Table.Get("source").Table()
	folder := projectFolder(source)
	if folder == "." {
		l.file.Name = e.Name
		l.projects = append(l.projects, e.Table)
		return
	}
	p := extract.Package{
		Name: e.Name, Version: e.Table.Get("version").String(), Line: e.Line,
		Origin: origin(source), Integrity: integrity(e.Table),
	}
	if folder != "" && l.members[purl.Normalize(purl.PyPI, e.Name)] {
		p.Direct, p.Scope = true, inventory.ScopeRuntime
		l.projects = append(l.projects, e.Table)
		l.file.Members = append(l.file.Members, folder)
	}
	l.graph.Add(p)
	l.tables = append(l.tables, e.Table)
}

// projectFolder is the folder of a source that is one, or "".
func projectFolder(source *tomltree.Table) string {
	for _, kind := range []string{"editable", "virtual", "directory"} {
		if folder := source.Get(kind).String(); folder != "" {
			return path.Clean(folder)
		}
	}
	return ""
}

func origin(source *tomltree.Table) inventory.Origin {
	for _, kind := range source.Keys() {
		ref := source.Get(kind).String()
		switch kind {
		case "git": // https://host/repo?rev=wanted#commit
			ref, commit, _ := strings.Cut(ref, "#")
			ref, _, _ = strings.Cut(ref, "?")
			return pep508.Git(ref, commit)
		case "url":
			return inventory.Origin{Kind: inventory.OriginURL, Ref: pep508.WithoutCredentials(ref)}
		case "path", "directory", "editable", "virtual":
			return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
		}
	}
	return inventory.Origin{}
}

func integrity(p *tomltree.Table) []string {
	hashes := lockgraph.FileHashes(p.Get("wheels"))
	if hash := p.Get("sdist").Table().Get("hash").String(); hash != "" {
		hashes = append(hashes, hash)
	}
	return hashes
}

// resolve finds what one dependency's table means. Where the lock has several
// entries of the name, it repeats the version and, if need be, the source.
func (l *lock) resolve(dependency *tomltree.Table) []int {
	return l.graph.Single(extract.Package{
		Name: dependency.Get("name").String(), Version: dependency.Get("version").String(),
		Origin: origin(dependency.Get("source").Table()),
	})
}

// joinAll adds the edges of every package, those of its extras included: the lock
// has only extras that something asks for.
func (l *lock) joinAll() {
	for from, p := range l.tables {
		l.join(from, p.Get("dependencies"))
		for _, kind := range []string{"optional-dependencies", "dev-dependencies"} {
			groups := p.Get(kind).Table()
			for _, name := range groups.Keys() {
				l.join(from, groups.Get(name))
			}
		}
	}
}

func (l *lock) join(from int, dependencies tomltree.Value) {
	for _, dependency := range dependencies.Items() {
		l.graph.Join(from, l.resolve(dependency.Table())...)
	}
}

// declare notes the constraints that a project's metadata records for its direct
// dependencies.
func (l *lock) declare(requirements tomltree.Value) {
	for _, item := range requirements.Items() {
		specifier := item.Table().Get("specifier").String()
		if specifier == "" {
			continue
		}
		for _, at := range l.graph.Resolve(item.Table().Get("name").String(), specifier) {
			d := declaration{at, specifier}
			if p := &l.graph.Packages[at]; p.Direct && !l.declared[d] {
				l.declared[d] = true
				p.Declared = append(p.Declared, specifier)
			}
		}
	}
}
