// Package depsjson reads *.deps.json: what a .NET program was built with, which
// lies beside it.
package depsjson

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/nuget/libgraph"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads *.deps.json.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes *.deps.json.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "deps.json",
		Ecosystem: purl.NuGet,
		Role:      extract.Lock,
		Files:     "*.deps.json",
		Edges:     true,
		Hashes:    true,
	}
}

const suffix = ".deps.json"

// Wants accepts <program>.deps.json in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return len(base) > len(suffix) && strings.HasSuffix(base, suffix)
}

// Extract reads one file. The program goes by the name of the file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	g := libgraph.New(in.Data)
	base := in.Path[strings.LastIndexByte(in.Path, '/')+1:]
	g.Project = strings.TrimSuffix(base, suffix)
	err := g.Read(func(r *jsonstream.Reader, _ string) error { return r.Skip() })
	return g.File, err
}
