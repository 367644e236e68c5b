// Package cartmanifest reads Cartfile and Cartfile.private, the manifests of
// Carthage.
package cartmanifest

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/gitref"
	"github.com/assay-sca/assay/internal/extract/swift/repository"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads one of the two files.
type Extractor struct {
	file  string
	scope inventory.Scope
}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor of Cartfile.
func New() Extractor { return Extractor{"Cartfile", inventory.ScopeRuntime} }

// NewPrivate returns the extractor of Cartfile.private, what only the project's own
// development needs.
func NewPrivate() Extractor { return Extractor{"Cartfile.private", inventory.ScopeDev} }

// Format describes the file.
func (e Extractor) Format() extract.Format {
	return extract.Format{
		Name:      e.file,
		Ecosystem: purl.Swift,
		Role:      extract.Manifest,
		Files:     e.file,
		Scopes:    e.scope == inventory.ScopeDev,
	}
}

// Wants accepts the file in any folder.
func (e Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == e.file
}

// Extract reads one manifest: lines such as github "owner/repo" ~> 1.2.
func (e Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	room := lines.Room(text)
	file := extract.File{Declared: make([]extract.Declaration, 0, room)}
	seen := make(map[string]struct{}, room)
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		d, ok := declaration(line)
		if !ok {
			file.Fault(r.Number(), "%q is not a dependency", line)
			continue
		}
		before := len(seen)
		if seen[d.Name] = struct{}{}; len(seen) == before {
			file.Fault(r.Number(), "%q stands twice", d.Name)
		}
		d.Scope, d.Line = e.scope, r.Number()
		file.Declared = append(file.Declared, d)
	}
	return file, nil
}

// declaration reads a line: a kind of source, where it is, and a constraint, or in
// quotes a branch, tag or commit.
func declaration(line string) (extract.Declaration, bool) {
	name, place, origin, rest, ok := repository.Carthage(line)
	if !ok {
		return extract.Declaration{}, false
	}
	d := extract.Declaration{Name: name, Origin: origin}
	if ref, after, quoted := repository.Quoted(rest); quoted {
		d.Constraint = `"` + ref + `"`
		if !isVersion(ref) && origin.Kind == inventory.OriginRegistry {
			d.Constraint = ""
			d.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: place + "@" + ref}
		}
		after = strings.TrimSpace(after)
		return d, ref != "" && (after == "" || after[0] == '#')
	}
	constraint, _, _ := strings.Cut(rest, "#")
	if d.Constraint = strings.TrimSpace(constraint); strings.Contains(d.Constraint, "  ") || strings.Contains(d.Constraint, "\t") {
		d.Constraint = strings.Join(strings.Fields(constraint), " ")
	}
	return d, d.Constraint == "" || isConstraint(d.Constraint)
}

// isVersion tells a tag that is a version from branches and commits.
func isVersion(ref string) bool {
	version := repository.Version(ref)
	return version != "" && version[0] >= '0' && version[0] <= '9' && strings.Contains(version, ".") && !gitref.IsCommit(ref)
}

func isConstraint(text string) bool {
	for _, operator := range []string{"~>", ">=", "=="} {
		if version, ok := strings.CutPrefix(text, operator); ok {
			return strings.TrimSpace(version) != "" && !strings.Contains(strings.TrimSpace(version), " ")
		}
	}
	return false
}
