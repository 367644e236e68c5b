// Package rockspec reads rockspecs, the manifests of LuaRocks. They are Lua
// programs, which are not executed: literal dependencies are read.
package rockspec

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/script"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads rockspecs.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes rockspecs.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "rockspec",
		Ecosystem: purl.LuaRocks,
		Role:      extract.Manifest,
		Files:     "*.rockspec",
		Scopes:    true,
	}
}

// Wants accepts files that end in ".rockspec".
func (Extractor) Wants(path string) bool { return strings.HasSuffix(path, ".rockspec") }

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{seen: map[string]bool{}}
	m.lex = script.New(string(in.Data), script.Syntax{
		Comments: []string{"--"}, Blocks: [][2]string{{"--[==[", "]==]"}, {"--[=[", "]=]"}, {"--[[", "]]"}}, Quotes: `"'`, Brackets: true,
	})
	err := m.read()
	if m.open > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf("%d dependencies are no literals: they are not listed, or without a constraint", m.open))
	}
	return m.file, err
}

// manifest is a rockspec being read.
type manifest struct {
	lex  *script.Lexer
	file extract.File
	seen map[string]bool
	open int
}

// read looks for the assignments at the top: name = value.
func (m *manifest) read() error {
	depth := 0
	var before script.Token
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("{") || t.Is("("):
			depth++
		case t.Is("}") || t.Is(")"):
			depth = max(depth-1, 0)
		case t.Is("=") && depth == 0 && before.Kind == script.Word:
			if err := m.assignment(before); err != nil {
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
		return errs.AtLine(m.lex.Line(), "a table does not end")
	}
	if !m.seen["package"] {
		return errs.AtLine(m.lex.Line(), "it names no package")
	}
	return nil
}

func (m *manifest) assignment(name script.Token) error {
	scope := inventory.ScopeUnknown
	switch name.Text {
	case "package":
	case "dependencies":
		scope = inventory.ScopeRuntime
	case "build_dependencies":
		scope = inventory.ScopeBuild
	case "test_dependencies":
		scope = inventory.ScopeTest
	default:
		return nil
	}
	if m.seen[name.Text] {
		m.file.Fault(name.Line, "%q stands twice", name.Text)
	}
	m.seen[name.Text] = true
	t := m.lex.Next()
	switch {
	case name.Text == "package":
		if t.Kind == script.Text {
			m.file.Name = t.Text
		}
	case t.Is("{"):
		return m.table(scope, t.Line)
	default:
		m.open++
	}
	return nil
}

// table reads the strings of a table and of the tables in it, which platforms
// have. What is joined to a string by ".." is no literal.
func (m *manifest) table(scope inventory.Scope, line int) error {
	depth := 1
	key := false // the string is a table's key: ["x"] = ...
	var before script.Token
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		switch {
		case t.Is("{"):
			depth++
		case t.Is("}"):
			if depth--; depth == 0 {
				return nil
			}
		case t.Is("["), t.Is("]"):
			key = t.Is("[")
		case t.Is(".") && before.Kind == script.Text:
			m.joined()
		case t.Kind == script.Text && !key:
			m.dependency(t, scope)
		}
		before = t
	}
	if err := m.lex.Err(); err != nil {
		return err
	}
	return errs.AtLine(line, "a table does not end")
}

// joined takes away the constraint of the dependency before "..".
func (m *manifest) joined() {
	if n := len(m.file.Declared); n > 0 {
		m.file.Declared[n-1].Constraint = ""
	}
	m.open++
}

// dependency reads "name >= 1.0, < 2". Lua itself is no rock.
func (m *manifest) dependency(t script.Token, scope inventory.Scope) {
	text := strings.TrimSpace(t.Text)
	end := strings.IndexAny(text, " \t\n<>=~!")
	if end < 0 {
		end = len(text)
	}
	name := text[:end]
	switch name {
	case "":
		m.file.Fault(t.Line, "%q names no package", t.Text)
	case "lua":
	default:
		m.file.Declared = append(m.file.Declared, extract.Declaration{
			Name: name, Constraint: strings.TrimSpace(text[end:]), Scope: scope, Line: t.Line,
		})
	}
}
