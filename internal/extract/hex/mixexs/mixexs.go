// Package mixexs reads mix.exs: what an Elixir project asks for. The script is
// never run: only what it writes literally is known.
package mixexs

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/hex/term"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads mix.exs.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes mix.exs.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "mix.exs",
		Ecosystem: purl.Hex,
		Role:      extract.Manifest,
		Files:     "mix.exs",
		Scopes:    true,
	}
}

// Wants accepts mix.exs in any folder.
func (Extractor) Wants(path string) bool {
	return path == "mix.exs" || strings.HasSuffix(path, "/mix.exs")
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := manifest{r: term.NewElixir(string(in.Data))}
	err := m.read()
	if len(m.calls) > 0 {
		m.file.Notes = append(m.file.Notes, "what these functions give is not known: "+strings.Join(m.calls, ", "))
	}
	if err == nil && !m.module {
		err = errs.AtLine(1, "no module is defined here")
	}
	return m.file, err
}

// manifest is a mix.exs being read.
type manifest struct {
	file   extract.File
	r      *term.Reader
	module bool
	deps   bool     // the function that is being read lists dependencies
	depth  int      // of the square brackets in it
	open   int      // line of the first of them
	calls  []string // functions called there
}

func (m *manifest) read() error {
	for {
		token := m.r.Next()
		var err error
		switch token.Kind {
		case term.EndToken:
			return m.end()
		case term.WordToken:
			err = m.word(token.Text)
		case term.KeyToken:
			err = m.key(token.Text)
		case term.SignToken:
			if m.deps {
				err = m.sign(token)
			}
		}
		if err != nil {
			return err
		}
	}
}

// sign follows the list that a function of dependencies returns.
func (m *manifest) sign(token term.Token) error {
	switch token.Text {
	case "{":
		return m.tuple(token)
	case "[":
		if m.depth++; m.depth == 1 {
			m.open = token.Line
		}
	case "]":
		m.depth--
	}
	return nil
}

func (m *manifest) end() error {
	if err := m.r.Err(); err != nil || !m.deps || m.depth <= 0 {
		return err
	}
	return errs.AtLine(m.open, "the file ends within the list that begins here")
}

// word follows which function is being read.
func (m *manifest) word(text string) error {
	next := m.r.Peek()
	switch text {
	case "defmodule":
		m.module = true
		return nil
	case "def", "defp", "defmacro", "defmacrop":
		m.deps = (next.Kind == term.WordToken || next.Kind == term.KeyToken) && listsDeps(next.Text)
		if m.depth = 0; m.deps {
			m.r.Next()
		}
		return nil
	}
	switch {
	case strings.HasPrefix(text, "@") && listsDeps(text) && next.Text == "[":
		return m.list()
	case m.deps && next.Kind == term.SignToken && next.Text == "(" && !strings.Contains(text, "."):
		if !slices.Contains(m.calls, text) && len(m.calls) < 10 && !slices.Contains(keywords[:], text) {
			m.calls = append(m.calls, text)
		}
	}
	return nil
}

// keywords look like calls before a bracket.
var keywords = [...]string{"if", "unless", "case", "cond", "fn", "not", "and", "or", "in"}

// listsDeps tells from its name whether a function or attribute lists dependencies.
func listsDeps(name string) bool {
	name = strings.TrimPrefix(name, "@")
	return name == "deps" || strings.HasSuffix(name, "_deps") || strings.HasPrefix(name, "deps_") || name == "dependencies"
}

// key reads the fields of the project.
func (m *manifest) key(name string) error {
	next := m.r.Peek()
	switch {
	case name == "app" && next.Kind == term.AtomToken && m.file.Name == "":
		m.file.Name = next.Text
	case name == "apps_path" && next.Kind == term.TextToken && next.Text != "":
		m.file.Members = append(m.file.Members, path.Join(next.Text, "*"))
	case name == "deps" && next.Kind == term.SignToken && next.Text == "[":
		return m.list()
	}
	return nil
}

// list reads dependencies that stand where they are used.
func (m *manifest) list() error {
	list, err := m.r.Rest(m.r.Next())
	for _, item := range list.Items {
		m.dependency(item)
	}
	return err
}

func (m *manifest) tuple(open term.Token) error {
	t, err := m.r.Rest(open)
	m.dependency(t)
	return err
}

// dependency reads {:name, "constraint", options} and {:name, options}.
func (m *manifest) dependency(t term.Term) {
	name := t.Item(0)
	if t.Kind != term.Tuple || name.Kind != term.Atom || name.Text == "" || len(t.Items) < 2 {
		return
	}
	d := extract.Declaration{Name: name.Text, Line: t.Line, Scope: inventory.ScopeRuntime}
	options := t
	switch second := t.Item(1); {
	case second.Key != "":
	case second.Kind == term.List:
		options = second
	case second.Kind == term.Text || second.Kind == term.Other:
		d.Constraint = second.Text
	default:
		return
	}
	if third := t.Item(2); third.Kind == term.List && third.Key == "" {
		options = third
	}
	scope(&d, options)
	origin(&d, options)
	m.file.Declared = append(m.file.Declared, d)
}

func scope(d *extract.Declaration, options term.Term) {
	if v, ok := options.Get("runtime"); ok && v.Text == "false" {
		d.Scope = inventory.ScopeBuild
	}
	if v, ok := options.Get("optional"); ok && v.Text == "true" {
		d.Scope = inventory.ScopeOptional
	}
	only, ok := options.Get("only")
	if !ok {
		return
	}
	environments := only.Items
	if only.Kind == term.Atom {
		environments = []term.Term{only}
	}
	widest := inventory.ScopeUnknown
	for _, e := range environments {
		switch {
		case e.Kind == term.Atom && e.Text == "test":
			widest = widest.Wider(inventory.ScopeTest)
		case e.Kind == term.Atom && (e.Text == "dev" || e.Text == "docs" || e.Text == "lint"):
			widest = widest.Wider(inventory.ScopeDev)
		default:
			return // production, or an environment of the project's own
		}
	}
	if widest != inventory.ScopeUnknown {
		d.Scope = widest
	}
}

// origin reads where the package is from, and its name there.
func origin(d *extract.Declaration, options term.Term) {
	if v, ok := options.Get("hex"); ok && v.Text != "" && v.Text != d.Name && (v.Kind == term.Atom || v.Kind == term.Text) {
		d.Name, d.Alias = v.Text, d.Name
	}
	if v, ok := options.Get("github"); ok {
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: "https://github.com/" + strings.TrimSuffix(v.Text, ".git") + ".git"}
	}
	if v, ok := options.Get("git"); ok {
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: v.Text}
	}
	if d.Origin.Kind == inventory.OriginGit {
		for _, key := range [...]string{"ref", "tag", "branch"} {
			if v, ok := options.Get(key); ok && v.Text != "" {
				d.Origin.Ref += "@" + v.Text
				break
			}
		}
	}
	if v, ok := options.Get("path"); ok {
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: v.Text}
	}
	if v, ok := options.Get("in_umbrella"); ok && v.Text == "true" {
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: "../" + d.Name}
	}
}
