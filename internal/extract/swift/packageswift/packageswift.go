// Package packageswift reads Package.swift, the manifest of the Swift package
// manager. It is a program, which is not executed: literal dependencies are
// read, in whichever branch they stand.
package packageswift

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/script"
	"github.com/assay-sca/assay/internal/extract/swift/repository"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Package.swift.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Package.swift.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Package.swift",
		Ecosystem: purl.Swift,
		Role:      extract.Manifest,
		Files:     "Package.swift, Package@swift-*.swift",
	}
}

// Wants accepts Package.swift and its variants for versions of Swift.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return base == "Package.swift" || strings.HasPrefix(base, "Package@swift-") && strings.HasSuffix(base, ".swift")
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{lex: script.New(string(in.Data), script.Syntax{
		Comments: []string{"//"}, Blocks: [][2]string{{"/*", "*/"}}, Quotes: `"`, Triple: true, Inserts: `\(`,
	})}
	err := m.read()
	if m.unnamed > 0 {
		m.note("%d dependencies have addresses that are no literals: they are not listed", m.unnamed)
	}
	if m.open > 0 {
		m.note("%d dependencies have requirements that are no literals: their constraint is unknown", m.open)
	}
	return m.file, err
}

// manifest is a Package.swift being read.
type manifest struct {
	lex           *script.Lexer
	file          extract.File
	before, last  script.Token
	args          []argument     // of the last call
	tokens        []script.Token // of its arguments
	unnamed, open int
	depth, outer  int // of brackets, and the line of the outermost
}

func (m *manifest) note(format string, args ...any) {
	m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, args...))
}

// read looks for "Package(" and ".package(".
func (m *manifest) read() error {
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		m.bracket(t)
		if t.Is("(") && m.last.Is("package") && m.before.Is(".") {
			args, closed := m.arguments()
			if !closed && m.lex.Err() == nil {
				return errs.AtLine(t.Line, "a dependency does not end")
			}
			if closed {
				m.dependency(args, m.last.Line)
				m.depth--
			}
			m.before, m.last = script.Token{}, script.Token{}
			continue
		}
		if t.Is("(") && m.last.Is("Package") && !m.before.Is(".") && m.file.Name == "" {
			m.name()
			continue
		}
		m.before, m.last = m.last, t
	}
	if m.depth > 0 && m.lex.Err() == nil {
		return errs.AtLine(m.outer, "the file ends within the brackets that open here")
	}
	return m.lex.Err()
}

// bracket counts those that are open, whatever their kind.
func (m *manifest) bracket(t script.Token) {
	switch {
	case t.Is("("), t.Is("["), t.Is("{"):
		if m.depth++; m.depth == 1 {
			m.outer = t.Line
		}
	case t.Is(")"), t.Is("]"), t.Is("}"):
		m.depth = max(m.depth-1, 0)
	}
}

// name reads the package's own name: name: "text".
func (m *manifest) name() {
	if !m.lex.Next().Is("name") || !m.lex.Next().Is(":") {
		return
	}
	if t := m.lex.Next(); t.Kind == script.Text && t.Literal {
		m.file.Name = t.Text
	}
}

// argument is one argument of a call with its label, "" for none.
type argument struct {
	label  string
	tokens []script.Token
}

// maxTokens bounds what one dependency has.
const maxTokens = 1000

// arguments reads up to the bracket that ends a call.
func (m *manifest) arguments() (args []argument, closed bool) {
	depth, count := 0, 0
	args, m.tokens = m.args[:0], m.tokens[:0]
	var a argument
	defer func() { m.args = args }()
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case depth == 0 && t.Is(")"):
			if len(a.tokens) > 0 {
				args = append(args, a)
			}
			return args, true
		case depth == 0 && t.Is(","):
			args = append(args, a)
			a = argument{}
			continue
		case depth == 0 && t.Is(":") && len(a.tokens) == 1 && a.label == "":
			a.label = a.tokens[0].Text
			a.tokens = nil
			continue
		case t.Is("(") || t.Is("["):
			depth++
		case t.Is(")") || t.Is("]"):
			depth--
		}
		if count++; count <= maxTokens {
			m.tokens = append(m.tokens, t)
			a.tokens = m.tokens[len(m.tokens)-len(a.tokens)-1:]
		}
	}
	return args, false
}

// text returns an argument that is one literal.
func (a *argument) text() (string, bool) {
	if len(a.tokens) != 1 || a.tokens[0].Kind != script.Text || !a.tokens[0].Literal {
		return "", false
	}
	return a.tokens[0].Text, true
}

func (m *manifest) dependency(args []argument, line int) {
	d := extract.Declaration{Scope: inventory.ScopeRuntime, Line: line}
	var name, address string
	for i := range args {
		a := &args[i]
		text, literal := a.text()
		switch a.label {
		case "name":
			name = text
		case "url", "id", "path":
			if !literal || text == "" {
				m.unnamed++
				return
			}
			address = text
			m.address(&d, a.label, text)
		case "traits":
		default:
			m.requirement(&d, a, address)
		}
	}
	if d.Origin.Kind == inventory.OriginPath && name != "" {
		d.Name = name
	}
	if d.Name == "" {
		m.unnamed++
		return
	}
	m.file.Declared = append(m.file.Declared, d)
}

// address tells a dependency's name by where it is.
func (m *manifest) address(d *extract.Declaration, label, text string) {
	name, remote := repository.Name(text)
	switch {
	case label == "id":
		d.Name = text
	case label == "url" && remote:
		d.Name = name
	default:
		d.Name = path.Base(strings.TrimSuffix(text, ".git"))
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: text}
	}
}

// requirement reads from: "1.0", exact: "1.0", branch: "b", .exact("1.0"),
// .upToNextMajor(from: "1.0"), "1.0"..<"2.0" and the like.
func (m *manifest) requirement(d *extract.Declaration, a *argument, address string) {
	kind, text, texts := a.label, "", 0
	for i, t := range a.tokens {
		switch {
		case t.Kind == script.Text:
			text = t.Text
			texts++
			if !t.Literal {
				m.open++
				return
			}
		case t.Kind == script.Word && i == 1 && a.tokens[0].Is(".") && kind == "":
			kind = t.Text
		}
	}
	if texts == 0 {
		m.open++
		return
	}
	switch kind {
	case "exact", "exactItem":
		d.Constraint = text
	case "branch", "revision", "branchItem", "revisionItem":
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: address + "@" + text}
	default:
		d.Constraint = m.lex.Slice(a.tokens[0].Start, a.tokens[len(a.tokens)-1].End)
		if a.label != "" {
			d.Constraint = a.label + ": " + d.Constraint
		}
		if strings.ContainsAny(d.Constraint, "\t\r\n") || strings.Contains(d.Constraint, "  ") {
			d.Constraint = strings.Join(strings.Fields(d.Constraint), " ")
		}
	}
}
