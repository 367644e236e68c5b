// Package podspecjson reads podspecs in JSON, as CocoaPods publishes them.
package podspecjson

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads podspecs in JSON.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes podspecs in JSON.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "podspec.json",
		Ecosystem: purl.CocoaPods,
		Role:      extract.Manifest,
		Files:     "*.podspec.json",
		Scopes:    true,
	}
}

// Wants accepts files that end in ".podspec.json".
func (Extractor) Wants(path string) bool { return strings.HasSuffix(path, ".podspec.json") }

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	// Each dependency has a list of constraints.
	room := min(bytes.Count(in.Data, []byte{'['}), len(in.Data)/minBytes)
	m := &manifest{r: jsonstream.New(in.Data), seen: map[string]bool{}, outer: make([]string, 0, room)}
	m.file.Declared = make([]extract.Declaration, 0, room)
	err := jsonfile.Object(m.r, m.field)
	m.finish()
	if err == nil && m.file.Name == "" {
		err = errs.AtLine(m.r.Line(), "it names no pod")
	}
	return m.file, err
}

// minBytes is what a dependency takes at least in what is no mere list of brackets.
const minBytes = 16

// manifest is a podspec being read.
type manifest struct {
	r        *jsonstream.Reader
	file     extract.File
	seen     map[string]bool // fields
	defaults []string        // subspecs that one gets who asks for the pod
	outer    []string        // by declaration: the outermost subspec that has it, "" for none
	lists    int             // of dependencies
	depth    int             // of subspecs
}

// request is what several subspecs may ask for in the same way.
type request struct {
	name, constraint string
	scope            inventory.Scope
}

func (m *manifest) field(name string) (err error) {
	switch name {
	case "name", "dependencies", "subspecs", "testspecs", "default_subspecs":
		if m.seen[name] {
			m.file.Fault(m.r.Line(), "the key %q stands twice", name)
		}
		m.seen[name] = true
	}
	switch name {
	case "name":
		m.file.Name, err = m.r.String()
	case "default_subspecs", "default_subspec":
		err = m.texts(func(text string) { m.defaults = append(m.defaults, text) })
	default:
		err = m.spec(name, "", inventory.ScopeRuntime)
	}
	return err
}

// maxDepth bounds subspecs in subspecs.
const maxDepth = 50

// spec reads a field of a spec that names dependencies, by itself or for one
// platform.
func (m *manifest) spec(name, subspec string, scope inventory.Scope) error {
	switch name {
	case "dependencies":
		return m.dependencies(subspec, scope)
	case "ios", "osx", "macos", "tvos", "watchos", "visionos":
		return m.r.Object(func(name string) error {
			if name == "dependencies" {
				return m.dependencies(subspec, scope)
			}
			return m.r.Skip()
		})
	case "subspecs":
		return m.subspecs(subspec, scope)
	case "testspecs":
		return m.subspecs(subspec, inventory.ScopeTest)
	case "appspecs":
		return m.subspecs(subspec, inventory.ScopeDev)
	}
	return m.r.Skip()
}

func (m *manifest) subspecs(outer string, scope inventory.Scope) error {
	if m.depth++; m.depth > maxDepth {
		return errs.AtLine(m.r.Line(), "subspecs are nested deeper than %d", maxDepth)
	}
	defer func() { m.depth-- }()
	return m.r.Array(func() error {
		from, own := len(m.outer), ""
		err := m.r.Object(func(name string) (err error) {
			if name == "name" {
				own, err = m.r.String()
				return err
			}
			return m.spec(name, outer, scope)
		})
		if outer == "" {
			for i := range m.outer[from:] {
				m.outer[from+i] = own
			}
		}
		return err
	})
}

// dependencies reads {"Name": ["~> 1.0"]}.
func (m *manifest) dependencies(subspec string, scope inventory.Scope) error {
	if m.r.Kind() != '{' {
		m.file.Fault(m.r.Line(), "dependencies are not an object")
	}
	room := 0
	if m.lists++; m.lists == 1 {
		room = cap(m.outer)
	}
	seen := make(map[string]struct{}, room)
	var constraints []string
	add := func(text string) { constraints = append(constraints, text) }
	return m.r.Object(func(name string) error {
		before := len(seen)
		if seen[name] = struct{}{}; len(seen) == before {
			m.file.Fault(m.r.Line(), "the key %q stands twice", name)
			m.lists++
		}
		d := extract.Declaration{Name: name, Scope: scope, Line: m.r.Line()}
		constraints = constraints[:0]
		err := m.texts(add)
		d.Constraint = strings.Join(constraints, ", ")
		if name == "" {
			m.file.Fault(d.Line, "a dependency has no name")
			return err
		}
		m.file.Declared = append(m.file.Declared, d)
		m.outer = append(m.outer, subspec)
		return err
	})
}

// texts reads one text or a list of them.
func (m *manifest) texts(add func(string)) error {
	if m.r.Kind() == '[' {
		return jsonfile.Strings(m.r, add)
	}
	text, err := m.r.String()
	if err == nil && text != "" {
		add(text)
	}
	return err
}

// finish tells which dependencies are of the pod itself, and which only of a
// subspec that must be asked for.
func (m *manifest) finish() {
	all := m.file.Declared
	m.file.Declared = all[:0]
	seen := map[request]struct{}{}
	for i, d := range all {
		if pod, _, _ := strings.Cut(d.Name, "/"); pod == m.file.Name {
			continue
		}
		if subspec := m.outer[i]; len(m.defaults) > 0 && subspec != "" && d.Scope == inventory.ScopeRuntime && !slices.Contains(m.defaults, subspec) {
			d.Scope = inventory.ScopeOptional
		}
		if m.lists > 1 {
			before := len(seen)
			if seen[request{d.Name, d.Constraint, d.Scope}] = struct{}{}; len(seen) == before {
				continue // of another subspec
			}
		}
		m.file.Declared = append(m.file.Declared, d)
	}
}
