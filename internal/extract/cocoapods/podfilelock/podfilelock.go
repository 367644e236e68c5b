// Package podfilelock reads Podfile.lock, the lockfile of CocoaPods. Its text is
// the part of YAML that CocoaPods writes, which a line reader is enough for.
package podfilelock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Podfile.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Podfile.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Podfile.lock",
		Ecosystem: purl.CocoaPods,
		Role:      extract.Lock,
		Files:     "Podfile.lock",
		Manifests: []string{"Podfile", "podspec", "podspec.json"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts Podfile.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "Podfile.lock"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{
		current: -1, byName: map[string]int{}, asked: map[string]bool{},
		sources: map[string]*source{}, checksums: map[string]string{}, seen: map[string]bool{},
		file: extract.File{DirectKnown: true},
	}
	r := lines.New(string(in.Data))
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		if strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, "=======") || strings.HasPrefix(line, ">>>>>>>") {
			l.finish()
			return l.file, errs.AtLine(r.Number(), "a merge conflict is not resolved")
		}
		l.line(strings.TrimRight(line, " \t"), r.Number())
	}
	l.finish()
	if !l.seen["COCOAPODS"] {
		return l.file, errs.AtLine(max(r.Number(), 1), "the text ends before the line COCOAPODS")
	}
	return l.file, nil
}

// lock is a Podfile.lock being read.
type lock struct {
	file      extract.File
	section   string
	seen      map[string]bool // headings
	current   int             // index of the pod whose dependencies follow, -1 for none
	byName    map[string]int
	wanted    []want
	depended  []dependency
	asked     map[string]bool // names in depended
	source    *source         // whose options follow
	sources   map[string]*source
	checksums map[string]string // by the pod's name without subspecs
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	to   string
}

// dependency is what the Podfile itself asks for.
type dependency struct {
	name, constraint string
	line             int
}

// source is where a pod comes from when that is no repository of specs.
type source struct{ git, commit, tag, branch, path, url string }

func (l *lock) line(text string, number int) {
	depth := len(text) - len(strings.TrimLeft(text, " "))
	text = text[depth:]
	switch {
	case text == "":
	case depth == 0:
		l.heading(text, number)
	case l.section == "PODS":
		l.pod(text, depth, number)
	case l.section == "DEPENDENCIES":
		l.dependency(text, number)
	case l.section == "EXTERNAL SOURCES" || l.section == "CHECKOUT OPTIONS":
		l.option(text, depth, number)
	case l.section == "SPEC CHECKSUMS":
		l.checksum(text, number)
	}
}

func (l *lock) heading(text string, number int) {
	name, _, ok := strings.Cut(text, ":")
	l.current, l.source, l.section = -1, nil, name
	switch name {
	case "PODS", "DEPENDENCIES", "SPEC REPOS", "EXTERNAL SOURCES", "CHECKOUT OPTIONS", "SPEC CHECKSUMS",
		"PODFILE CHECKSUM", "COCOAPODS":
		if l.seen[name] {
			l.file.Fault(number, "the section %q stands twice", name)
		}
		if ok {
			l.seen[name] = true
			return
		}
	}
	l.file.Fault(number, "%q is not a known section", text)
}

// pod reads "- Name (version)", with ":" at its end when dependencies follow, or
// one of these, which stand deeper.
func (l *lock) pod(text string, depth, number int) {
	name, inside, ok := entry(text)
	switch {
	case !ok:
		l.file.Fault(number, "%q is not a pod", text)
	case depth > 2:
		if l.current < 0 {
			l.file.Fault(number, "%q is a dependency of no pod", text)
			return
		}
		l.wanted = append(l.wanted, want{l.current, name})
	case inside == "":
		l.current = -1
		l.file.Fault(number, "%q is not a pod with its version", text)
	default:
		if _, twice := l.byName[name]; twice {
			l.file.Fault(number, "pod %q stands twice", name)
		}
		l.current = len(l.file.Packages)
		l.byName[name] = l.current
		l.file.Packages = append(l.file.Packages, extract.Package{Name: name, Version: inside, Line: number})
	}
}

// dependency reads "- Name (constraint)" and "- Name (from `where`, tag `1.0`)".
func (l *lock) dependency(text string, number int) {
	name, constraint, ok := entry(text)
	if !ok {
		l.file.Fault(number, "%q is not a dependency", text)
		return
	}
	if strings.HasPrefix(constraint, "from `") {
		constraint = ""
	}
	if l.asked[name] && constraint == "" {
		return
	}
	l.asked[name] = true
	l.depended = append(l.depended, dependency{name, constraint, number})
}

// option reads "Name:" and below it ":git: url" and the like. CHECKOUT OPTIONS
// come last and tell the commit that was taken.
func (l *lock) option(text string, depth, number int) {
	if depth <= 2 {
		name, ok := strings.CutSuffix(text, ":")
		name = unquote(name)
		l.source = l.sources[name]
		if l.source == nil {
			l.source = &source{}
			l.sources[name] = l.source
		}
		if !ok || name == "" {
			l.file.Fault(number, "%q is not a pod's name", text)
		}
		return
	}
	key, value, ok := strings.Cut(strings.TrimPrefix(text, ":"), ": ")
	if !ok || l.source == nil {
		l.file.Fault(number, "%q is not an option of a pod", text)
		return
	}
	l.source.set(key, unquote(value))
}

func (s *source) set(key, value string) {
	switch key {
	case "git":
		s.git = value
	case "commit":
		s.commit = value
	case "tag":
		s.tag = value
	case "branch":
		s.branch = value
	case "path":
		s.path = value
	case "podspec":
		if strings.Contains(value, "://") {
			s.url = value
		} else {
			s.path = value
		}
	case "http", "hg", "svn":
		s.url = value
	}
}

func (s *source) origin() inventory.Origin {
	switch {
	case s.git != "":
		ref := s.git
		for _, at := range []string{s.commit, s.tag, s.branch} {
			if at != "" {
				ref += "@" + at
				break
			}
		}
		return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
	case s.path != "":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: s.path}
	case s.url != "":
		return inventory.Origin{Kind: inventory.OriginURL, Ref: s.url}
	}
	return inventory.Origin{}
}

func (l *lock) checksum(text string, number int) {
	name, sum, ok := strings.Cut(text, ": ")
	if !ok {
		l.file.Fault(number, "%q is not a pod with its checksum", text)
		return
	}
	l.checksums[unquote(name)] = "sha1:" + unquote(sum)
}

// finish joins what only the whole file tells. Subspecs come from where their
// pod comes from.
func (l *lock) finish() {
	for i := range l.file.Packages {
		p := &l.file.Packages[i]
		pod, _, _ := strings.Cut(p.Name, "/")
		if s := l.sources[pod]; s != nil {
			p.Origin = s.origin()
		} else if s := l.sources[p.Name]; s != nil {
			p.Origin = s.origin()
		}
		if sum := l.checksums[pod]; sum != "" {
			p.Integrity = []string{sum}
		}
	}
	for _, w := range l.wanted {
		if to, ok := l.byName[w.to]; ok {
			l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
		}
	}
	for _, d := range l.depended {
		at, ok := l.byName[d.name]
		if !ok {
			l.file.Fault(d.line, "dependency %q is not locked", d.name)
			continue
		}
		p := &l.file.Packages[at]
		p.Direct = true
		if d.constraint != "" {
			p.Declared = append(p.Declared, d.constraint)
		}
	}
}

// entry reads "- Name", "- Name (inside)" and "- Name (inside):", quoted or not.
func entry(text string) (name, inside string, ok bool) {
	text, ok = strings.CutPrefix(text, "- ")
	if !ok {
		return "", "", false
	}
	text = unquote(strings.TrimSuffix(text, ":"))
	name, inside, found := strings.Cut(text, " (")
	if found {
		if inside, ok = strings.CutSuffix(inside, ")"); !ok || inside == "" {
			return "", "", false
		}
	}
	return name, inside, name != "" && !strings.ContainsAny(name, " ()\"")
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
