package requirements

import (
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/pypi/lockgraph"
	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// none is the index of no package.
const none = -1

// maxNamed bounds the references that the note about them names.
const maxNamed = 3

// reader gathers what the lines say.
type reader struct {
	file    extract.File
	graph   lockgraph.Graph
	current int  // package that annotations are about
	inVia   bool // in a "# via" of several lines
	vias    []via
	unnamed []string // the first references whose package only building would tell
	builds  int      // how many there are
}

// line reads one logical line without its comment.
func (r *reader) line(text string, number int) {
	r.current, r.inVia = none, false
	if text[0] == '-' {
		r.option(text, number)
		return
	}
	r.requirement(text, number)
}

func (r *reader) requirement(text string, number int) {
	text, options := splitOptions(text)
	hashes := r.hashes(options, number)
	if pep508.IsReference(text) {
		r.reference(text, number, hashes)
		return
	}
	parsed, err := pep508.Parse(text)
	if err != nil {
		r.file.Fault(number, "not a requirement: %v: %q", err, shorten(text))
		return
	}
	p := extract.Package{
		Name: parsed.Name, Version: pep508.Pin(parsed.Specifier), Line: number,
		Scope: scopeOf(parsed.Marker), Integrity: hashes,
	}
	if parsed.Specifier != "" {
		p.Declared = []string{parsed.Specifier}
	}
	if parsed.URL != "" {
		p.Origin = pep508.Origin(parsed.URL)
		if name, version := pep508.Named(parsed.URL); same(name, p.Name) {
			p.Version = version
		}
	}
	r.current = r.graph.Add(p)
}

func (r *reader) hashes(options string, number int) []string {
	hashes, stray := hashesOf(options)
	if stray != "" {
		r.file.Fault(number, "neither an option nor its value: %q", shorten(stray))
	}
	return hashes
}

// reference reads a URL or path that stands in a name's place.
func (r *reader) reference(text string, number int, hashes []string) {
	separator := ";"
	if strings.Contains(text, "://") {
		separator = " ;" // a ';' may be part of a URL
	}
	ref, marker, _ := strings.Cut(text, separator)
	ref = strings.Trim(strings.TrimSpace(ref), `"'`)
	name, version := pep508.Named(ref)
	if name == "" {
		if r.builds++; r.builds <= maxNamed {
			r.unnamed = append(r.unnamed, fmt.Sprintf("%q (line %d)", shorten(pep508.WithoutCredentials(ref)), number))
		}
		return
	}
	r.current = r.graph.Add(extract.Package{
		Name: name, Version: version, Origin: pep508.Origin(ref), Line: number,
		Scope: scopeOf(marker), Integrity: hashes,
	})
}

// finish resolves what could not be before all packages were known.
func (r *reader) finish() extract.File {
	if len(r.vias) > 0 {
		r.resolveVias()
	}
	if r.builds > 0 {
		note := "only building would tell which package this is: " + strings.Join(r.unnamed, ", ")
		if more := r.builds - len(r.unnamed); more > 0 {
			note += fmt.Sprintf(" and %d more", more)
		}
		r.file.Notes = append(r.file.Notes, note)
	}
	r.file.Packages, r.file.Edges = r.graph.Packages, r.graph.Edges()
	return r.file
}

// scopeOf is optional for what an extra brings. A file says nothing of the others:
// it may be for production or for development.
func scopeOf(marker string) inventory.Scope {
	if pep508.Scope(marker, nil) == inventory.ScopeOptional {
		return inventory.ScopeOptional
	}
	return inventory.ScopeUnknown
}

func same(a, b string) bool {
	return purl.Normalize(purl.PyPI, a) == purl.Normalize(purl.PyPI, b)
}

// shorten keeps messages readable.
func shorten(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
