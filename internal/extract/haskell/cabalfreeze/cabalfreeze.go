// Package cabalfreeze reads cabal.project.freeze, what Haskell's cabal pinned.
package cabalfreeze

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads cabal.project.freeze.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes cabal.project.freeze.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "cabal.project.freeze",
		Ecosystem: purl.Hackage,
		Role:      extract.Lock,
		Files:     "cabal.project.freeze",
		Manifests: []string{"cabal", "cabal.project"},
		Real:      true,
	}
}

// Wants accepts the freeze file of cabal.project and of the like, such as
// cabal.project.ghc9.freeze, in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return len(base) >= len("cabal.project.freeze") && strings.HasPrefix(base, "cabal.project.") &&
		strings.HasSuffix(base, ".freeze")
}

// Extract reads one file. It does not tell what the project itself asks for, nor
// what needs what.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	pins := min(strings.Count(text, "=="), len(text)/16)
	f := freeze{versions: make(map[string]string, pins)}
	f.file.Packages = make([]extract.Package, 0, pins)
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		f.line(line, r.Number())
	}
	f.flush()
	f.file.Partial = !f.pins // written by hand, to keep the state of the index only
	if len(f.file.Packages) == 0 && !f.fields {
		return f.file, errs.AtLine(max(r.Number(), 1), "there is no field of a cabal project")
	}
	return f.file, nil
}

// freeze is a cabal.project.freeze being read.
type freeze struct {
	file        extract.File
	fields      bool // a field was seen
	constraints bool // the field being read is that of constraints
	pins        bool // there was such a field
	versions    map[string]string
	item        string // a constraint that may go on
	itemLine    int
}

// line reads "field: value" or a line that goes on with the field above it.
func (f *freeze) line(line string, number int) {
	text := strings.TrimSpace(line)
	if text == "" || strings.HasPrefix(text, "--") {
		return
	}
	if line[0] != ' ' && line[0] != '\t' {
		name, value, ok := strings.Cut(text, ":")
		if !ok || strings.ContainsAny(name, ",=<>") {
			// The beginning of a section, such as "package name", has no colon.
			f.flush()
			f.constraints = false
			if !isSection(text) {
				f.file.Fault(number, "%.80q is not a field", text)
			}
			return
		}
		f.flush()
		f.fields = true
		f.constraints = strings.EqualFold(strings.TrimSpace(name), "constraints")
		f.pins = f.pins || f.constraints
		text = strings.TrimSpace(value)
	}
	if !f.constraints {
		return
	}
	f.items(text, number)
}

// isSection tells whether a line begins a section of a project.
func isSection(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	switch word {
	case "package", "program-options", "source-repository-package", "repository", "if", "elif", "else", "program-locations", "haddock", "install-dirs":
		return true
	}
	return false
}

// items splits a line of constraints at its commas.
func (f *freeze) items(text string, number int) {
	for {
		part, rest, more := strings.Cut(text, ",")
		if part = strings.TrimSpace(part); part != "" {
			if f.item == "" {
				f.item, f.itemLine = part, number
			} else if len(f.item) < 1000 { // no constraint is that long
				f.item += " " + part
			}
		}
		if !more {
			return
		}
		f.flush()
		text = rest
	}
}

// flush reads one constraint: "any.name ==1.2.3", "name +flag -flag", "name
// installed".
func (f *freeze) flush() {
	item := f.item
	f.item = ""
	if item == "" {
		return
	}
	name, constraint := item, ""
	if n := strings.IndexAny(item, " \t=<>^"); n >= 0 {
		name, constraint = item[:n], strings.TrimSpace(item[n:])
	}
	name = unqualified(name)
	if name == "" {
		f.file.Fault(f.itemLine, "%.80q is not a constraint", item)
		return
	}
	version, pinned := strings.CutPrefix(constraint, "==")
	if version = strings.TrimSpace(version); !pinned {
		f.unpinned(name, constraint)
		return
	}
	if version == "" || strings.ContainsAny(version, " *|&<>=") {
		f.add(extract.Package{Name: name, Declared: []string{constraint}, Line: f.itemLine})
		return
	}
	f.add(extract.Package{Name: name, Version: version, Line: f.itemLine})
}

// unqualified takes off what a constraint is limited to: "any.name",
// "setup.name", "parent:setup.name".
func unqualified(name string) string {
	if _, after, ok := strings.Cut(name, ":"); ok {
		name = after
	}
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	return name
}

// unpinned lists what has only a range, or is what the compiler brings. Flags pin
// nothing, and their packages are named for themselves.
func (f *freeze) unpinned(name, constraint string) {
	if constraint != "installed" && (constraint == "" || !strings.ContainsAny(constraint[:1], "<>^")) {
		return
	}
	f.add(extract.Package{Name: name, Declared: []string{constraint}, Line: f.itemLine})
}

// add lists a package. The same version may be pinned for several uses of it.
func (f *freeze) add(p extract.Package) {
	before, twice := f.versions[p.Name]
	if twice && before == p.Version {
		return
	}
	f.versions[p.Name] = p.Version
	f.file.Packages = append(f.file.Packages, p)
}
