// Package pyproject reads pyproject.toml: what PEP 621, PEP 735, Poetry, uv and
// PDM declare in it.
package pyproject

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/declared"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads pyproject.toml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pyproject.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{Name: "pyproject.toml", Ecosystem: purl.PyPI, Role: extract.Manifest, Files: "pyproject.toml", Scopes: true, Real: true}
}

// Wants accepts pyproject.toml in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "pyproject.toml" }

// Extract reads a pyproject.toml.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	p := project{root: root}
	if p.file.Name = root.Get("project", "name").String(); p.file.Name == "" {
		p.file.Name = root.Get("tool", "poetry", "name").String()
	}
	p.standard()
	p.poetry()
	p.tools()
	p.applySources()
	p.members()
	return p.file, err
}

type project struct {
	root *tomltree.Table
	file extract.File
}

// standard reads what the PEPs define.
func (p *project) standard() {
	p.list(p.root.Get("project", "dependencies"), inventory.ScopeRuntime)
	p.groups(p.root.Get("project", "optional-dependencies"), inventory.ScopeOptional)
	p.list(p.root.Get("build-system", "requires"), inventory.ScopeBuild)
	p.groups(p.root.Get("dependency-groups"), inventory.ScopeDev)
	for _, name := range p.root.Get("project", "dynamic").Strings() {
		if name == "dependencies" || name == "optional-dependencies" {
			p.file.Notes = append(p.file.Notes, fmt.Sprintf("%s are left to the build backend, which is not run", name))
		}
	}
}

// poetry reads Poetry's own tables.
func (p *project) poetry() {
	poetry := p.root.Get("tool", "poetry").Table()
	p.table(poetry.Get("dependencies"), inventory.ScopeRuntime)
	p.table(poetry.Get("dev-dependencies"), inventory.ScopeDev)
	groups := poetry.Get("group").Table()
	for _, name := range groups.Keys() {
		scope := inventory.ScopeDev
		if name == "main" {
			scope = inventory.ScopeRuntime
		}
		p.table(groups.Get(name, "dependencies"), scope)
	}
}

// tools reads what uv and PDM had before there were dependency groups.
func (p *project) tools() {
	p.list(p.root.Get("tool", "uv", "dev-dependencies"), inventory.ScopeDev)
	p.groups(p.root.Get("tool", "pdm", "dev-dependencies"), inventory.ScopeDev)
}

func (p *project) groups(v tomltree.Value, scope inventory.Scope) {
	if v.Exists() && !v.IsTable() {
		p.file.Fault(v.Line, "not a table of groups")
	}
	groups := v.Table()
	for _, name := range groups.Keys() {
		p.list(groups.Get(name), scope)
	}
}

func (p *project) list(v tomltree.Value, scope inventory.Scope) {
	p.add(declared.List(&p.file, v, scope))
}

func (p *project) table(v tomltree.Value, scope inventory.Scope) {
	if v.Exists() && !v.IsTable() {
		p.file.Fault(v.Line, "not a table of dependencies")
	}
	declarations := declared.Table(&p.file, v.Table(), scope)
	p.add(slices.DeleteFunc(declarations, func(d extract.Declaration) bool {
		return d.Name == "python" // the interpreter, not a package
	}))
}

// add leaves out the project's extras that name the project itself.
func (p *project) add(declarations []extract.Declaration) {
	own := purl.Normalize(purl.PyPI, p.file.Name)
	for _, d := range declarations {
		if own == "" || purl.Normalize(purl.PyPI, d.Name) != own {
			p.file.Declared = append(p.file.Declared, d)
		}
	}
}

// applySources gives declarations the origins that uv keeps apart from them. Of
// several for different machines the first that is no index counts.
func (p *project) applySources() {
	sources := p.root.Get("tool", "uv", "sources").Table()
	origins := make(map[string]inventory.Origin)
	for _, name := range sources.Keys() {
		v := sources.Get(name)
		alternatives := []tomltree.Value{v}
		if v.IsArray() {
			alternatives = v.Items()
		}
		for _, alternative := range alternatives {
			if o := declared.Source(alternative.Table()); o != (inventory.Origin{}) {
				origins[purl.Normalize(purl.PyPI, name)] = o
				break
			}
		}
	}
	for i := range p.file.Declared {
		d := &p.file.Declared[i]
		if o, ok := origins[purl.Normalize(purl.PyPI, d.Name)]; ok && d.Scope != inventory.ScopeBuild {
			d.Origin = o
		}
	}
}

// members lists the workspace's folders, and after them with a "!" those that are
// none.
func (p *project) members() {
	workspace := p.root.Get("tool", "uv", "workspace").Table()
	p.file.Members = workspace.Get("members").Strings()
	for _, excluded := range workspace.Get("exclude").Strings() {
		p.file.Members = append(p.file.Members, "!"+excluded)
	}
}
