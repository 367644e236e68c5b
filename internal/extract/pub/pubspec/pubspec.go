// Package pubspec reads pubspec.yaml: what a Dart or Flutter project asks for.
package pubspec

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Extractor reads pubspec.yaml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pubspec.yaml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pubspec.yaml",
		Ecosystem: purl.Pub,
		Role:      extract.Manifest,
		Files:     "pubspec.yaml",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts pubspec.yaml in any folder.
func (Extractor) Wants(path string) bool {
	return path == "pubspec.yaml" || strings.HasSuffix(path, "/pubspec.yaml")
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	doc, err := yamltree.Parse(in.Data)
	var m manifest
	for _, d := range doc.Duplicates {
		m.file.Fault(d.Line, "key %q stands twice", d.Key)
	}
	m.file.Name = doc.Root.Get("name").String()
	m.overrides = doc.Root.Get("dependency_overrides")
	m.section(doc.Root.Get("dependencies"), "dependencies", inventory.ScopeRuntime)
	m.section(doc.Root.Get("dev_dependencies"), "dev_dependencies", inventory.ScopeDev)
	m.override()
	m.members(doc.Root.Get("workspace"))
	if err == nil && !doc.Root.IsMap() {
		err = errs.AtLine(max(doc.Root.Line, 1), "not a mapping")
	}
	return m.file, err
}

// manifest is a pubspec.yaml being read.
type manifest struct {
	file      extract.File
	overrides yamltree.Value
}

func (m *manifest) section(v yamltree.Value, name string, scope inventory.Scope) {
	if v.Exists() && !v.IsMap() && !v.IsNull() {
		m.file.Fault(v.Line, "%q is not a mapping", name)
	}
	m.file.Declared = slices.Grow(m.file.Declared, v.Len())
	v.Entries(func(key string, v yamltree.Value) {
		if key == "" {
			m.file.Fault(v.Line, "a dependency without a name")
			return
		}
		m.file.Declared = append(m.file.Declared, m.declaration(key, v, scope))
	})
}

// declaration reads a constraint or a mapping that says where the package is from.
func (m *manifest) declaration(key string, v yamltree.Value, scope inventory.Scope) extract.Declaration {
	d := extract.Declaration{Name: key, Scope: scope, Line: v.Line}
	switch {
	case v.IsScalar():
		d.Constraint = v.String()
		return d
	case v.IsNull():
		return d
	case !v.IsMap():
		m.file.Fault(v.Line, "dependency %q is neither a version nor a mapping", key)
		return d
	}
	d.Constraint = v.Get("version").String()
	if hosted := v.Get("hosted").Get("name").String(); hosted != "" && hosted != key {
		d.Name, d.Alias = hosted, key
	}
	switch git, folder, sdk := v.Get("git"), v.Get("path"), v.Get("sdk"); {
	case git.IsScalar():
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: git.String()}
	case git.IsMap():
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: git.Get("url").String()}
		if ref := git.Get("ref").String(); ref != "" {
			d.Origin.Ref += "@" + ref
		}
	case folder.IsScalar():
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: folder.String()}
	case sdk.IsScalar():
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: "sdk:" + sdk.String()}
	}
	return d
}

// override notes what the project takes instead of what is asked for. The lock
// has the result; what is declared stays as it is written.
func (m *manifest) override() {
	var names []string
	m.overrides.Entries(func(key string, _ yamltree.Value) { names = append(names, key) })
	if n := len(names); n > 0 {
		shown := names[:min(n, 10)]
		more := ""
		if n > len(shown) {
			more = fmt.Sprintf(" and %d more", n-len(shown))
		}
		m.file.Notes = append(m.file.Notes,
			fmt.Sprintf("overridden by the project: %.400q%s", strings.Join(shown, ", "), more))
	}
}

func (m *manifest) members(v yamltree.Value) {
	for _, item := range v.Items() {
		if folder := item.String(); folder != "" {
			m.file.Members = append(m.file.Members, path.Clean(folder))
		}
	}
}
