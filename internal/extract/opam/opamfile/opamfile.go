// Package opamfile reads opam files, the manifests of OCaml's packages, and what
// "opam lock" makes of them, files of the same language with a version for each
// package.
package opamfile

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/script"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads opam files.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes opam files.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "opam",
		Ecosystem: purl.Opam,
		Role:      extract.Manifest,
		Files:     "opam, *.opam",
		Scopes:    true,
	}
}

// Wants accepts opam and what ends in ".opam".
func (Extractor) Wants(name string) bool {
	return name[strings.LastIndexByte(name, '/')+1:] == "opam" || strings.HasSuffix(name, ".opam")
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	file, err := read(in.Data)
	if base := path.Base(in.Path); file.Name == "" && base != "opam" {
		file.Name = strings.TrimSuffix(base, ".opam")
	}
	return file, err
}

func read(data []byte) (extract.File, error) {
	text := string(data)
	m := &manifest{pins: map[string]string{}, seen: map[string]bool{}}
	m.file.Declared = make([]extract.Declaration, 0, lines.Room(text))
	m.lex = script.New(text, script.Syntax{
		Comments: []string{"#"}, Blocks: [][2]string{{"(*", "*)"}}, Quotes: `"`, Triple: true, Word: "-+",
	})
	err := m.read()
	for i := range m.file.Declared {
		d := &m.file.Declared[i]
		if where, ok := m.pins[d.Name]; ok {
			d.Origin = pinned(where)
		}
	}
	if err == nil && !m.seen["opam-version"] {
		err = errs.AtLine(m.lex.Line(), "there is no opam-version")
	}
	return m.file, err
}

// manifest is an opam file being read.
type manifest struct {
	lex  *script.Lexer
	file extract.File
	seen map[string]bool
	room []part            // of a filter
	pins map[string]string // where a package comes from, by name
}

// read looks for the fields at the top: "name: value".
func (m *manifest) read() error {
	depth := 0
	var before script.Token
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("[") || t.Is("{") || t.Is("("):
			depth++
		case t.Is("]") || t.Is("}") || t.Is(")"):
			depth = max(depth-1, 0)
		case t.Is(":") && depth == 0 && before.Kind == script.Word:
			if err := m.field(before); err != nil {
				return err
			}
			t = script.Token{}
		}
		before = t
	}
	if err := m.lex.Err(); err != nil {
		return err
	}
	if depth > 0 {
		return errs.AtLine(m.lex.Line(), "a list or section does not end")
	}
	return nil
}

func (m *manifest) field(name script.Token) error {
	if m.seen[name.Text] {
		m.file.Fault(name.Line, "the field %q stands twice", name.Text)
	}
	m.seen[name.Text] = true
	switch name.Text {
	case "name":
		if t := m.lex.Next(); t.Kind == script.Text {
			m.file.Name = t.Text
		}
	case "depends":
		return m.formula(inventory.ScopeRuntime, name.Line)
	case "depopts":
		return m.formula(inventory.ScopeOptional, name.Line)
	case "pin-depends":
		return m.pinDepends(name.Line)
	}
	return nil
}

// formula reads packages with their filters: "a" {>= "1"} ("b" | "c").
func (m *manifest) formula(scope inventory.Scope, line int) error {
	depth := 0
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("[") || t.Is("("):
			depth++
		case t.Is("]") || t.Is(")"):
			depth--
		case t.Is("{"):
			text, ok := m.filter()
			if !ok {
				return m.unended(line)
			}
			if n := len(m.file.Declared); n > 0 && m.file.Declared[n-1].Constraint == "" {
				apply(&m.file.Declared[n-1], text)
			}
			if depth <= 0 {
				return nil
			}
			continue
		case t.Kind == script.Text:
			if t.Text == "" || !t.Literal {
				m.file.Fault(t.Line, "a package without a name")
				continue
			}
			m.file.Declared = append(m.file.Declared, extract.Declaration{Name: t.Text, Scope: scope, Line: t.Line})
		case !t.Is("|") && !t.Is("&"):
			m.file.Fault(t.Line, "%q is not a package", t.Text)
			return nil
		}
		if depth <= 0 {
			return nil // one package without brackets has no filter in practice
		}
	}
	return m.unended(line)
}

func (m *manifest) unended(line int) error {
	if err := m.lex.Err(); err != nil {
		return err
	}
	return errs.AtLine(line, "a list does not end")
}

// filter returns the tokens up to the brace that ends a filter, as parts that
// "&" joins.
func (m *manifest) filter() (parts []part, ok bool) {
	depth := 0
	parts = m.room[:0]
	var current part
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("(") || t.Is("{"):
			depth++
		case depth == 0 && t.Is("}"):
			m.room = append(parts, current)
			return m.room, true
		case t.Is(")") || t.Is("}"):
			depth--
		case depth == 0 && t.Is("&"):
			parts = append(parts, current)
			current = part{}
			continue
		}
		if current.first.Kind == script.End || current.first.Is("(") {
			current.first = t
		}
		if current.text == "" {
			current.start = t.Start
		}
		current.text = m.lex.Slice(current.start, t.End)
	}
	return nil, false
}

// part is one condition of a filter.
type part struct {
	first script.Token // that is no bracket
	start int
	text  string
}

// apply gives a dependency its constraint, the conditions on the version, and
// the scope that the others tell.
func apply(d *extract.Declaration, parts []part) {
	var room [4]string
	versions := room[:0]
	for i := range parts {
		p := &parts[i]
		switch {
		case p.first.Is(">") || p.first.Is("<") || p.first.Is("=") || p.first.Is("!") && strings.Contains(p.text, "="):
			versions = append(versions, spaced(p.text))
		case p.first.Is("with-test"):
			d.Scope = inventory.ScopeTest
		case p.first.Is("with-doc") || p.first.Is("with-dev-setup") || p.first.Is("with-tools"):
			d.Scope = inventory.ScopeDev
		case p.first.Is("build") && d.Scope == inventory.ScopeRuntime:
			d.Scope = inventory.ScopeBuild
		}
	}
	d.Constraint = strings.Join(versions, " & ")
}

// spaced makes all white space single blanks.
func spaced(text string) string {
	if !strings.ContainsAny(text, "\t\r\n") && !strings.Contains(text, "  ") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// pinDepends reads ["name.version" "where"].
func (m *manifest) pinDepends(line int) error {
	depth := 0
	name := ""
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("["):
			depth++
			name = ""
		case t.Is("]"):
			depth--
		case t.Kind == script.Text && name == "":
			name, _, _ = strings.Cut(t.Text, ".")
		case t.Kind == script.Text:
			m.pins[name] = t.Text
			name = ""
		}
		if depth <= 0 {
			return nil
		}
	}
	return m.unended(line)
}

func pinned(where string) inventory.Origin {
	if rest, ok := strings.CutPrefix(where, "git+"); ok {
		return inventory.Origin{Kind: inventory.OriginGit, Ref: strings.Replace(rest, "#", "@", 1)}
	}
	if strings.Contains(where, "://") {
		return inventory.Origin{Kind: inventory.OriginURL, Ref: where}
	}
	return inventory.Origin{Kind: inventory.OriginPath, Ref: where}
}
