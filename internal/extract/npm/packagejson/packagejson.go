// Package packagejson reads package.json, the manifest that npm, yarn, pnpm and
// bun share. Overrides, resolutions and bundled dependencies say how to lock what
// is asked for elsewhere in it, so they are passed over.
package packagejson

import (
	"context"
	"path"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/npm/npmjson"
	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads package.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes the format.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "package.json", Ecosystem: purl.NPM, Role: extract.Manifest,
		Files: "package.json", Scopes: true,
		Real: true,
	}
}

// Wants tells a manifest by its name.
func (Extractor) Wants(p string) bool { return path.Base(p) == "package.json" }

// Extract reads one manifest.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	m := manifest{Reader: npmjson.New(in.Data)}
	err := m.Document(m.field, "dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "workspaces")
	m.file.Problems = m.Faults.Problems
	return m.file, err
}

type manifest struct {
	*npmjson.Reader
	file extract.File
}

func (m *manifest) field(key []byte) (err error) {
	switch string(key) {
	case "name":
		m.file.Name, err = m.Word("name")
	case "dependencies":
		err = m.declare("dependencies", inventory.ScopeRuntime)
	case "devDependencies":
		err = m.declare("devDependencies", inventory.ScopeDev)
	case "optionalDependencies":
		err = m.declare("optionalDependencies", inventory.ScopeOptional)
	case "peerDependencies":
		err = m.declare("peerDependencies", inventory.ScopePeer)
	case "workspaces":
		m.file.Members, err = m.Workspaces()
	default:
		err = m.Skip()
	}
	return err
}

// declare reads one object of dependencies. A package that stands in two of them
// is declared twice: each says what it is needed for.
func (m *manifest) declare(what string, scope inventory.Scope) error {
	return m.Dependencies(what, func(name npmjson.Name, text []byte) {
		used := m.Names.Text(name)
		spec := npmspec.Parse(used, string(text))
		d := extract.Declaration{
			Name: spec.Name, Constraint: spec.Range, Scope: scope, Origin: spec.Origin, Line: m.Line(),
		}
		if d.Name != used {
			d.Alias = used
		}
		m.file.Declared = append(m.file.Declared, d)
	})
}
