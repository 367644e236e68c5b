// Package gradleproperties reads gradle.properties, which gives values to the
// names that build scripts use for versions. The file often holds secrets too:
// nothing of it is shown but what a script puts into a version.
package gradleproperties

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads gradle.properties.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes gradle.properties.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "gradle.properties",
		Ecosystem: purl.Maven,
		Role:      extract.Evidence,
		Files:     "gradle.properties",
	}
}

// Wants accepts gradle.properties in any folder.
func (Extractor) Wants(path string) bool {
	return path == "gradle.properties" || strings.HasSuffix(path, "/gradle.properties")
}

// maxValue is longer than any version; longer values are for something else.
const maxValue = 200

// Extract reads one file. Java takes any text for properties, so there are no
// faults. Of a name that stands twice the last value counts.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	values := gradlevalues.Properties{}
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		line = strings.TrimLeft(line, " \t\f")
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		goesOn := endsInEscape(line)
		name, value := split(line)
		for more := goesOn; more; {
			line, ok = r.Next()
			more = ok && endsInEscape(line)
		}
		if !goesOn && name != "" && len(name) <= maxValue && len(value) <= maxValue && !strings.Contains(name+value, `\`) {
			values[strings.Clone(name)] = strings.Clone(value)
		}
	}
	return extract.File{Basis: values}, nil
}

// endsInEscape tells whether the next line belongs to this one: versions are
// not written so.
func endsInEscape(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// split cuts "name=value", "name: value" or "name value".
func split(line string) (name, value string) {
	end := strings.IndexAny(line, "=: \t\f")
	if end < 0 {
		return line, ""
	}
	name, value = line[:end], strings.TrimLeft(line[end:], " \t\f")
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], " \t\f")
	}
	return name, strings.TrimRight(value, " \t\f")
}
