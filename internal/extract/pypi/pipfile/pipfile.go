// Package pipfile reads Pipfile, the manifest of Pipenv.
package pipfile

import (
	"context"
	"path"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/declared"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Extractor reads Pipfile.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Pipfile.
func (Extractor) Format() extract.Format {
	return extract.Format{Name: "Pipfile", Ecosystem: purl.PyPI, Role: extract.Manifest, Files: "Pipfile", Scopes: true}
}

// Wants accepts Pipfile in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "Pipfile" }

// Extract reads a Pipfile: every table that is none of Pipenv's own is a category
// of packages.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	root, err := tomltree.Parse(in.Data)
	var file extract.File
	for _, name := range root.Keys() {
		scope := inventory.ScopeDev
		switch name {
		case "source", "requires", "scripts", "pipenv", "pipfile":
			continue
		case "packages":
			scope = inventory.ScopeRuntime
		}
		category := root.Get(name)
		if !category.IsTable() {
			file.Fault(category.Line, "%q is no table of packages", name)
			continue
		}
		all := declared.Table(&file, category.Table(), scope)
		if file.Declared == nil {
			file.Declared = all
			continue
		}
		file.Declared = append(file.Declared, all...)
	}
	return file, err
}
