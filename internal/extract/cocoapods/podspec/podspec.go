// Package podspec reads podspecs, the manifests of CocoaPods' own packages. They
// are Ruby scripts, which are not executed: calls with literal arguments are
// read, in whichever branch they stand.
package podspec

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/rubycall"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads podspecs.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes podspecs.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "podspec",
		Ecosystem: purl.CocoaPods,
		Role:      extract.Manifest,
		Files:     "*.podspec",
		Scopes:    true,
	}
}

// Wants accepts files that end in ".podspec".
func (Extractor) Wants(path string) bool { return strings.HasSuffix(path, ".podspec") }

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	room := min(lines.Room(text), strings.Count(text, "dependency"))
	m := &manifest{blocks: []block{{scope: inventory.ScopeRuntime}}, outer: make([]string, 0, room)}
	m.file.Declared = make([]extract.Declaration, 0, room)
	r := rubycall.New(text)
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		m.call(&c)
	}
	m.finish()
	return m.file, r.Err()
}

// manifest is a podspec being read.
type manifest struct {
	file          extract.File
	blocks        []block
	outer         []string // by declaration: the outermost subspec that has it, "" for none
	defaults      []string // subspecs that one gets who asks for the pod
	limited       bool     // defaults are not all of them
	unnamed, open int
}

// block is what is open around a call.
type block struct {
	subspec string // the outermost subspec, "" outside
	scope   inventory.Scope
}

// request is what several subspecs may ask for in the same way.
type request struct {
	name, constraint string
	scope            inventory.Scope
}

func (m *manifest) call(c *rubycall.Call) {
	if c.Close {
		if len(m.blocks) > 1 {
			m.blocks = m.blocks[:len(m.blocks)-1]
		}
		return
	}
	switch {
	case c.Receiver == "":
	case c.Assigned && c.Name == "name":
		if text, ok := literal(c); ok && m.file.Name == "" {
			m.file.Name = text
		}
	case (c.Name == "default_subspecs" || c.Name == "default_subspec") && len(m.blocks) <= 2:
		m.defaultSubspecs(c)
	case c.Name == "dependency" && !c.Assigned:
		m.dependency(c)
	}
	if c.Opens {
		m.blocks = append(m.blocks, m.inside(c))
	}
}

// literal is a call's first argument, when it is one text.
func literal(c *rubycall.Call) (string, bool) {
	if len(c.Args) == 0 || !c.Args[0].Literal || c.Args[0].List {
		return "", false
	}
	return c.Args[0].Text, c.Args[0].Text != ""
}

func (m *manifest) defaultSubspecs(c *rubycall.Call) {
	for _, v := range c.Args {
		texts, all := v.Texts()
		if !all {
			return // any of them may be
		}
		m.defaults = append(m.defaults, texts...)
	}
	m.limited = len(m.defaults) > 0
}

// inside is the block of a subspec, of tests, of an app beside them, or another
// one, such as a condition.
func (m *manifest) inside(c *rubycall.Call) block {
	b := m.blocks[len(m.blocks)-1]
	switch {
	case c.Receiver == "":
	case c.Name == "subspec" && b.subspec == "":
		b.subspec, _ = literal(c)
	case c.Name == "test_spec":
		b.scope = inventory.ScopeTest
	case c.Name == "app_spec":
		b.scope = inventory.ScopeDev
	}
	return b
}

func (m *manifest) dependency(c *rubycall.Call) {
	name, ok := literal(c)
	if !ok {
		m.unnamed++
		return
	}
	b := m.blocks[len(m.blocks)-1]
	d := extract.Declaration{Name: name, Scope: b.scope, Line: c.Line}
	if d.Constraint, ok = c.Constraints(); !ok {
		d.Constraint = ""
		m.open++
	}
	m.file.Declared = append(m.file.Declared, d)
	m.outer = append(m.outer, b.subspec)
}

// finish tells what only the whole file does: which dependencies are of the pod
// itself, and which only of a subspec that must be asked for.
func (m *manifest) finish() {
	all := m.file.Declared
	m.file.Declared = all[:0]
	seen := make(map[request]struct{}, len(all))
	for i, d := range all {
		if pod, _, _ := strings.Cut(d.Name, "/"); pod == m.file.Name {
			continue
		}
		if subspec := m.outer[i]; m.limited && subspec != "" && d.Scope == inventory.ScopeRuntime && !slices.Contains(m.defaults, subspec) {
			d.Scope = inventory.ScopeOptional
		}
		before := len(seen)
		if seen[request{d.Name, d.Constraint, d.Scope}] = struct{}{}; len(seen) == before {
			continue // of another subspec, or the other branch of a condition
		}
		m.file.Declared = append(m.file.Declared, d)
	}
	m.note(m.unnamed, "%d dependencies have names that are no literals: they are not listed")
	m.note(m.open, "%d dependencies have constraints that are no literals: their constraint is unknown")
}

func (m *manifest) note(n int, format string) {
	if n > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, n))
	}
}
