// Package requirements reads pip's requirements files, those that pip-compile and
// uv write with their annotations included.
package requirements

import (
	"context"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads requirements files.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes requirements files.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name: "requirements", Ecosystem: purl.PyPI, Role: extract.Requirements,
		Files: "requirements*.txt, *requirements.txt, requirements/*.txt", Edges: true, Hashes: true,
		Real: true,
	}
}

// Wants accepts the usual names. Files of other names are read when one of these
// includes them. The .in files that pip-compile reads are sources, not pins.
func (Extractor) Wants(name string) bool {
	stem, ok := strings.CutSuffix(name, ".txt")
	if !ok {
		return false
	}
	dir, base := path.Split(stem)
	return strings.HasPrefix(base, "requirements") || strings.HasSuffix(base, "requirements") ||
		dir == "requirements/" || strings.HasSuffix(dir, "/requirements/")
}

// Extract reads a requirements file.
func (Extractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	r := reader{current: none}
	line := logicalLines{physical: lines.New(string(in.Data))}
	for n := 0; line.next(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return r.finish(), ctx.Err()
		}
		text, comment := splitComment(line.text)
		if text = strings.TrimSpace(text); text != "" {
			r.line(text, line.number)
		} else if comment == "" {
			r.current, r.inVia = none, false
		}
		if comment != "" {
			r.comment(comment)
		}
	}
	return r.finish(), nil
}
