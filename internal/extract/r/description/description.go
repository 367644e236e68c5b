// Package description reads DESCRIPTION, the manifest of R's packages and
// projects.
package description

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads DESCRIPTION.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes DESCRIPTION.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "DESCRIPTION",
		Ecosystem: purl.CRAN,
		Role:      extract.Manifest,
		Files:     "DESCRIPTION",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts DESCRIPTION in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "DESCRIPTION"
}

// Extract reads one manifest. Other files have the name too: one without any
// field of an R package is none.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := &manifest{seen: map[string]bool{}, remotes: map[string]inventory.Origin{}}
	text := string(in.Data)
	m.file.Declared = make([]extract.Declaration, 0, lines.Room(text))
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		m.line(line, r.Number())
	}
	m.flush()
	if !m.ofR {
		return extract.File{Notes: []string{"it has no field of an R package"}}, nil
	}
	m.finish()
	return m.file, nil
}

// manifest is a DESCRIPTION being read.
type manifest struct {
	file     extract.File
	ofR      bool
	field    string
	seen     map[string]bool
	item     string // a package that may go on in the next line
	itemLine int
	remotes  map[string]inventory.Origin // by the package's name
	built    int                         // packages that R itself brings
	needs    int                         // fields of further needs
}

// line reads "Field: value", or a line that goes on with the field above it.
func (m *manifest) line(line string, number int) {
	text := strings.TrimSpace(line)
	switch {
	case text == "" || text[0] == '#':
	case line[0] == ' ' || line[0] == '\t':
		m.value(text, number)
	default:
		m.flush()
		name, value, ok := strings.Cut(text, ":")
		if m.field = name; !ok || strings.ContainsAny(name, " \t<>=") {
			m.field = ""
			m.file.Fault(number, "%.80q is not a field", text)
			return
		}
		m.head(name, number)
		m.value(strings.TrimSpace(value), number)
	}
}

func (m *manifest) head(name string, number int) {
	_, dependencies := scopeOf(name)
	m.ofR = m.ofR || dependencies || name == "Package" || name == "Type"
	if m.seen[name] {
		m.file.Fault(number, "the field %q stands twice", name)
	}
	m.seen[name] = true
	if strings.HasPrefix(name, "Config/Needs/") {
		m.needs++
	}
}

// scopeOf is the scope of a field's packages. Those that are suggested need not be
// there, and those that are enhanced are not asked for.
func scopeOf(field string) (inventory.Scope, bool) {
	switch field {
	case "Depends", "Imports", "LinkingTo":
		return inventory.ScopeRuntime, true
	case "Suggests":
		return inventory.ScopeOptional, true
	case "Enhances":
		return inventory.ScopePeer, true
	}
	return inventory.ScopeUnknown, false
}

// value reads a line of a field's value; lists of packages have commas.
func (m *manifest) value(text string, number int) {
	_, dependencies := scopeOf(m.field)
	switch {
	case m.field == "Package":
		m.file.Name = text
	case dependencies || m.field == "Remotes":
		m.items(text, number)
	}
}

func (m *manifest) items(text string, number int) {
	for {
		part, rest, more := strings.Cut(text, ",")
		if part = strings.TrimSpace(part); part != "" {
			if m.item == "" {
				m.item, m.itemLine = part, number
			} else if len(m.item) < 1000 { // none is that long
				m.item += " " + part
			}
		}
		if !more {
			return
		}
		m.flush()
		text = rest
	}
}

// flush reads one package of a list.
func (m *manifest) flush() {
	item := m.item
	m.item = ""
	if item == "" {
		return
	}
	if m.field == "Remotes" {
		m.remote(item)
		return
	}
	scope, _ := scopeOf(m.field)
	name, constraint, ok := split(item)
	switch {
	case !ok:
		m.file.Fault(m.itemLine, "%.80q is not a package with its constraint", item)
	case name == "R":
	case isBuilt(name):
		m.built++
	default:
		m.file.Declared = append(m.file.Declared, extract.Declaration{Name: name, Constraint: constraint, Scope: scope, Line: m.itemLine})
	}
}

// split reads "name" or "name (>= 1.0)".
func split(item string) (name, constraint string, ok bool) {
	name, rest, found := strings.Cut(item, "(")
	name = strings.TrimSpace(name)
	if found {
		rest, ok = strings.CutSuffix(strings.TrimSpace(rest), ")")
		if constraint = strings.TrimSpace(rest); strings.Contains(constraint, "  ") || strings.Contains(constraint, "\t") {
			constraint = strings.Join(strings.Fields(rest), " ")
		}
		if !ok || constraint == "" || !strings.ContainsAny(constraint[:1], "<>=!") {
			return "", "", false
		}
	}
	return name, constraint, name != "" && !strings.ContainsFunc(name, notOfName)
}

func notOfName(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '_')
}

// isBuilt tells whether R itself brings a package, which no repository has.
func isBuilt(name string) bool {
	switch name {
	case "base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines", "stats", "stats4", "tcltk", "tools", "utils":
		return true
	}
	return false
}

// hosts are where the kinds of remotes are.
var hosts = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"} //nolint:gochecknoglobals // a table

// remote reads where a package is that no repository has: "user/repo@ref",
// "name=gitlab::user/repo", "url::https://…", "local::path".
func (m *manifest) remote(item string) {
	name, rest, named := strings.Cut(item, "=")
	if !named || strings.ContainsAny(name, ":/") {
		name, rest = "", item
	}
	kind, where, typed := strings.Cut(rest, "::")
	if !typed {
		kind, where = "github", rest
	}
	place, ref, _ := strings.Cut(where, "@")
	place, _, _ = strings.Cut(place, "#") // a pull request
	if name == "" {
		name = strings.TrimSuffix(place[strings.LastIndexByte(place, '/')+1:], ".git")
	}
	origin := inventory.Origin{Kind: inventory.OriginGit, Ref: where}
	switch kind {
	case "github", "gitlab", "bitbucket":
		origin.Ref = "https://" + hosts[kind] + "/" + place + ".git"
		if ref != "" {
			origin.Ref += "@" + ref
		}
	case "git":
	case "url":
		origin.Kind = inventory.OriginURL
	case "local":
		origin.Kind = inventory.OriginPath
	default:
		return // another repository of the same kind, such as Bioconductor
	}
	m.remotes[strings.TrimSpace(name)] = origin
}

func (m *manifest) finish() {
	for i := range m.file.Declared {
		if len(m.remotes) == 0 {
			break
		}
		d := &m.file.Declared[i]
		d.Origin = m.remotes[d.Name]
	}
	m.note(m.built, "%d packages come with R itself and are not listed")
	m.note(m.needs, "%d fields of Config/Needs, for the project's own development, are not listed")
}

func (m *manifest) note(n int, format string) {
	if n > 0 {
		m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, n))
	}
}
