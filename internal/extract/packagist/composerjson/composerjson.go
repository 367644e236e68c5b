// Package composerjson reads composer.json: what a PHP project asks for.
package composerjson

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/packagist/platform"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads composer.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes composer.json.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "composer.json",
		Ecosystem: purl.Packagist,
		Role:      extract.Manifest,
		Files:     "composer.json",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts composer.json in any folder.
func (Extractor) Wants(path string) bool {
	return path == "composer.json" || strings.HasSuffix(path, "/composer.json")
}

// Extract reads one composer.json.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := manifest{r: jsonstream.New(in.Data)}
	if m.r.Kind() != '{' {
		if err := m.r.Skip(); err != nil {
			return m.file, err
		}
		return m.file, errs.AtLine(1, "not a JSON object")
	}
	if err := m.r.Object(m.field); err != nil {
		return m.file, err
	}
	return m.file, m.r.End()
}

// manifest is a composer.json being read.
type manifest struct {
	file extract.File
	r    *jsonstream.Reader
	seen [3]bool // name, require and require-dev
}

func (m *manifest) field(name string) error {
	switch name {
	case "name":
		m.once(0, name)
		text, err := m.r.String()
		m.file.Name = text
		return err
	case "require":
		m.once(1, name)
		return m.requirements(name, inventory.ScopeRuntime)
	case "require-dev":
		m.once(2, name)
		return m.requirements(name, inventory.ScopeDev)
	case "repositories":
		return m.repositories()
	}
	return m.r.Skip()
}

func (m *manifest) once(key int, name string) {
	if m.seen[key] {
		m.file.Fault(m.r.Line(), "key %q stands twice", name)
	}
	m.seen[key] = true
}

func (m *manifest) requirements(list string, scope inventory.Scope) error {
	// PHP writes an empty object as an empty array.
	if kind := m.r.Kind(); kind == '[' {
		empty := true
		err := m.r.Array(func() error { empty = false; return m.r.Skip() })
		if !empty {
			m.file.Fault(m.r.Line(), "%q is not an object", list)
		}
		return err
	} else if kind != '{' {
		err := m.r.Skip()
		if err == nil {
			m.file.Fault(m.r.Line(), "%q is not an object", list)
		}
		return err
	}
	names := map[string]struct{}{}
	return m.r.Object(func(name string) error {
		line := m.r.Line()
		isText := m.r.Kind() == '"'
		constraint, err := m.r.String()
		if err != nil || platform.Is(name) {
			return err
		}
		before := len(names)
		names[name] = struct{}{}
		switch {
		case len(names) == before:
			m.file.Fault(line, "%q stands twice in %q", name, list)
		case !isText:
			m.file.Fault(line, "the constraint of %q is not text", name)
		}
		m.file.Declared = append(m.file.Declared, extract.Declaration{
			Name: name, Constraint: constraint, Scope: scope, Line: line,
		})
		return nil
	})
}

// repositories notes local packages; the repositories are a list or are named.
func (m *manifest) repositories() error {
	if m.r.Kind() == '[' {
		return m.r.Array(m.repository)
	}
	return m.r.Object(func(string) error { return m.repository() })
}

func (m *manifest) repository() error {
	var kind, url string
	err := m.r.StringMap(func(name, value string) {
		switch name {
		case "type":
			kind = value
		case "url":
			url = value
		}
	})
	if kind == "path" {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("packages may come from the local folder %q", url))
	}
	return err
}
