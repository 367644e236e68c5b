// Package vcpkgjson reads vcpkg.json, the manifest of vcpkg.
package vcpkgjson

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads vcpkg.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes vcpkg.json.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "vcpkg.json",
		Ecosystem: purl.Vcpkg,
		Role:      extract.Manifest,
		Files:     "vcpkg.json",
		Scopes:    true,
	}
}

// Wants accepts vcpkg.json in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "vcpkg.json"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{r: jsonstream.New(in.Data), overrides: map[string]string{}, seen: map[string]bool{}}
	err := jsonfile.Object(m.r, m.field)
	m.finish()
	return m.file, err
}

// manifest is a vcpkg.json being read.
type manifest struct {
	r         *jsonstream.Reader
	file      extract.File
	baseline  string
	overrides map[string]string // the version that is taken, by name
	seen      map[string]bool   // keys
}

func (m *manifest) field(name string) (err error) {
	switch name {
	case "dependencies", "overrides", "features":
		if m.seen[name] {
			m.file.Fault(m.r.Line(), "the key %q stands twice", name)
		}
		m.seen[name] = true
	}
	switch name {
	case "name":
		m.file.Name, err = m.r.String()
	case "builtin-baseline":
		m.baseline, err = m.r.String()
	case "dependencies":
		err = m.dependencies(inventory.ScopeRuntime)
	case "overrides":
		err = m.r.Array(m.override)
	case "features":
		err = m.features()
	default:
		err = m.r.Skip()
	}
	return err
}

// features reads an object of features, or the array that older files have.
func (m *manifest) features() error {
	feature := func(name string) error {
		if name == "dependencies" {
			return m.dependencies(inventory.ScopeOptional)
		}
		return m.r.Skip()
	}
	if m.r.Kind() == '[' {
		return m.r.Array(func() error { return m.r.Object(feature) })
	}
	return m.r.Object(func(string) error { return m.r.Object(feature) })
}

func (m *manifest) dependencies(scope inventory.Scope) error {
	if m.r.Kind() != '[' {
		m.file.Fault(m.r.Line(), "dependencies are not an array")
	}
	return m.r.Array(func() error { return m.dependency(scope) })
}

// dependency reads a name, or an object with a name and what is asked of it.
func (m *manifest) dependency(scope inventory.Scope) error {
	d := extract.Declaration{Scope: scope}
	var err error
	if m.r.Kind() == '"' {
		d.Name, err = m.r.String()
		d.Line = m.r.Line()
	} else {
		err = m.r.Object(func(name string) (err error) {
			if d.Line == 0 {
				d.Line = m.r.Line()
			}
			switch name {
			case "name":
				d.Name, err = m.r.String()
			case "version>=":
				d.Constraint, err = m.r.String()
				d.Constraint = ">=" + d.Constraint
			case "host":
				var host bool
				if host, err = m.r.Bool(); host {
					d.Scope = inventory.ScopeBuild
				}
			default:
				err = m.r.Skip()
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	m.declare(d)
	return nil
}

func (m *manifest) declare(d extract.Declaration) {
	if d.Line == 0 {
		d.Line = m.r.Line()
	}
	if d.Name == "" {
		m.file.Fault(d.Line, "a dependency has no name")
		return
	}
	m.file.Declared = append(m.file.Declared, d)
}

func (m *manifest) override() error {
	var name, version string
	err := m.r.Object(func(field string) (err error) {
		switch field {
		case "name":
			name, err = m.r.String()
		case "version", "version-string", "version-semver", "version-date":
			version, err = m.r.String()
		default:
			err = m.r.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if name == "" || version == "" {
		m.file.Fault(m.r.Line(), "an override without a name or version")
		return nil
	}
	if _, twice := m.overrides[name]; twice {
		m.file.Fault(m.r.Line(), "the override of %q stands twice", name)
	}
	m.overrides[name] = version
	return nil
}

// finish pins what is overridden: an override wins over every other request.
func (m *manifest) finish() {
	unused := len(m.overrides)
	used := map[string]bool{}
	for i := range m.file.Declared {
		d := &m.file.Declared[i]
		if version, ok := m.overrides[d.Name]; ok {
			d.Constraint = version
			if !used[d.Name] {
				unused--
			}
			used[d.Name] = true
		}
	}
	if unused > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("%d overrides are of packages that only others ask for", unused))
	}
	if m.baseline != "" {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("versions are those of the baseline %q, which is not read", m.baseline))
	}
}
