// Package uvlock reads uv.lock.
package uvlock

import (
	"context"
	"path"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads uv.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes uv.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "uv.lock", Ecosystem: purl.PyPI, Role: extract.Lock, Files: "uv.lock",
		Manifests: []string{"pyproject.toml"}, Edges: true, Scopes: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts uv.lock in any folder.
func (Extractor) Wants(name string) bool { return path.Base(name) == "uv.lock" }

// Extract reads a uv.lock. Its root is the package at "."; a workspace without a
// root package names its development groups in the manifest table instead.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	root, entries, err := lockgraph.Open(&file, in.Data, "version", "package")
	manifest := root.Get("manifest").Table()
	l := newLock(file, manifest)
	for _, e := range entries {
		l.add(e)
	}
	l.joinAll()
	roots := l.roots(manifest)
	l.spread(roots)
	l.declareAll(manifest)
	l.file.DirectKnown = len(roots) > 0
	l.file.Packages, l.file.Edges = l.graph.Packages, l.graph.Edges()
	return l.file, err
}
