package opamfile

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Locked reads locked opam files.
type Locked struct{}

var _ extract.Extractor = (*Locked)(nil)

// NewLocked returns the extractor of locked opam files.
func NewLocked() Locked { return Locked{} }

// Format describes locked opam files.
func (Locked) Format() extract.Format {
	return extract.Format{
		Name:      "opam.locked",
		Ecosystem: purl.Opam,
		Role:      extract.Lock,
		Files:     "opam.locked, *.opam.locked",
		Manifests: []string{"opam"},
		Suffix:    ".locked",
		Scopes:    true,
	}
}

// Wants accepts opam.locked and what ends in ".opam.locked".
func (Locked) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "opam.locked" || strings.HasSuffix(path, ".opam.locked")
}

// Extract reads one lock. It lists what the package needs and what that needs,
// without telling the two apart.
func (Locked) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	file, err := read(in.Data)
	optional := 0
	at := make(map[string]int, len(file.Declared))
	file.Packages = make([]extract.Package, 0, len(file.Declared))
	for _, d := range file.Declared {
		p := locked(d)
		if p.Version == "" && d.Scope == inventory.ScopeOptional {
			optional++ // was not there when it was locked
			continue
		}
		if earlier, twice := at[d.Name]; twice {
			file.Fault(d.Line, "package %q stands twice", d.Name)
			p = merged(file.Packages[earlier], p)
			file.Packages[earlier] = p
			continue
		}
		at[d.Name] = len(file.Packages)
		file.Packages = append(file.Packages, p)
	}
	file.Name, file.Declared = "", nil
	if optional > 0 {
		file.Notes = append(file.Notes, fmt.Sprintf("%d optional packages are not locked and not listed", optional))
	}
	return file, err
}

// locked is a package with the version that one of its conditions pins.
func locked(d extract.Declaration) extract.Package {
	p := extract.Package{Name: d.Name, Scope: d.Scope, Origin: d.Origin, Line: d.Line}
	rest, pinned := strings.CutPrefix(d.Constraint, "=")
	version := strings.Trim(strings.TrimSpace(rest), `"`)
	switch {
	case pinned && version != "" && !strings.ContainsAny(version, " \"&|()"):
		p.Version = version
	case d.Constraint != "":
		p.Declared = []string{d.Constraint}
	}
	return p
}

// merged keeps the wider scope and a version of two entries of one package.
func merged(earlier, later extract.Package) extract.Package {
	earlier.Scope = earlier.Scope.Wider(later.Scope)
	if earlier.Version == "" {
		earlier.Version = later.Version
	}
	return earlier
}
