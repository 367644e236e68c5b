// Package pom reads pom.xml, Maven's description of a project: its dependencies
// and those of its build, with the properties and managed versions that the file
// itself has. No build is run and nothing is downloaded.
package pom

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads pom.xml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes pom.xml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pom.xml",
		Ecosystem: purl.Maven,
		Role:      extract.Manifest,
		Files:     "pom.xml",
		Scopes:    true,
	}
}

// Wants accepts pom.xml in any folder.
func (Extractor) Wants(path string) bool {
	return path == "pom.xml" || strings.HasSuffix(path, "/pom.xml")
}

// Extract reads one pom.xml by itself.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, err := parse(in.Data, &file)
	if root != nil {
		list(&file, &chain{project: model(root)})
	}
	return file, err
}
