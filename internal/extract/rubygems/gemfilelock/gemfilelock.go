// Package gemfilelock reads Bundler's lock: Gemfile.lock, also named gems.locked.
package gemfilelock

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/lines"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads Gemfile.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes Gemfile.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "Gemfile.lock",
		Ecosystem: purl.RubyGems,
		Role:      extract.Lock,
		Files:     "Gemfile.lock, gems.locked",
		Manifests: []string{"Gemfile", "gemspec"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts Gemfile.lock and gems.locked in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return base == "Gemfile.lock" || base == "gems.locked"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	text := string(in.Data)
	l := newLock(text)
	r := lines.New(text)
	for line, ok := r.Next(); ok; line, ok = r.Next() {
		if strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, "=======") || strings.HasPrefix(line, ">>>>>>>") {
			l.finish()
			return l.file, errs.AtLine(r.Number(), "a merge conflict is not resolved")
		}
		l.line(strings.TrimRight(line, " \t"), r.Number())
	}
	l.finish()
	if l.section == "" {
		return l.file, errs.AtLine(1, "there is no section of a lock of gems")
	}
	if !l.seen["DEPENDENCIES"] {
		return l.file, errs.AtLine(r.Number(), "the text ends before the section DEPENDENCIES")
	}
	return l.file, nil
}

// lock is a Gemfile.lock being read.
type lock struct {
	file     extract.File
	section  string          // the heading
	seen     map[string]bool // the sections that hold all gems once
	source   source          // of the section, when it is one
	number   int             // of the source section, which tells equal gems apart
	inSpecs  bool
	platform string // of the gem whose dependencies follow
	current  int    // index of that gem, -1 for none

	byGem     map[string]int // index in file.Packages, by "name (version"
	elsewhere map[gem]int    // the same for gems that an earlier source has too
	first     []variant      // of the packages: where and for what they stand first
	byName    map[string]int
	byVariant map[name]int
	variants  map[variant]struct{} // those that are no first ones
	wanted    []want
	depended  map[string]*dependency
	dependent []*dependency // in the order of the file
}

// source is where the gems of a section come from.
type source struct{ remote, revision string }

// gem is "name (version" in one source.
type gem struct {
	text   string
	source int // its number
}

// name is what an edge looks up: a gem's name, and its platform when it has one.
type name struct{ name, platform string }

// variant is a gem for a platform, which may stand once. A package is a gem of
// one source.
type variant struct {
	source, at int
	platform   string
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	to   name
}

// dependency is what the Gemfile itself asks for.
type dependency struct {
	name, constraint string
	line             int
	locked           bool
}

func newLock(text string) *lock {
	gems, needs := count(text)
	l := &lock{
		current:   -1,
		seen:      map[string]bool{},
		byGem:     make(map[string]int, gems),
		elsewhere: map[gem]int{},
		first:     make([]variant, 0, gems),
		byName:    make(map[string]int, gems),
		byVariant: map[name]int{},
		variants:  map[variant]struct{}{},
		wanted:    make([]want, 0, needs),
		depended:  map[string]*dependency{},
		file:      extract.File{DirectKnown: true},
	}
	l.file.Packages = make([]extract.Package, 0, gems)
	return l
}

// count is how many gems and dependencies of gems to make room for: by the lines
// that are four and six spaces deep, each of some bytes.
func count(text string) (gems, needs int) {
	const deep, shortest = "\n    ", 16
	all := strings.Count(text, deep)
	needs = strings.Count(text, deep+"  ")
	most := len(text) / shortest
	return min(all-needs, most), min(needs, most)
}

func (l *lock) line(text string, number int) {
	depth := len(text) - len(strings.TrimLeft(text, " "))
	switch text = text[depth:]; {
	case text == "":
	case depth == 0:
		l.heading(text, number)
	case l.inSource():
		l.sourceLine(text, depth, number)
	case l.section == "DEPENDENCIES":
		l.dependency(text, number)
	case l.section == "CHECKSUMS":
		l.checksum(text, number)
	}
}

func (l *lock) heading(text string, number int) {
	l.inSpecs, l.current, l.source = false, -1, source{}
	switch l.section = text; text {
	case "GEM", "GIT", "PATH", "PLUGIN SOURCE":
		l.number++
	case "DEPENDENCIES", "CHECKSUMS", "PLATFORMS", "RUBY VERSION", "BUNDLED WITH":
		if l.seen[text] {
			l.file.Fault(number, "the section %q stands twice", text)
		}
		l.seen[text] = true
	default:
		l.file.Fault(number, "%q is not a known section", text)
	}
}

func (l *lock) inSource() bool {
	switch l.section {
	case "GEM", "GIT", "PATH", "PLUGIN SOURCE":
		return true
	}
	return false
}

// sourceLine reads a line of a source: an option, "specs:", a gem four spaces
// deep, or a dependency of that gem six spaces deep.
func (l *lock) sourceLine(text string, depth, number int) {
	switch {
	case text == "specs:" && depth == 2:
		l.inSpecs = true
	case !l.inSpecs:
		key, value, _ := strings.Cut(text, ": ")
		switch key {
		case "remote":
			l.source.remote = value
		case "revision":
			l.source.revision = value
		}
	case depth == 4:
		l.gem(text, number)
	case depth == 6 && l.current >= 0:
		needed, _, ok := parenthesised(text)
		if !ok {
			l.file.Fault(number, "%q is not a dependency", text)
			return
		}
		l.wanted = append(l.wanted, want{l.current, name{needed, l.platform}})
	default:
		l.file.Fault(number, "%q is neither a gem nor a dependency of one", text)
	}
}

// gem reads "name (version)" or "name (version-platform)". The gem's variants for
// several platforms are one package.
func (l *lock) gem(text string, number int) {
	l.current = -1
	gemName, version, ok := parenthesised(text)
	version, platform, _ := strings.Cut(version, "-")
	if !ok || version == "" {
		l.file.Fault(number, "%q is not a gem with its version", text)
		return
	}
	at, known := l.place(identity(gemName, version, text))
	v := variant{l.number, at, platform}
	switch {
	case !known:
		l.add(gemName, version, number)
		l.first = append(l.first, v)
		setFirst(l.byName, gemName, at)
	case l.first[at] == v || l.isVariant(v):
		l.file.Fault(number, "gem %q stands twice", text)
	}
	l.current, l.platform = at, platform
	if platform != "" {
		setFirst(l.byVariant, name{gemName, platform}, at)
	}
}

// identity is the beginning of a gem's line that tells it from all others.
func identity(name, version, line string) string { return line[:len(name)+len(" (")+len(version)] }

// isVariant tells whether a further variant is there, and enters it.
func (l *lock) isVariant(v variant) bool {
	before := len(l.variants)
	l.variants[v] = struct{}{}
	return len(l.variants) == before
}

// place finds the package of a gem of the present source, or says where it will be.
func (l *lock) place(text string) (at int, known bool) {
	next := len(l.file.Packages)
	at, known = l.byGem[text]
	switch {
	case !known:
		l.byGem[text] = next
		return next, false
	case l.first[at].source == l.number:
		return at, true
	}
	if at, known = l.elsewhere[gem{text, l.number}]; !known {
		l.elsewhere[gem{text, l.number}] = next
		return next, false
	}
	return at, true
}

func (l *lock) add(gemName, version string, number int) {
	p := extract.Package{Name: gemName, Version: version, Origin: l.origin(), Line: number}
	if p.Origin.Kind == inventory.OriginPath {
		p.Scope = inventory.ScopeRuntime
	}
	l.file.Packages = append(l.file.Packages, p)
}

func (l *lock) origin() inventory.Origin {
	switch l.section {
	case "GIT":
		ref := l.source.remote
		if l.source.revision != "" {
			ref += "@" + l.source.revision
		}
		return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
	case "PATH":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: l.source.remote}
	case "PLUGIN SOURCE":
		return inventory.Origin{Kind: inventory.OriginURL, Ref: l.source.remote}
	}
	return inventory.Origin{}
}

// dependency reads "name", "name (constraint)", each with "!" at its end when the
// gem's source is pinned.
func (l *lock) dependency(text string, number int) {
	gemName, constraint, ok := parenthesised(strings.TrimSuffix(text, "!"))
	if !ok {
		l.file.Fault(number, "%q is not a dependency", text)
		return
	}
	if l.depended[gemName] != nil {
		l.file.Fault(number, "dependency %q stands twice", gemName)
		return
	}
	d := &dependency{name: gemName, constraint: constraint, line: number}
	l.depended[gemName] = d
	l.dependent = append(l.dependent, d)
}

// checksum reads "name (version-platform) sha256=hex,sha512=hex"; the hashes are
// missing for gems that come from no registry.
func (l *lock) checksum(text string, number int) {
	end := strings.IndexByte(text, ')')
	gemName, version, ok := parenthesised(text[:end+1])
	if end < 0 || !ok || version == "" {
		l.file.Fault(number, "%q is not a gem with its hash", text)
		return
	}
	version, _, _ = strings.Cut(version, "-")
	at, ok := l.byGem[identity(gemName, version, text)]
	if !ok {
		return
	}
	p := &l.file.Packages[at]
	for sum := range strings.SplitSeq(strings.TrimLeft(text[end+1:], " "), ",") {
		if algorithm, hex, ok := strings.Cut(sum, "="); ok {
			p.Integrity = append(p.Integrity, algorithm+":"+hex)
		}
	}
}

// finish joins what only the whole file tells.
func (l *lock) finish() {
	l.join()
	for i := range l.file.Packages {
		p := &l.file.Packages[i]
		d := l.depended[p.Name]
		if d == nil {
			continue
		}
		d.locked, p.Direct = true, true
		if d.constraint != "" {
			p.Declared = []string{d.constraint}
		}
	}
	for _, d := range l.dependent {
		// Bundler does not lock itself.
		if !d.locked && d.name != "bundler" {
			l.file.Notes = append(l.file.Notes,
				fmt.Sprintf("dependency %q of line %d is locked for no platform", d.name, d.line))
		}
	}
}

// join makes the edges. A gem depends on the variant for its own platform if
// there is one; the variants of a gem, being one package, share their edges.
func (l *lock) join() {
	l.file.Edges = make([]inventory.Edge, 0, len(l.wanted))
	if inOrder := func(a, b want) int { return a.from - b.from }; !slices.IsSortedFunc(l.wanted, inOrder) {
		slices.SortStableFunc(l.wanted, inOrder)
	}
	last := make([]int, len(l.file.Packages)) // by package, 1 + the one that it was last joined to
	for _, w := range l.wanted {
		to, ok := 0, false
		if w.to.platform != "" {
			to, ok = l.byVariant[w.to]
		}
		if !ok {
			to, ok = l.byName[w.to.name]
		}
		if !ok || last[to] == w.from+1 {
			continue
		}
		last[to] = w.from + 1
		l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
	}
}

// parenthesised splits "name (text)" or "name"; it is false for anything else.
func parenthesised(s string) (before, inside string, ok bool) {
	before, inside, found := strings.Cut(s, " (")
	if found {
		inside, found = strings.CutSuffix(inside, ")")
		if !found || inside == "" {
			return "", "", false
		}
	}
	return before, inside, before != "" && !strings.ContainsAny(before, " ()")
}

func setFirst[K comparable](m map[K]int, key K, value int) {
	if _, known := m[key]; !known {
		m[key] = value
	}
}
