// Package cpanfile reads cpanfile, the manifest of Perl's applications. It is a
// Perl script, which is not executed: calls with literal arguments are read, in
// whichever branch they stand.
package cpanfile

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cpan/moduleindex"
	"github.com/assay-sca/assay/internal/extract/script"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads cpanfile.
type Extractor struct{}

var _ extract.Joiner = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes cpanfile.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "cpanfile",
		Ecosystem: purl.CPAN,
		Role:      extract.Manifest,
		Files:     "cpanfile",
		Scopes:    true,
	}
}

// Wants accepts cpanfile in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "cpanfile"
}

// Extract reads one manifest. Its dependencies are named by modules.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{frames: []frame{{scope: inventory.ScopeRuntime}}}
	m.lex = script.New(code(string(in.Data)), script.Syntax{Comments: []string{"#"}, Quotes: `"'`, Word: ":."})
	err := m.read()
	m.note(m.unnamed, "%d dependencies have names that are no literals: they are not listed")
	m.note(m.open, "%d dependencies have constraints that are no literals: their constraint is unknown")
	return m.file, err
}

// Needs names the snapshot beside a cpanfile.
func (Extractor) Needs(name string, _ extract.File) []string {
	return []string{path.Join(path.Dir(name), "cpanfile.snapshot")}
}

// Join names the dependencies by the distributions of the snapshot that have the
// modules. What Perl itself brings is in none.
func (Extractor) Join(file extract.File, needed []extract.File) extract.File {
	index, ok := needed[0].Basis.(moduleindex.Index)
	if !ok {
		return file
	}
	declared := make([]extract.Declaration, 0, len(file.Declared))
	own, core := 0, 0
	for _, d := range file.Declared {
		p, found := index[d.Name]
		switch {
		case found:
			if d.Name != p.Distribution {
				d.Name, d.Alias = p.Distribution, d.Name
			}
			if d.Constraint != "" && p.Version != p.Release {
				d.Constraint = ""
				own++
			}
		case isCore(d.Name):
			core++
			continue
		}
		declared = append(declared, d)
	}
	m := manifest{file: file}
	m.file.Declared = declared
	m.file.Notes = file.Notes[:len(file.Notes):len(file.Notes)]
	m.note(core, "%d modules come with Perl itself and are not listed")
	m.note(own, "%d constraints are on modules with versions of their own, which the snapshot's distributions do not have")
	return m.file
}

// code takes out what is no code: documentation, from a line like "=head1" to
// "=cut", and what follows "__END__". Lines keep their numbers.
func code(text string) string {
	if !strings.Contains(text, "\n=") && !strings.HasPrefix(text, "=") && !strings.Contains(text, "__") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	inside := false
	for line := range strings.Lines(text) {
		word := strings.TrimSpace(line)
		if word == "__END__" || word == "__DATA__" {
			break
		}
		begins := len(line) > 1 && line[0] == '=' && (line[1]|0x20) >= 'a' && (line[1]|0x20) <= 'z'
		if inside || begins {
			inside = !strings.HasPrefix(line, "=cut")
			b.WriteByte('\n')
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

// manifest is a cpanfile being read.
type manifest struct {
	lex           *script.Lexer
	file          extract.File
	frames        []frame
	unnamed, open int
}

// frame is a block that is open: the scope of what stands in it.
type frame struct {
	scope inventory.Scope
	line  int
}

func (m *manifest) note(n int, format string) {
	if n > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, n))
	}
}

func (m *manifest) read() error {
	for t := m.lex.Next(); t.Kind != script.End; t = m.lex.Next() {
		scope := m.frames[len(m.frames)-1].scope
		switch {
		case t.Is("{"):
			m.frames = append(m.frames, frame{scope, t.Line})
		case t.Is("}"):
			if len(m.frames) > 1 {
				m.frames = m.frames[:len(m.frames)-1]
			}
		case t.Kind != script.Word:
		case t.Text == "on" || t.Text == "feature":
			m.block(t)
		default:
			if s, ok := scopeOf(t.Text, scope); ok {
				m.call(t, s)
			}
		}
	}
	if n := len(m.frames); n > 1 && m.lex.Err() == nil {
		return errs.AtLine(m.frames[n-1].line, "a block does not end")
	}
	return m.lex.Err()
}

// scopeOf is the scope of what a call declares within a block's scope.
func scopeOf(call string, within inventory.Scope) (inventory.Scope, bool) {
	switch call {
	case "requires":
		return within, true
	case "recommends", "suggests":
		if within == inventory.ScopeRuntime {
			return inventory.ScopeOptional, true
		}
		return within, true
	case "test_requires":
		return inventory.ScopeTest, true
	case "build_requires", "configure_requires":
		return inventory.ScopeBuild, true
	case "author_requires":
		return inventory.ScopeDev, true
	}
	return inventory.ScopeUnknown, false
}

// block reads on 'test' => sub { and feature 'name', 'description' => sub {.
func (m *manifest) block(first script.Token) {
	f := frame{m.frames[len(m.frames)-1].scope, first.Line}
	if first.Text == "feature" {
		f.scope = inventory.ScopeOptional
	}
	for t := m.lex.Next(); t.Kind != script.End && !t.Is(";"); t = m.lex.Next() {
		switch {
		case t.Is("{"):
			m.frames = append(m.frames, f)
			return
		case first.Text == "on" && (t.Kind == script.Text || t.Kind == script.Word):
			f.scope = phase(t.Text, f.scope)
		}
	}
}

func phase(name string, other inventory.Scope) inventory.Scope {
	switch name {
	case "runtime":
		return inventory.ScopeRuntime
	case "test":
		return inventory.ScopeTest
	case "configure", "build":
		return inventory.ScopeBuild
	case "develop":
		return inventory.ScopeDev
	}
	return other
}

// call reads the arguments of requires and the like: a module, a constraint, and
// where else it comes from.
func (m *manifest) call(first script.Token, scope inventory.Scope) {
	args := m.arguments()
	if len(args) == 0 || !args[0].literal || args[0].text == "" {
		m.unnamed++
		return
	}
	d := extract.Declaration{Name: args[0].text, Scope: scope, Line: first.Line}
	if d.Name == "perl" {
		return
	}
	for i := 1; i < len(args); i++ {
		switch a := args[i]; {
		case i+1 < len(args) && m.option(&d, a.text, args[i+1]):
			i++
		case i == 1 && a.literal:
			d.Constraint = constraint(a.text)
		case i == 1:
			m.open++
		}
	}
	m.file.Declared = append(m.file.Declared, d)
}

// constraint is a version as cpanfile means it: one without an operator is the
// least that will do.
func constraint(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case text == "0" || text == "":
		return ""
	case text[0] >= '0' && text[0] <= '9' || text[0] == 'v':
		return ">= " + text
	}
	return text
}

// option reads git => 'url', ref => 'commit' and the like.
func (m *manifest) option(d *extract.Declaration, key string, value argument) bool {
	switch key {
	case "git":
		d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: value.text}
	case "url", "dist":
		if strings.Contains(value.text, "://") {
			d.Origin = inventory.Origin{Kind: inventory.OriginURL, Ref: value.text}
		}
	case "path":
		d.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: value.text}
	case "ref", "branch", "tag":
		if d.Origin.Kind == inventory.OriginGit && value.text != "" {
			d.Origin.Ref += "@" + value.text
		}
	case "mirror", "features":
	default:
		return false
	}
	return true
}
