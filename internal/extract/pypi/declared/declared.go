// Package declared reads what Python manifests declare: lists of PEP 508 strings
// and the tables "name = constraint" of Poetry and Pipenv. It knows neither the
// files nor what their sections mean.
package declared

import (
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/tomltree"
)

// List reads an array of requirement strings. Other elements than strings are
// left out. What is no requirement is a
// fault of f. A requirement that only an extra brings is optional.
func List(f *extract.File, list tomltree.Value, scope inventory.Scope) []extract.Declaration {
	if list.Exists() && !list.IsArray() {
		f.Fault(list.Line, "not an array of requirements")
	}
	declarations := make([]extract.Declaration, 0, len(list.Items()))
	for _, item := range list.Items() {
		if !item.IsString() {
			continue
		}
		d, err := Requirement(item.String())
		if err != nil {
			f.Fault(item.Line, "not a requirement: %v", err)
			continue
		}
		if d.Line, d.Scope = item.Line, scope; needsExtra(item.String()) && scope == inventory.ScopeRuntime {
			d.Scope = inventory.ScopeOptional
		}
		declarations = append(declarations, d)
	}
	return declarations
}

func needsExtra(requirement string) bool {
	_, marker, _ := strings.Cut(requirement, ";")
	return pep508.Scope(marker, nil) != inventory.ScopeRuntime
}

// Requirement reads one requirement string, or the "-e reference#egg=name" that
// PDM allows in its own lists.
func Requirement(s string) (extract.Declaration, error) {
	s = strings.TrimSpace(s)
	if ref, ok := strings.CutPrefix(s, "-e "); ok {
		ref = strings.TrimSpace(ref)
		name, _ := pep508.Named(ref)
		if name == "" {
			return extract.Declaration{}, fmt.Errorf("%q names no package", s)
		}
		return extract.Declaration{Name: name, Origin: pep508.Origin(ref)}, nil
	}
	r, err := pep508.Parse(s)
	if err != nil {
		return extract.Declaration{}, err
	}
	d := extract.Declaration{Name: r.Name, Constraint: r.Specifier}
	if r.URL != "" {
		d.Origin = pep508.Origin(r.URL)
	}
	return d, nil
}

// Table reads "name = constraint", where the constraint is a string, a table with
// a version or a source, or an array of either for different machines.
func Table(f *extract.File, table *tomltree.Table, scope inventory.Scope) []extract.Declaration {
	declarations := make([]extract.Declaration, 0, len(table.Keys()))
	for name, v := range table.Entries() {
		alternatives := []tomltree.Value{v}
		if v.IsArray() {
			alternatives = v.Items()
		}
		for _, alternative := range alternatives {
			switch d, ok := constraint(name, alternative, scope); {
			case !ok:
				f.Fault(v.Line, "%q has no constraint that can be read", name)
			case !isProject(d.Origin):
				declarations = append(declarations, d)
			}
		}
	}
	return declarations
}

// isProject tells the project itself, which manifests install for editing.
func isProject(o inventory.Origin) bool {
	return o.Kind == inventory.OriginPath && path.Clean(o.Ref) == "."
}

func constraint(name string, v tomltree.Value, scope inventory.Scope) (extract.Declaration, bool) {
	d := extract.Declaration{Name: name, Scope: scope, Line: v.Line}
	switch {
	case name == "":
		return d, false
	case v.IsString():
		d.Constraint = v.String()
		return d, true
	case !v.IsTable():
		return d, false
	}
	d.Constraint = v.Table().Get("version").String()
	d.Origin = Source(v.Table())
	if v.Table().Get("optional").IsTrue() && scope == inventory.ScopeRuntime {
		d.Scope = inventory.ScopeOptional
	}
	return d, true
}

// Source reads where a table says that a package comes from: its keys are those
// of Poetry, Pipenv and uv together.
func Source(t *tomltree.Table) inventory.Origin {
	for _, key := range t.Keys() {
		ref := t.Get(key).String()
		switch key {
		case "git":
			return pep508.Git(ref, revision(t))
		case "hg", "svn", "bzr":
			return pep508.Origin(key + "+" + strings.TrimPrefix(ref, key+"+") + "@" + revision(t))
		case "url":
			return pep508.Origin(ref)
		case "path":
			return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
		case "file":
			return pep508.Origin(ref)
		case "workspace":
			return inventory.Origin{Kind: inventory.OriginPath}
		}
	}
	return inventory.Origin{}
}

func revision(t *tomltree.Table) string {
	for _, key := range []string{"rev", "ref", "tag", "branch"} {
		if ref := t.Get(key).String(); ref != "" {
			return ref
		}
	}
	return ""
}
