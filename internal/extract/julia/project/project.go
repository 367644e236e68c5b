// Package project reads Project.toml: what a Julia project asks for.
package project

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads Project.toml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Project.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Project.toml",
		Ecosystem: purl.Julia,
		Role:      extract.Manifest,
		Files:     "Project.toml, JuliaProject.toml",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts the manifest in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return base == "Project.toml" || base == "JuliaProject.toml"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	m := manifest{
		compat:  root.Get("compat").Table(),
		sources: root.Get("sources").Table(),
		listed:  map[string]bool{},
	}
	m.file.Name = root.Get("name").String()
	m.section(root.Get("deps"), "deps", func(string) inventory.Scope { return inventory.ScopeRuntime })
	m.section(root.Get("weakdeps"), "weakdeps", func(string) inventory.Scope { return inventory.ScopeOptional })
	targets := uses(root.Get("targets").Table())
	m.section(root.Get("extras"), "extras", func(name string) inventory.Scope {
		if targets[name] == inventory.ScopeUnknown {
			return inventory.ScopeDev // no target needs it
		}
		return targets[name]
	})
	for _, item := range root.Get("workspace", "projects").Strings() {
		m.file.Members = append(m.file.Members, path.Clean(item))
	}
	return m.file, err
}

// manifest is a Project.toml being read.
type manifest struct {
	file    extract.File
	compat  *tomltree.Table
	sources *tomltree.Table
	listed  map[string]bool
}

// uses tells what the extras are for: targets are "test" and "build".
func uses(targets *tomltree.Table) map[string]inventory.Scope {
	scopes := map[string]inventory.Scope{}
	for _, target := range targets.Keys() {
		scope := inventory.ScopeDev
		switch target {
		case "test":
			scope = inventory.ScopeTest
		case "build":
			scope = inventory.ScopeBuild
		}
		for _, name := range targets.Get(target).Strings() {
			scopes[name] = scopes[name].Wider(scope)
		}
	}
	return scopes
}

func (m *manifest) section(v tomltree.Value, title string, scope func(name string) inventory.Scope) {
	if v.Exists() && !v.IsTable() {
		m.file.Fault(v.Line, "%q is not a table", title)
	}
	for _, name := range v.Table().Keys() {
		entry := v.Table().Get(name)
		if name == "" || !entry.IsString() {
			m.file.Fault(entry.Line, "dependency %q has no UUID", name)
			continue
		}
		// A weak dependency stands among the extras too, to be tested with.
		if m.listed[name] {
			continue
		}
		m.listed[name] = true
		m.file.Declared = append(m.file.Declared, extract.Declaration{
			Name: name, Constraint: m.constraint(name), Scope: scope(name), Origin: m.origin(name), Line: entry.Line,
		})
	}
}

// constraint is a text, or a list of which any may hold.
func (m *manifest) constraint(name string) string {
	compat := m.compat.Get(name)
	if compat.IsArray() {
		return strings.Join(compat.Strings(), ", ")
	}
	return compat.String()
}

func (m *manifest) origin(name string) inventory.Origin {
	source := m.sources.Get(name).Table()
	if folder := source.Get("path").String(); folder != "" {
		return inventory.Origin{Kind: inventory.OriginPath, Ref: folder}
	}
	url := source.Get("url").String()
	if url == "" {
		return inventory.Origin{}
	}
	if rev := source.Get("rev").String(); rev != "" {
		url += "@" + rev
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: url}
}
