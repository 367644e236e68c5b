// Package pnpmlock reads pnpm-lock.yaml of the lockfile versions 5, 6 and 9.
//
// Its text goes through two stages. The first turns it into keys with their depth
// and value: by a line reader for the part of YAML that pnpm writes, or by a YAML
// parser for everything else. The second turns keys into packages.
//
// It is a leaf of package extract and knows no other format.
package pnpmlock

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
)

// maxTree bounds the files that the YAML parser is given: it is slow and takes
// many times the memory of its input. Real locks stay below a few megabytes.
const maxTree = 8 << 20

// Extractor reads pnpm-lock.yaml files.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns an Extractor.
func New() Extractor { return Extractor{} }

// Format describes pnpm-lock.yaml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pnpm-lock",
		Ecosystem: purl.NPM,
		Role:      extract.Lock,
		Files:     "pnpm-lock.yaml",
		Manifests: []string{"package.json"},
		Edges:     true,
		Scopes:    true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants takes files by their name.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "pnpm-lock.yaml"
}

// Extract reads one pnpm-lock.yaml.
func (Extractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	b := newBuilder(len(in.Data))
	err := readLines(ctx, string(in.Data), b)
	var odd *oddError
	if errors.As(err, &odd) && len(in.Data) <= maxTree && bytes.Contains(in.Data, []byte("lockfileVersion")) {
		tree := newBuilder(len(in.Data))
		if err = readTree(in.Data, tree); err == nil {
			b = tree
			b.file.Notes = append(b.file.Notes, "read as YAML of any form: "+odd.Error())
		}
	}
	if odd != nil && err != nil {
		err = odd.with(err)
	}
	if err == nil && b.version == "" {
		err = errs.AtLine(1, "no lockfileVersion")
	}
	return b.finish(err == nil), err
}
