// Package cartfile reads Cartfile.resolved, the lockfile of Carthage.
package cartfile

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

// Extractor reads Cartfile.resolved.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Cartfile.resolved.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Cartfile.resolved",
		Ecosystem: purl.Swift,
		Role:      extract.Lock,
		Files:     "Cartfile.resolved",
		Manifests: []string{"Cartfile", "Cartfile.private"},
	}
}

// Wants accepts Cartfile.resolved in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "Cartfile.resolved"
}

// Extract reads one lock: lines such as github "owner/repo" "1.2.3".
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	text := string(in.Data)
	room := lines.Room(text)
	file.Packages = make([]extract.Package, 0, room)
	seen := make(map[string]struct{}, room)
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		p, ok := pinned(line)
		if !ok {
			file.Fault(r.Number(), "%q is not a pinned dependency", line)
			continue
		}
		before := len(seen)
		if seen[p.Name] = struct{}{}; len(seen) == before {
			file.Fault(r.Number(), "%q stands twice", p.Name)
		}
		p.Line = r.Number()
		file.Packages = append(file.Packages, p)
	}
	return file, nil
}

// pinned reads a line: a kind of source, where it is and what was taken of it.
func pinned(line string) (extract.Package, bool) {
	name, place, origin, rest, ok := repository.Carthage(line)
	if !ok {
		return extract.Package{}, false
	}
	ref, rest, ok := repository.Quoted(rest)
	rest = strings.TrimSpace(rest)
	if !ok || ref == "" || rest != "" && rest[0] != '#' {
		return extract.Package{}, false
	}
	p := extract.Package{Name: name, Version: repository.Version(ref), Origin: origin}
	if origin.Kind != inventory.OriginURL && gitref.IsCommit(ref) {
		p.Version, p.Integrity = "", []string{"git:" + ref}
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: place + "@" + ref}
	}
	return p, true
}
