// Package cargotoml reads Cargo.toml: what a crate asks for and which folders
// belong to its workspace.
package cargotoml

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads Cargo.toml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Cargo.toml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Cargo.toml",
		Ecosystem: purl.Cargo,
		Role:      extract.Manifest,
		Files:     "Cargo.toml",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts Cargo.toml in any folder.
func (Extractor) Wants(path string) bool {
	return path == "Cargo.toml" || strings.HasSuffix(path, "/Cargo.toml")
}

// Extract reads one Cargo.toml.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	m := manifest{inherited: root.Get("workspace", "dependencies").Table(), listed: map[string]bool{}}
	for _, table := range []string{"package", "project"} {
		if name := root.Get(table, "name"); name.IsString() {
			m.file.Name = name.String()
		}
	}
	m.crate(root)
	targets := root.Get("target").Table()
	for _, target := range targets.Keys() {
		m.crate(targets.Get(target).Table())
	}
	m.members(root.Get("workspace").Table())
	for _, table := range []string{"patch", "replace"} {
		if root.Get(table).Exists() {
			m.file.Notes = append(m.file.Notes, "["+table+"] is left to Cargo.lock, which holds its result")
		}
	}
	return m.file, err
}

// manifest is a Cargo.toml being read.
type manifest struct {
	file      extract.File
	inherited *tomltree.Table // [workspace.dependencies]
	paths     []string        // of the dependencies that are folders
	listed    map[string]bool // the members
}

// tables are the tables of dependencies, with their old spellings.
var tables = []struct {
	name  string
	scope inventory.Scope
}{
	{"dependencies", inventory.ScopeRuntime},
	{"dev-dependencies", inventory.ScopeDev},
	{"dev_dependencies", inventory.ScopeDev},
	{"build-dependencies", inventory.ScopeBuild},
	{"build_dependencies", inventory.ScopeBuild},
}

// crate reads the dependencies of the whole crate or of one of its targets.
func (m *manifest) crate(t *tomltree.Table) {
	for _, table := range tables {
		v := t.Get(table.name)
		if v.Exists() && !v.IsTable() {
			m.file.Fault(v.Line, "%q is not a table", table.name)
		}
		for _, key := range v.Table().Keys() {
			m.dependency(key, v.Table().Get(key), table.scope)
		}
	}
}

func (m *manifest) dependency(key string, v tomltree.Value, scope inventory.Scope) {
	if key == "" || !v.IsString() && !v.IsTable() {
		m.file.Fault(v.Line, "dependency %q is neither a version nor a table", key)
		return
	}
	if scope == inventory.ScopeRuntime && v.Table().Get("optional").String() == "true" {
		scope = inventory.ScopeOptional
	}
	d := extract.Declaration{Name: key, Scope: scope, Line: v.Line}
	if v.Table().Get("workspace").String() == "true" {
		v = m.inherited.Get(key)
	}
	m.describe(&d, v)
	m.file.Declared = append(m.file.Declared, d)
}

// describe fills in what a dependency's value says: a version or a table.
func (m *manifest) describe(d *extract.Declaration, v tomltree.Value) {
	if v.IsString() {
		d.Constraint = v.String()
		return
	}
	t := v.Table()
	d.Constraint = t.Get("version").String()
	if real := t.Get("package").String(); real != "" && real != d.Name {
		d.Name, d.Alias = real, d.Name
	}
	if git := t.Get("git").String(); git != "" {
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: git}
		if commit := t.Get("rev").String(); commit != "" {
			d.Origin.Ref += "@" + commit
		}
		return
	}
	if folder := t.Get("path").String(); folder != "" {
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: folder}
		m.paths = append(m.paths, folder)
	}
}

// members lists the workspace's folders: those it names and those that are
// dependencies, which belong to it without being named. It excludes whole trees,
// but never a folder that it names itself: those come last.
func (m *manifest) members(workspace *tomltree.Table) {
	named := workspace.Get("members").Items()
	for _, v := range named {
		if isGlob(v.String()) {
			m.addMember(v.String())
		}
	}
	inherited := workspace.Get("dependencies").Table()
	for _, key := range inherited.Keys() {
		m.addMember(inherited.Get(key).Table().Get("path").String())
	}
	for _, folder := range m.paths {
		m.addMember(folder)
	}
	for _, v := range workspace.Get("exclude").Items() {
		if folder := v.String(); folder != "" {
			m.file.Members = append(m.file.Members, "!"+path.Clean(folder)+"/**")
		}
	}
	clear(m.listed)
	for _, v := range named {
		if !isGlob(v.String()) {
			m.addMember(v.String())
		}
	}
}

func isGlob(folder string) bool { return strings.ContainsAny(folder, "*?[") }

func (m *manifest) addMember(folder string) {
	if folder == "" {
		return
	}
	if folder = path.Clean(folder); !m.listed[folder] {
		m.listed[folder] = true
		m.file.Members = append(m.file.Members, folder)
	}
}
