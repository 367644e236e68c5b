// Package podfile reads Podfile, the manifest of CocoaPods. It is a Ruby script,
// which is not executed: calls with literal arguments are read, in whichever
// branch they stand.
package podfile

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

// Extractor reads Podfile.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Podfile.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Podfile",
		Ecosystem: purl.CocoaPods,
		Role:      extract.Manifest,
		Files:     "Podfile",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts Podfile in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "Podfile"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	room := min(lines.Room(text), strings.Count(text, "pod"))
	m := &manifest{blocks: []string{""}, at: make(map[request]int, room)}
	m.file.Declared = make([]extract.Declaration, 0, room)
	r := rubycall.New(text)
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		m.call(&c)
	}
	if m.unnamed > 0 {
		m.note("%d pods have names that are no literals: they are not listed", m.unnamed)
	}
	if m.open > 0 {
		m.note("%d pods have constraints that are no literals: their constraint is unknown", m.open)
	}
	if len(m.helpers) > 0 {
		m.note("pods may also be added by %s, which is not executed", strings.Join(m.helpers, ", "))
	}
	return m.file, r.Err()
}

// manifest is a Podfile being read.
type manifest struct {
	file          extract.File
	blocks        []string // the targets around, "" for other blocks
	at            map[request]int
	helpers       []string
	unnamed, open int
}

// request is what several targets may ask for in the same way.
type request struct {
	name, constraint string
	origin           inventory.Origin
}

func (m *manifest) note(format string, args ...any) {
	m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, args...))
}

func (m *manifest) call(c *rubycall.Call) {
	if c.Close {
		if len(m.blocks) > 1 {
			m.blocks = m.blocks[:len(m.blocks)-1]
		}
		return
	}
	if c.Receiver == "" && !c.Assigned {
		switch {
		case c.Name == "pod":
			m.pod(c)
		case c.Name == "podspec" || strings.HasPrefix(c.Name, "use_") && strings.HasSuffix(c.Name, "modules!"),
			strings.HasPrefix(c.Name, "use_react"), strings.Contains(c.Name, "install_all"):
			if c.Name != "use_modular_headers!" && !slices.Contains(m.helpers, c.Name) && len(m.helpers) < 20 {
				m.helpers = append(m.helpers, c.Name)
			}
		}
	}
	if c.Opens {
		target := m.blocks[len(m.blocks)-1]
		if strings.HasSuffix(c.Name, "target") && len(c.Args) > 0 {
			target = c.Args[0].Text
		}
		m.blocks = append(m.blocks, target)
	}
}

// pod reads pod 'Name', 'constraint', key: value. With :subspecs it is a
// dependency on each of them.
func (m *manifest) pod(c *rubycall.Call) {
	if len(c.Args) == 0 || !c.Args[0].Literal || c.Args[0].List || c.Args[0].Text == "" {
		m.unnamed++
		return
	}
	name := c.Args[0].Text
	d := extract.Declaration{Scope: m.scope(c), Origin: origin(c), Line: c.Line}
	constraint, literal := c.Constraints()
	if d.Constraint = constraint; !literal {
		d.Constraint = ""
		m.open++
	}
	if d.Origin.Kind != inventory.OriginRegistry {
		d.Constraint = ""
	}
	subspecs, found := c.Key("subspecs")
	names, all := subspecs.Texts()
	if !found || len(names) == 0 || !all {
		d.Name = name
		m.declare(d)
	}
	for _, subspec := range names {
		d.Name = name + "/" + subspec
		m.declare(d)
	}
}

func (m *manifest) declare(d extract.Declaration) {
	key := request{d.Name, d.Constraint, d.Origin}
	if at, twice := m.at[key]; twice {
		earlier := &m.file.Declared[at]
		earlier.Scope = earlier.Scope.Wider(d.Scope)
		return
	}
	m.at[key] = len(m.file.Declared)
	m.file.Declared = append(m.file.Declared, d)
}

// scope is test in a target of tests, and dev when only builds for debugging
// have the pod.
func (m *manifest) scope(c *rubycall.Call) inventory.Scope {
	target := m.blocks[len(m.blocks)-1]
	for _, suffix := range []string{"Tests", "Test", "Specs"} {
		if strings.HasSuffix(target, suffix) {
			return inventory.ScopeTest
		}
	}
	for _, key := range []string{"configurations", "configuration"} {
		v, _ := c.Key(key)
		names, all := v.Texts()
		if all && len(names) > 0 && !slices.ContainsFunc(names, func(s string) bool { return !strings.EqualFold(s, "Debug") }) {
			return inventory.ScopeDev
		}
	}
	return inventory.ScopeRuntime
}

func origin(c *rubycall.Call) inventory.Origin {
	for _, key := range []string{"git", "path", "podspec", "http"} {
		v, ok := c.Key(key)
		if !ok {
			continue
		}
		switch {
		case key == "git":
			ref := v.Text
			for _, at := range []string{"commit", "tag", "branch"} {
				if v, ok := c.Key(at); ok && v.Text != "" {
					ref += "@" + v.Text
					break
				}
			}
			return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
		case key == "http" || strings.Contains(v.Text, "://"):
			return inventory.Origin{Kind: inventory.OriginURL, Ref: v.Text}
		default:
			return inventory.Origin{Kind: inventory.OriginPath, Ref: v.Text}
		}
	}
	return inventory.Origin{}
}
