// Package conanfile reads conanfile.txt, the declarative manifest of Conan.
package conanfile

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/conan/reference"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads conanfile.txt.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes conanfile.txt.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "conanfile.txt",
		Ecosystem: purl.Conan,
		Role:      extract.Manifest,
		Files:     "conanfile.txt",
		Scopes:    true,
		Real:      true,
	}
}

// Wants accepts conanfile.txt in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "conanfile.txt"
}

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	text := string(in.Data)
	room := lines.Room(text)
	file.Declared = make([]extract.Declaration, 0, room)
	section, scope := "", inventory.ScopeUnknown
	seen := map[string]map[string]struct{}{} // by section
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		line = uncomment(line)
		switch {
		case line == "":
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section, scope = line, scopeOf(line)
			if !known(section) {
				file.Fault(r.Number(), "%q is not a known section", section)
			}
			if seen[section] == nil && scope != inventory.ScopeUnknown {
				seen[section] = make(map[string]struct{}, room)
				room = 0 // the first is the longest, as a rule
			}
		case section == "":
			file.Fault(r.Number(), "%q stands before any section", line)
		case scope != inventory.ScopeUnknown:
			d, ok := declaration(line)
			if !ok {
				file.Fault(r.Number(), "%q is not a reference", line)
				continue
			}
			names := seen[section]
			before := len(names)
			if names[d.Name] = struct{}{}; len(names) == before {
				file.Fault(r.Number(), "%q stands twice in %s", d.Name, section)
			}
			d.Scope, d.Line = scope, r.Number()
			file.Declared = append(file.Declared, d)
		}
	}
	return file, nil
}

// uncomment takes off what follows a "#" that begins a word: within one it
// begins a revision.
func uncomment(line string) string {
	if strings.IndexByte(line, '\t') >= 0 {
		line = strings.ReplaceAll(line, "\t", " ")
	}
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") {
		return ""
	}
	line, _, _ = strings.Cut(line, " #")
	return strings.TrimSpace(line)
}

func known(section string) bool {
	switch section {
	case "[options]", "[generators]", "[imports]", "[layout]":
		return true
	}
	return scopeOf(section) != inventory.ScopeUnknown
}

func scopeOf(section string) inventory.Scope {
	switch section {
	case "[requires]":
		return inventory.ScopeRuntime
	case "[build_requires]", "[tool_requires]", "[python_requires]":
		return inventory.ScopeBuild
	case "[test_requires]":
		return inventory.ScopeTest
	}
	return inventory.ScopeUnknown
}

func declaration(line string) (extract.Declaration, bool) {
	ref, ok := reference.Parse(line)
	return extract.Declaration{Name: ref.Name, Constraint: ref.Version}, ok
}
