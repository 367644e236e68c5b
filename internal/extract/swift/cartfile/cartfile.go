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
	}
}

// Wants accepts Cartfile.resolved in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "Cartfile.resolved"
}

// Extract reads one lock: lines such as github "owner/repo" "1.2.3".
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	seen := map[string]bool{}
	r := lines.New(string(in.Data))
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
		if seen[p.Name] {
			file.Fault(r.Number(), "%q stands twice", p.Name)
		}
		seen[p.Name] = true
		p.Line = r.Number()
		file.Packages = append(file.Packages, p)
	}
	return file, nil
}

// pinned reads a line: a kind of source, where it is and what was taken of it.
func pinned(line string) (extract.Package, bool) {
	kind, rest, _ := strings.Cut(line, " ")
	where, rest, ok := quoted(rest)
	if !ok || where == "" {
		return extract.Package{}, false
	}
	ref, rest, ok := quoted(rest)
	rest = strings.TrimSpace(rest)
	if !ok || ref == "" || rest != "" && rest[0] != '#' {
		return extract.Package{}, false
	}
	p := extract.Package{Version: repository.Version(ref)}
	var remote bool
	switch {
	case kind == "binary":
		p.Name, p.Origin = where, inventory.Origin{Kind: inventory.OriginURL, Ref: where}
		return p, true
	case kind == "github" && !strings.Contains(where, "://"):
		where = "https://github.com/" + where
		p.Name, remote = where[len("https://"):], true
	case kind == "github" || kind == "git":
		p.Name, remote = repository.Name(where)
	default:
		return extract.Package{}, false
	}
	if !remote {
		p.Name, p.Origin = where, inventory.Origin{Kind: inventory.OriginPath, Ref: where}
	}
	if gitref.IsCommit(ref) {
		p.Version, p.Integrity = "", []string{"git:" + ref}
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: where + "@" + ref}
	}
	return p, true
}

func quoted(s string) (inside, rest string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimSpace(s), `"`)
	if !ok {
		return "", "", false
	}
	return strings.Cut(s, `"`)
}
