// Package gemfile reads Gemfile, the manifest of Bundler, also named gems.rb. It
// is a Ruby script, which is not executed: calls with literal arguments are read,
// in whichever branch they stand.
package gemfile

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/rubycall"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Gemfile.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Gemfile.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Gemfile",
		Ecosystem: purl.RubyGems,
		Role:      extract.Manifest,
		Files:     "Gemfile, gems.rb",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts Gemfile and gems.rb in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return base == "Gemfile" || base == "gems.rb"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{frames: []frame{{}}}
	r := rubycall.New(string(in.Data))
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		m.call(&c)
	}
	m.note(m.unnamed, "%d calls of gem have names that are no literals: they are not listed")
	m.note(m.open, "%d dependencies have constraints that are no literals: their constraint is unknown")
	m.note(m.gemspecs, "the dependencies of %d gemspecs are declared there")
	m.note(m.evaluated, "%d further files are evaluated, which is not followed")
	return m.file, r.Err()
}

// manifest is a Gemfile being read.
type manifest struct {
	file                               extract.File
	frames                             []frame
	unnamed, open, gemspecs, evaluated int
}

// frame is what the blocks around a call say.
type frame struct {
	groups   []string
	optional bool
	origin   inventory.Origin
}

func (m *manifest) note(n int, format string) {
	if n > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, n))
	}
}

func (m *manifest) call(c *rubycall.Call) {
	if c.Close {
		if len(m.frames) > 1 {
			m.frames = m.frames[:len(m.frames)-1]
		}
		return
	}
	if c.Receiver == "" && !c.Assigned {
		switch c.Name {
		case "gem":
			m.gem(c)
		case "gemspec":
			m.gemspecs++
		case "eval_gemfile", "instance_eval", "eval":
			m.evaluated++
		}
	}
	if c.Opens {
		m.frames = append(m.frames, m.inside(c))
	}
}

// inside is the frame of a block.
func (m *manifest) inside(c *rubycall.Call) frame {
	f := m.frames[len(m.frames)-1]
	switch c.Name {
	case "group", "groups":
		f.groups = append([]string(nil), f.groups...)
		for _, v := range c.Args {
			if v.Key == "" {
				texts, _ := v.Texts()
				f.groups = append(f.groups, texts...)
			}
		}
		if v, ok := c.Key("optional"); ok && v.Text == "true" {
			f.optional = true
		}
	case "git", "github", "path", "gist", "bitbucket":
		if len(c.Args) > 0 && c.Args[0].Literal {
			f.origin = origin(c.Name, c.Args[0].Text, c)
		}
	}
	return f
}

func (m *manifest) gem(c *rubycall.Call) {
	if len(c.Args) == 0 || !c.Args[0].Literal || c.Args[0].List || c.Args[0].Text == "" || c.Args[0].Key != "" {
		m.unnamed++
		return
	}
	f := m.frames[len(m.frames)-1]
	d := extract.Declaration{Name: c.Args[0].Text, Origin: f.origin, Line: c.Line}
	constraint, literal := c.Constraints()
	if d.Constraint = constraint; !literal {
		d.Constraint = ""
		m.open++
	}
	groups := f.groups
	for _, key := range []string{"group", "groups"} {
		if v, ok := c.Key(key); ok {
			texts, _ := v.Texts()
			groups = append(groups[:len(groups):len(groups)], texts...)
		}
	}
	d.Scope = scope(groups, f.optional)
	for _, kind := range []string{"git", "github", "path", "gist", "bitbucket"} {
		if v, ok := c.Key(kind); ok {
			d.Origin = origin(kind, v.Text, c)
		}
	}
	m.file.Declared = append(m.file.Declared, d)
}

// scope is the widest that one of the groups has. Bundler knows no meaning of
// groups; all but development and test are taken as what runs.
func scope(groups []string, optional bool) inventory.Scope {
	if len(groups) == 0 {
		return inventory.ScopeRuntime
	}
	widest := inventory.ScopeUnknown
	for _, g := range groups {
		switch g {
		case "development", "dev":
			widest = widest.Wider(inventory.ScopeDev)
		case "test", "tests":
			widest = widest.Wider(inventory.ScopeTest)
		default:
			if optional {
				widest = widest.Wider(inventory.ScopeOptional)
			} else {
				widest = inventory.ScopeRuntime
			}
		}
	}
	return widest
}

// origin is where a gem comes from; a place that is no literal is unknown.
func origin(kind, where string, c *rubycall.Call) inventory.Origin {
	if kind == "path" {
		return inventory.Origin{Kind: inventory.OriginPath, Ref: where}
	}
	switch kind {
	case "github", "bitbucket":
		host := map[string]string{"github": "github.com", "bitbucket": "bitbucket.org"}[kind]
		if where != "" && !strings.Contains(where, "://") {
			if !strings.Contains(where, "/") {
				where += "/" + where
			}
			where = "https://" + host + "/" + where + ".git"
		}
	case "gist":
		where = "https://gist.github.com/" + where + ".git"
	}
	for _, key := range []string{"ref", "tag", "branch"} {
		if v, ok := c.Key(key); ok && v.Text != "" {
			return inventory.Origin{Kind: inventory.OriginGit, Ref: where + "@" + v.Text}
		}
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: where}
}
