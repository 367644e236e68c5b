// Package gomod reads go.mod files, which pin the modules of a build by
// themselves: require, replace and exclude, and the standard library by the go
// and toolchain directives. It has its own reader instead of x/mod/modfile, which
// gives nothing at all of a file with one fault; a test holds the two together.
package gomod

import (
	"context"
	"fmt"
	"go/version"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/golang/directive"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads go.mod.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes go.mod.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "go.mod",
		Ecosystem: purl.Go,
		Role:      extract.Lock,
		Files:     "go.mod",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts go.mod in any folder.
func (Extractor) Wants(path string) bool {
	return path == "go.mod" || strings.HasSuffix(path, "/go.mod")
}

// Extract reads one go.mod.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	modules := len(in.Data) / bytesPerModule
	m := mod{replaced: map[module.Version]*replacement{}, required: make(map[string]int, modules)}
	m.file.Packages = make([]extract.Package, 0, modules)
	m.file.DirectKnown = true
	err := directive.Read(string(in.Data), &m.file, m.directive)
	if m.file.Name == "" && err == nil {
		m.file.Fault(1, "there is no module directive")
	}
	m.noteExclusions()
	m.replace()
	m.standardLibrary()
	return m.file, err
}

// bytesPerModule is what a module takes in real files, to make room at once.
const bytesPerModule = 50

// mod is a go.mod being read.
type mod struct {
	file      extract.File
	required  map[string]int // index in file.Packages by module path
	replaced  map[module.Version]*replacement
	replacing []*replacement // in the order of the file
	excluded  []module.Version
	language  statement
	toolchain statement
}

// statement is the argument of a directive that may stand once.
type statement struct {
	arg  string
	line int
}

// replacement is one replace directive; the old version is empty for all versions.
type replacement struct {
	old, new module.Version
	used     bool
}

func (m *mod) directive(d directive.Directive) {
	switch d.Verb {
	case "require":
		m.require(d)
	case "replace":
		m.addReplacement(d)
	case "exclude":
		m.exclude(d)
	case "module":
		once := statement{arg: m.file.Name}
		m.once(&once, d)
		m.file.Name = once.arg
	case "go":
		m.once(&m.language, d)
		if m.language.line == d.Line && !version.IsValid("go"+m.language.arg) {
			m.file.Fault(d.Line, "%q is not a Go version", m.language.arg)
		}
	case "toolchain":
		m.once(&m.toolchain, d)
		if m.toolchain.line == d.Line && m.toolchain.arg != "default" && m.toolchainVersion() == "" {
			m.file.Fault(d.Line, "%q is not a Go toolchain", m.toolchain.arg)
		}
	case "retract", "tool", "godebug", "ignore":
		// They name no dependencies: the modules of tools are required too.
	default:
		m.file.Fault(d.Line, "unknown directive %q", d.Verb)
	}
}

// once reads a directive of one argument that may stand only once.
func (m *mod) once(s *statement, d directive.Directive) {
	switch {
	case len(d.Args) != 1 || d.Args[0] == "":
		m.file.Fault(d.Line, "%q needs one argument", d.Verb)
	case s.arg != "":
		m.file.Fault(d.Line, "%q stands twice", d.Verb)
	default:
		*s = statement{d.Args[0], d.Line}
	}
}

// require adds a package. Of a module that is required twice the build uses the
// higher version.
func (m *mod) require(d directive.Directive) {
	if len(d.Args) != 2 || d.Args[0] == "" {
		m.file.Fault(d.Line, "%q needs a module and a version", d.Verb)
		return
	}
	p := extract.Package{
		Name:    d.Args[0],
		Version: m.version(d.Args[1], d.Line),
		Direct:  !indirect(d.Comment),
		Scope:   inventory.ScopeRuntime,
		Line:    d.Line,
	}
	if p.Direct {
		p.Declared = []string{d.Args[1]}
	}
	at, twice := m.required[p.Name]
	if !twice {
		m.required[p.Name] = len(m.file.Packages)
		m.file.Packages = append(m.file.Packages, p)
		return
	}
	first := m.file.Packages[at]
	if semver.Compare(p.Version, first.Version) > 0 {
		first, p = p, first
	}
	first.Direct = first.Direct || p.Direct
	m.file.Packages[at] = first
	m.note("%s is required twice, the build uses %s and not %s", p.Name, first.Version, p.Version)
}

// version returns v as modules write it, or nothing for what is no version: a
// branch that the next go command resolves.
func (m *mod) version(v string, line int) string {
	canonical := module.CanonicalVersion(v)
	if canonical == "" {
		m.file.Fault(line, "%q is not a version", v)
	}
	return canonical
}

// indirect follows x/mod: the comment is "indirect" or starts with "indirect;".
func indirect(comment string) bool {
	comment = strings.TrimSpace(comment)
	return comment == "indirect" || strings.HasPrefix(comment, "indirect; ") || strings.HasPrefix(comment, "indirect;\t")
}

func (m *mod) exclude(d directive.Directive) {
	if len(d.Args) != 2 || d.Args[0] == "" {
		m.file.Fault(d.Line, "%q needs a module and a version", d.Verb)
		return
	}
	if v := m.version(d.Args[1], d.Line); v != "" {
		m.excluded = append(m.excluded, module.Version{Path: d.Args[0], Version: v})
	}
}

// noteExclusions is called while the versions still have their "v".
func (m *mod) noteExclusions() {
	for _, v := range m.excluded {
		at, ok := m.required[v.Path]
		if ok && m.file.Packages[at].Version == v.Version {
			m.note("%s is excluded and yet required: the build uses a later version", describe(v))
			continue
		}
		m.note("%s is excluded, which changes no required version", describe(v))
	}
}

// addReplacement reads "old [version] => new [version]".
func (m *mod) addReplacement(d directive.Directive) {
	r := &replacement{}
	args := d.Args
	if len(args) > 0 {
		r.old.Path, args = args[0], args[1:]
	}
	if len(args) > 0 && args[0] != "=>" {
		r.old.Version, args = m.version(args[0], d.Line), args[1:]
		if r.old.Version == "" {
			return
		}
	}
	if len(args) < 2 || len(args) > 3 || args[0] != "=>" || args[1] == "" {
		m.file.Fault(d.Line, "%q needs a module, \"=>\" and a module with its version or a folder", d.Verb)
		return
	}
	r.new.Path = args[1]
	if len(args) == 3 {
		r.new.Version = m.version(args[2], d.Line)
	}
	if folder := modfile.IsDirectoryPath(r.new.Path); folder == (len(args) == 3) {
		m.file.Fault(d.Line, "the replacement %q must be a module with its version or a folder without", r.new.Path)
		return
	}
	if before := m.replaced[r.old]; before != nil {
		if before.new != r.new {
			m.file.Fault(d.Line, "%q is replaced twice", r.old.String())
		}
		return
	}
	m.replaced[r.old] = r
	m.replacing = append(m.replacing, r)
}

// replace applies the replacements to the packages and gives the versions their
// form in advisories, without "v".
func (m *mod) replace() {
	for i := range m.file.Packages {
		p := &m.file.Packages[i]
		old := module.Version{Path: p.Name, Version: p.Version}
		r := m.replaced[old]
		if r == nil {
			r = m.replaced[module.Version{Path: p.Name}]
		}
		if r != nil {
			m.substitute(p, r)
		}
		p.Version = strings.TrimPrefix(p.Version, "v")
	}
	for _, r := range m.replacing {
		if !r.used {
			m.note("the replacement of %s applies to no required version", describe(r.old))
		}
	}
}

func (m *mod) substitute(p *extract.Package, r *replacement) {
	r.used = true
	old := module.Version{Path: p.Name, Version: p.Version}
	p.Declared = []string{describe(old)}
	m.note("%s is replaced by %s", describe(old), describe(r.new))
	if modfile.IsDirectoryPath(r.new.Path) {
		p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: r.new.Path}
		return
	}
	p.Name, p.Version = r.new.Path, r.new.Version
}

// firstToolchain is the first release whose go directive names the least
// toolchain; before, it names a version of the language.
const firstToolchain = "go1.21"

// fullList is the first release whose go.mod lists all modules of the build.
const fullList = "go1.17"

// standardLibrary adds the standard library in the version that the go command
// selects: the later one of the go and toolchain directives.
func (m *mod) standardLibrary() {
	language := "go" + m.language.arg
	if version.Compare(language, fullList) < 0 {
		m.note("before go 1.17 a go.mod lists only some of the indirect modules")
	}
	p := extract.Package{Name: "stdlib", Direct: true, Scope: inventory.ScopeRuntime}
	if version.Compare(language, firstToolchain) >= 0 {
		p.Version, p.Line = m.language.arg, m.language.line
		p.Declared = append(p.Declared, "go "+m.language.arg)
	}
	if toolchain := m.toolchainVersion(); toolchain != "" {
		p.Declared = append(p.Declared, "toolchain "+m.toolchain.arg)
		if version.Compare(toolchain, language) > 0 || p.Version == "" {
			p.Version, p.Line = strings.TrimPrefix(toolchain, "go"), m.toolchain.line
		}
	}
	if p.Version == "" {
		m.note("the standard library is left out: only since go 1.21 does the go directive name a toolchain")
		return
	}
	m.file.Packages = append(m.file.Packages, p)
}

// toolchainVersion is the release that the toolchain directive names, such as
// "go1.22.3" for "go1.22.3-custom", or nothing.
func (m *mod) toolchainVersion() string {
	release, _, _ := strings.Cut(m.toolchain.arg, "-")
	if !version.IsValid(release) {
		return ""
	}
	return release
}

func (m *mod) note(format string, args ...any) {
	m.file.Notes = append(m.file.Notes, fmt.Sprintf(format, args...))
}

func describe(v module.Version) string {
	if v.Version == "" {
		return v.Path
	}
	return v.Path + " " + v.Version
}
