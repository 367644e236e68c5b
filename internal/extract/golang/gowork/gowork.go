// Package gowork reads go.work files: which folders' modules are built together.
// A go.work pins nothing, the go.mod files that it names do.
package gowork

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/golang/directive"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads go.work.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes go.work.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "go.work",
		Ecosystem: purl.Go,
		Role:      extract.Manifest,
		Files:     "go.work",
	}
}

// Wants accepts go.work in any folder.
func (Extractor) Wants(path string) bool {
	return path == "go.work" || strings.HasSuffix(path, "/go.work")
}

// Extract reads one go.work.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	err := directive.Read(string(in.Data), &file, func(d directive.Directive) { add(&file, d) })
	return file, err
}

func add(file *extract.File, d directive.Directive) {
	switch d.Verb {
	case "use":
		if len(d.Args) != 1 || d.Args[0] == "" {
			file.Fault(d.Line, "%q needs one folder", d.Verb)
			return
		}
		file.Members = append(file.Members, path.Clean(strings.ReplaceAll(d.Args[0], `\`, "/")))
	case "replace":
		file.Notes = append(file.Notes, fmt.Sprintf(
			"the replacement %q of line %d is not applied to the members", strings.Join(d.Args, " "), d.Line))
	case "go", "toolchain", "godebug":
		// Each member's go.mod tells its own.
	default:
		file.Fault(d.Line, "unknown directive %q", d.Verb)
	}
}
