// Package cpanfilesnapshot reads cpanfile.snapshot, the lockfile of Carton and
// Carmel.
package cpanfilesnapshot

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/cpan/moduleindex"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads cpanfile.snapshot.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes cpanfile.snapshot.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "cpanfile.snapshot",
		Ecosystem: purl.CPAN,
		Role:      extract.Lock,
		Files:     "cpanfile.snapshot",
		Manifests: []string{"cpanfile"},
		Edges:     true,
	}
}

// Wants accepts cpanfile.snapshot in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "cpanfile.snapshot"
}

// Extract reads one lock: distributions two spaces deep, their sections four, and
// the modules in these six.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{provides: map[string]int{}, index: moduleindex.Index{}, seen: map[string]bool{}, current: -1}
	r := lines.New(string(in.Data))
	for text, ok := r.Next(); ok; text, ok = r.Next() {
		l.line(strings.TrimRight(text, " \t"), r.Number())
	}
	l.finish()
	l.file.Basis = l.index
	if !l.headed {
		return l.file, errs.AtLine(max(r.Number(), 1), "there is no section DISTRIBUTIONS")
	}
	return l.file, nil
}

// lock is a cpanfile.snapshot being read.
type lock struct {
	file     extract.File
	headed   bool
	current  int // index of the distribution, -1 for none
	section  string
	provides map[string]int // by module, the distribution
	index    moduleindex.Index
	seen     map[string]bool
	wanted   []want
}

type want struct {
	from   int
	module string
}

func (l *lock) line(text string, number int) {
	trimmed := strings.TrimLeft(text, " ")
	depth := len(text) - len(trimmed)
	switch {
	case trimmed == "" || trimmed[0] == '#':
	case depth == 0:
		if text != "DISTRIBUTIONS" {
			l.file.Fault(number, "%q is not a known section", text)
			return
		}
		l.headed = true
	case depth == 2:
		l.distribution(trimmed, number)
	case l.current < 0:
		l.file.Fault(number, "%q belongs to no distribution", trimmed)
	case depth == 4:
		l.section, _, _ = strings.Cut(trimmed, ":")
	default:
		l.module(trimmed, number)
	}
}

func (l *lock) distribution(text string, number int) {
	l.current, l.section = -1, ""
	name, version, ok := split(text)
	if !ok {
		l.file.Fault(number, "%q is not a distribution with its version", text)
		return
	}
	if l.seen[text] {
		l.file.Fault(number, "distribution %q stands twice", text)
	}
	l.seen[text] = true
	l.current = len(l.file.Packages)
	l.file.Packages = append(l.file.Packages, extract.Package{Name: name, Version: version, Line: number})
}

// split takes "Name-Of-It-v1.2.3-TRIAL" apart: the version begins at the last
// part that begins with a digit, or a "v" before one.
func split(text string) (name, version string, ok bool) {
	for at := strings.LastIndexByte(text, '-'); at > 0; at = strings.LastIndexByte(text[:at], '-') {
		version = text[at+1:]
		digits := strings.TrimPrefix(version, "v")
		if digits != "" && digits[0] >= '0' && digits[0] <= '9' {
			return text[:at], version, true
		}
	}
	return text, "", false
}

// module reads "Name version" of what a distribution provides or requires.
func (l *lock) module(text string, number int) {
	name, version, ok := strings.Cut(text, " ")
	if !ok {
		l.file.Fault(number, "%q is not a module with its version", text)
		return
	}
	switch l.section {
	case "provides":
		if _, known := l.provides[name]; !known {
			l.provides[name] = l.current
			p := &l.file.Packages[l.current]
			l.index[name] = moduleindex.Provided{Distribution: p.Name, Release: p.Version, Version: version}
		}
	case "requirements":
		l.wanted = append(l.wanted, want{l.current, name})
	}
}

// finish makes the edges. What Perl itself brings is in no distribution.
func (l *lock) finish() {
	made := map[inventory.Edge]bool{}
	for _, w := range l.wanted {
		to, ok := l.provides[w.module]
		e := inventory.Edge{From: w.from, To: to}
		if !ok || made[e] || e.From == e.To {
			continue
		}
		made[e] = true
		l.file.Edges = append(l.file.Edges, e)
	}
}
