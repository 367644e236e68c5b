// Package yarnlock reads yarn.lock, as yarn classic (v1) and yarn berry (v2 and
// later) write it. The two look alike, and one line reader serves both: entries
// that begin at the margin with the requests they answer, and their fields below.
//
// It is a leaf of package extract and knows no other format.
package yarnlock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads yarn.lock files.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns an Extractor.
func New() Extractor { return Extractor{} }

// Format describes yarn.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "yarn.lock",
		Ecosystem: purl.NPM,
		Role:      extract.Lock,
		Files:     "yarn.lock",
		Manifests: []string{"package.json"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants takes files by their name.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "yarn.lock"
}

// Extract reads one yarn.lock. An empty one is valid: it marks a project's root.
func (Extractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	b := newBuilder(len(in.Data))
	err := b.read(ctx, string(in.Data))
	return b.finish(), err
}
