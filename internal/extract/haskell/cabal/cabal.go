// Package cabal reads *.cabal, the manifests of Haskell's packages.
package cabal

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads *.cabal.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes *.cabal.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "cabal",
		Ecosystem: purl.Hackage,
		Role:      extract.Manifest,
		Files:     "*.cabal",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts files that end in ".cabal"; the folder of that name is none.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return strings.HasSuffix(base, ".cabal") && base != ".cabal"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{commons: map[string]*section{}, own: map[string]bool{}}
	m.begin("", "")
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		m.line(line, r.Number())
	}
	m.flush()
	m.finish()
	if m.file.Name == "" {
		return m.file, errs.AtLine(max(r.Number(), 1), "it names no package")
	}
	return m.file, nil
}

// manifest is a .cabal file being read.
type manifest struct {
	file     extract.File
	sections []*section
	commons  map[string]*section // by name
	own      map[string]bool     // libraries of this package
	current  *section

	field    string // the field that lines may go on with
	indent   int    // where it begins
	item     string // a dependency that may go on
	itemLine int
	braces   int // open in item
}

// section is a component of the package, or what several have in common.
type section struct {
	scope   inventory.Scope // unknown: of those that import it
	imports []string
	needs   []extract.Declaration
}

// line reads a field, a line that goes on with one, or the beginning of a section
// or condition.
func (m *manifest) line(line string, number int) {
	text := strings.TrimSpace(line)
	if text == "" || strings.HasPrefix(text, "--") || text == "{" || text == "}" {
		return
	}
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if m.field != "" && indent > m.indent {
		m.value(text, number)
		return
	}
	m.flush()
	m.field, m.indent = "", indent
	name, value, ok := strings.Cut(text, ":")
	if ok && isField(name) {
		m.field = strings.ToLower(strings.TrimSpace(name))
		m.value(strings.TrimSpace(value), number)
		return
	}
	if !m.section(strings.TrimSpace(strings.TrimSuffix(text, "{")), indent) {
		m.file.Fault(number, "%.80q is neither a field nor a section", text)
	}
}

func isField(name string) bool {
	name = strings.TrimSpace(name)
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
}

// section begins a section. Conditions are none: what stands in any branch counts.
func (m *manifest) section(text string, indent int) bool {
	word, name, _ := strings.Cut(text, " ")
	word, name = strings.ToLower(word), strings.TrimSpace(name)
	if cut := strings.IndexByte(word, '('); cut >= 0 {
		word = word[:cut]
	}
	switch word {
	case "if", "elif", "else", "}", "}else":
		return true
	case "library", "foreign-library", "executable", "test-suite", "benchmark", "common", "custom-setup", "flag", "source-repository":
		if indent == 0 || m.current != nil {
			m.begin(word, name)
		}
		return true
	}
	return false
}

func (m *manifest) begin(word, name string) {
	s := &section{}
	switch word {
	case "test-suite":
		s.scope = inventory.ScopeTest
	case "benchmark":
		s.scope = inventory.ScopeDev
	case "custom-setup":
		s.scope = inventory.ScopeBuild
	case "common":
		m.commons[name] = s
	default:
		s.scope = inventory.ScopeRuntime
	}
	if word == "library" && name != "" {
		m.own[name] = true
	}
	m.current = s
	m.sections = append(m.sections, s)
}

// value reads a line of a field's value.
func (m *manifest) value(text string, number int) {
	switch m.field {
	case "name":
		if m.file.Name == "" && len(m.sections) == 1 {
			m.file.Name = text
			m.own[text] = true
		}
	case "import", "build-depends", "setup-depends", "build-tool-depends":
		m.items(text, number)
	}
}

// items splits a line of a list at its commas, those in braces left alone.
func (m *manifest) items(text string, number int) {
	start := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			m.braces++
		case '}':
			m.braces--
		case ',':
			if m.braces <= 0 {
				m.more(text[start:i], number)
				m.flush()
				start = i + 1
			}
		}
	}
	m.more(text[start:], number)
}

// more adds to the item that is being read.
func (m *manifest) more(text string, number int) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || strings.HasPrefix(text, "--"):
	case m.item == "":
		m.item, m.itemLine = text, number
	case len(m.item) < 2000: // none is that long
		m.item += " " + text
	}
}

// flush reads one item of a list.
func (m *manifest) flush() {
	item := m.item
	m.item, m.braces = "", 0
	if item == "" {
		return
	}
	if m.field == "import" {
		m.current.imports = append(m.current.imports, item)
		return
	}
	name, constraint, ok := split(item)
	if !ok {
		m.file.Fault(m.itemLine, "%.80q is not a dependency", item)
		return
	}
	d := extract.Declaration{Name: name, Constraint: constraint, Line: m.itemLine}
	if m.field == "build-tool-depends" {
		d.Scope = inventory.ScopeBuild
	}
	m.current.needs = append(m.current.needs, d)
}

// split reads "name >=1.0 && <2", "name:library >=1.0" and "name:{a, b} >=1.0".
func split(item string) (name, constraint string, ok bool) {
	end := strings.IndexFunc(item, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-')
	})
	if end < 0 {
		return item, "", true
	}
	name, rest := item[:end], item[end:]
	if after, part := strings.CutPrefix(rest, ":"); part {
		rest = after
		if inside, found := strings.CutPrefix(strings.TrimSpace(rest), "{"); found {
			_, rest, ok = strings.Cut(inside, "}")
			if !ok {
				return "", "", false
			}
		} else if rest = strings.TrimLeft(rest, " "); rest != "" {
			rest = afterWord(rest)
		}
	}
	constraint = tidy(rest)
	return name, strings.TrimPrefix(constraint, "-any"), name != "" && (constraint == "" || isConstraint(constraint))
}

// tidy puts one space where there are several.
func tidy(s string) string {
	if s = strings.TrimSpace(s); !strings.Contains(s, "  ") && !strings.Contains(s, "\t") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isConstraint tells whether a text begins with an operator and ends with what
// one needs.
func isConstraint(s string) bool {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		}
	}
	return depth == 0 && strings.IndexByte("<>=^(-", s[0]) >= 0 && strings.IndexByte("<>=&|^", s[len(s)-1]) < 0
}

// afterWord is what follows the name of a part of a package.
func afterWord(s string) string {
	if end := strings.IndexAny(s, " <>=^"); end >= 0 {
		return s[end:]
	}
	return ""
}

// finish gives what sections have in common the scopes of those that import it,
// and leaves out what is the package's own.
func (m *manifest) finish() {
	for _, scope := range inventory.Scopes() {
		for _, s := range m.sections {
			if s.scope == scope {
				m.spread(s.imports, scope)
			}
		}
	}
	unused, all := 0, 0
	for _, s := range m.sections {
		all += len(s.needs)
	}
	m.file.Declared = make([]extract.Declaration, 0, all)
	for _, s := range m.sections {
		for _, d := range s.needs {
			switch {
			case m.own[d.Name]:
				continue
			case s.scope == inventory.ScopeUnknown:
				unused++
				continue
			case d.Scope == inventory.ScopeUnknown || s.scope != inventory.ScopeRuntime:
				d.Scope = s.scope
			}
			m.file.Declared = append(m.file.Declared, d)
		}
	}
	if unused > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("%d dependencies stand in common stanzas that no section imports: they are not listed", unused))
	}
}

// spread gives the common stanzas of these names a scope, and those that they
// import; widest scopes come first.
func (m *manifest) spread(names []string, scope inventory.Scope) {
	pending := names
	for len(pending) > 0 {
		name := pending[len(pending)-1]
		pending = pending[: len(pending)-1 : len(pending)-1]
		if s := m.commons[name]; s != nil && s.scope == inventory.ScopeUnknown {
			s.scope = scope
			pending = append(pending, s.imports...)
		}
	}
}
