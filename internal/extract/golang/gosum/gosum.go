// Package gosum checks go.sum files. They hold the hashes of every module that
// the go command ever looked at, used in the build or not, and so are evidence
// only: they give no packages.
package gosum

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads go.sum.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes go.sum.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "go.sum",
		Ecosystem: purl.Go,
		Role:      extract.Evidence,
		Files:     "go.sum",
		Real:      true,
	}
}

// Wants accepts go.sum in any folder.
func (Extractor) Wants(path string) bool {
	return path == "go.sum" || strings.HasSuffix(path, "/go.sum")
}

// Extract checks one go.sum.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		if fault := check(strings.TrimSpace(line)); fault != "" {
			file.Fault(r.Number(), "%s", fault)
		}
	}
	return file, nil
}

// check says what is wrong with a line "module version hash", or nothing.
func check(line string) string {
	if line == "" {
		return ""
	}
	module, rest, _ := strings.Cut(line, " ")
	version, hash, ok := strings.Cut(strings.TrimLeft(rest, " "), " ")
	hash = strings.TrimLeft(hash, " ")
	switch {
	case !ok || module == "" || strings.ContainsAny(hash, " \t"):
		return "not a module, a version and a hash"
	case len(version) < 2 || version[0] != 'v' || version[1] < '0' || version[1] > '9':
		return "the second word is not a version"
	case !isHash(hash):
		return "the third word is not a hash"
	}
	return ""
}

// h1Length is the length of "h1:" and a SHA-256 sum in base64.
const h1Length = 3 + 44

// isHash accepts h1 hashes of the right length and, as the go command does, any
// hash of a kind that is yet to come.
func isHash(hash string) bool {
	kind, sum, ok := strings.Cut(hash, ":")
	if kind == "h1" {
		return len(hash) == h1Length && strings.HasSuffix(hash, "=")
	}
	return ok && kind != "" && sum != ""
}
