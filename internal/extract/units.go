package extract

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// inventory makes units of the files: one of each lock with its manifests, one
// of each requirements file, one of each manifest that no lock governs.
func (p *pairing) inventory() inventory.Inventory {
	b := inventory.NewBuilder()
	for _, f := range p.files {
		switch {
		case f.constraint:
			p.note(f, "it only limits versions that other files ask for")
		case f.format.Role == Lock:
			p.lockUnit(b, f)
		case f.format.Role == Requirements:
			p.requirementsUnit(b, f)
		case f.format.Role == Manifest && !p.governed[f]:
			p.manifestUnit(b, f)
		}
	}
	return b.Inventory()
}

func (p *pairing) note(f *readFile, format string, args ...any) {
	p.notes[f] = append(p.notes[f], fmt.Sprintf(format, args...))
}

// lockUnit is a lock's packages, with what its manifests declare.
func (p *pairing) lockUnit(b *inventory.Builder, f *readFile) {
	l := newLocked(f)
	unit := b.Unit(f.format.Name, f.path)
	for _, m := range p.governs[f] {
		unit.Manifests = append(unit.Manifests, m.path)
		if path.Dir(m.path) == path.Dir(f.path) {
			l.dropProject(m.content.file.Name)
		}
	}
	for _, m := range p.governs[f] {
		l.declare(m)
	}
	if !f.content.file.DirectKnown && len(p.governs[f]) == 0 && len(l.packages) > 0 {
		l.rootsAreDirect()
		p.note(f, "no manifest beside it tells what is direct: packages that no other depends on are taken as direct")
	}
	l.spreadScopes()
	for i := range l.packages {
		b.Add(unit, occurrence(f, &l.packages[i]))
	}
	unit.Edges = append(unit.Edges, l.edges...)
	for _, d := range l.missing {
		pkg := Package{Name: d.Name, Direct: true, Scope: d.Scope, Declared: constraint(d.Constraint), Line: d.Line, Origin: d.Origin}
		b.Add(unit, occurrence(d.file, &pkg))
	}
	if n := len(l.missing); n > 0 {
		p.note(f, "%s declared but not locked", dependencies(n))
	}
}

func dependencies(n int) string {
	if n == 1 {
		return "1 dependency is"
	}
	return fmt.Sprintf("%d dependencies are", n)
}

// requirementsUnit is what one requirements file asks for; versions come from
// its pins and its constraint files.
func (p *pairing) requirementsUnit(b *inventory.Builder, f *readFile) {
	file := &f.content.file
	unit := b.Unit(f.format.Name, f.path)
	unpinned := 0
	for _, pkg := range file.Packages {
		if pkg.Version == "" {
			pkg.Version = p.pins[f][purl.Normalize(purl.PyPI, pkg.Name)]
		}
		if pkg.Version == "" {
			unpinned++
		}
		pkg.Direct = pkg.Direct || !file.DirectKnown
		pkg.Scope = orRuntime(pkg.Scope)
		b.Add(unit, occurrence(f, &pkg))
	}
	unit.Edges = append(unit.Edges, file.Edges...)
	p.noteUnpinned(f, unpinned, len(file.Packages))
}

// manifestUnit is what a manifest without a lock declares: of most dependencies
// the version is open.
func (p *pairing) manifestUnit(b *inventory.Builder, f *readFile) {
	file := &f.content.file
	if len(file.Declared) == 0 {
		return
	}
	unit := b.Unit(f.format.Name, f.path)
	unpinned := 0
	for _, d := range file.Declared {
		version := exact(f.format.Ecosystem, d.Constraint)
		if version == "" {
			unpinned++
		}
		pkg := Package{Name: d.Name, Version: version, Origin: d.Origin, Direct: true, Scope: d.Scope,
			Declared: constraint(d.Constraint), Line: d.Line}
		b.Add(unit, occurrence(f, &pkg))
	}
	p.noteUnpinned(f, unpinned, len(file.Declared))
}

func (p *pairing) noteUnpinned(f *readFile, unpinned, all int) {
	if unpinned > 0 {
		p.note(f, "%d of %d dependencies have no pinned version and cannot be checked", unpinned, all)
	}
}

// exact returns the version that a constraint pins, or "": each ecosystem has
// its own way to write one.
func exact(ecosystem, constraint string) string {
	c := strings.TrimSpace(constraint)
	switch ecosystem {
	case purl.PyPI:
		c = strings.TrimPrefix(strings.TrimPrefix(c, "=="), "=")
	case purl.Cargo:
		pinned, ok := strings.CutPrefix(c, "=")
		if !ok {
			return "" // a bare version is a caret range
		}
		c = pinned
	case purl.NPM, purl.Packagist:
		c = strings.TrimPrefix(c, "=")
		c = strings.TrimPrefix(c, "v")
	}
	c = strings.TrimSpace(c)
	if c == "" || c[0] < '0' || c[0] > '9' || strings.ContainsAny(c, " *<>=~^|,@") {
		return ""
	}
	core, _, _ := strings.Cut(c, "-")
	core, _, _ = strings.Cut(core, "+")
	if strings.ContainsAny(core, "xX") {
		return "" // "1.x"
	}
	if (ecosystem == purl.NPM || ecosystem == purl.Cargo) && strings.Count(core, ".") < 2 {
		return "" // "1.2" is a range
	}
	return c
}

func constraint(c string) []string {
	if c == "" {
		return nil
	}
	return []string{c}
}

func orRuntime(s inventory.Scope) inventory.Scope {
	if s == inventory.ScopeUnknown {
		return inventory.ScopeRuntime
	}
	return s
}

func occurrence(f *readFile, p *Package) inventory.Found {
	ecosystem := p.Ecosystem
	if ecosystem == "" {
		ecosystem = f.format.Ecosystem
	}
	return inventory.Found{
		Ecosystem: ecosystem, Name: p.Name, Version: p.Version, Origin: p.Origin, Licences: p.Licences,
		Path: f.path, Line: p.Line, Direct: p.Direct, Scope: p.Scope, Declared: p.Declared, Integrity: p.Integrity,
	}
}

// locked joins a lock's packages with what manifests declare. It works on copies:
// equal files share one parse.
type locked struct {
	packages  []Package
	edges     []inventory.Edge
	known     bool             // the lock itself tells what is direct
	byName    map[string][]int // by normalised name
	unscoped  []bool           // packages of which the lock does not tell the scope
	missing   []unlocked
	ecosystem string
}

type unlocked struct {
	Declaration
	file *readFile
}

func newLocked(f *readFile) *locked {
	l := &locked{
		packages: slices.Clone(f.content.file.Packages), edges: f.content.file.Edges,
		known: f.content.file.DirectKnown, ecosystem: f.format.Ecosystem,
	}
	l.indexNames()
	return l
}

// dropProject takes out the project that the manifest beside the lock describes,
// where the lock lists it (Cargo.lock does): it is what is scanned, no dependency.
func (l *locked) dropProject(name string) {
	own := func(p *Package) bool { return name != "" && p.Name == name && p.Origin.Kind == inventory.OriginPath }
	if !slices.ContainsFunc(l.packages, func(p Package) bool { return own(&p) }) {
		return
	}
	place := make([]int, len(l.packages))
	var packages []Package
	for i := range l.packages {
		place[i] = len(packages)
		if own(&l.packages[i]) {
			place[i] = -1
			continue
		}
		packages = append(packages, l.packages[i])
	}
	var edges []inventory.Edge
	for _, e := range l.edges {
		if place[e.From] >= 0 && place[e.To] >= 0 {
			edges = append(edges, inventory.Edge{From: place[e.From], To: place[e.To]})
		}
	}
	l.packages, l.edges = packages, edges
	l.indexNames()
}

func (l *locked) indexNames() {
	l.byName = make(map[string][]int, len(l.packages))
	l.unscoped = make([]bool, len(l.packages))
	for i := range l.packages {
		l.unscoped[i] = l.packages[i].Scope == inventory.ScopeUnknown
		name := purl.Normalize(l.ecosystem, l.packages[i].Name)
		l.byName[name] = append(l.byName[name], i)
	}
}

// declare enters a manifest's declarations at the packages that they resolved to.
func (l *locked) declare(m *readFile) {
	for _, d := range m.content.file.Declared {
		at := l.resolve(d)
		for _, i := range at {
			p := &l.packages[i]
			if !l.known {
				p.Direct = true
			}
			if !l.known || l.unscoped[i] {
				p.Scope = p.Scope.Wider(d.Scope)
			}
			if d.Constraint != "" && !slices.Contains(p.Declared, d.Constraint) {
				p.Declared = append(slices.Clone(p.Declared), d.Constraint)
			}
		}
		if len(at) == 0 && mustBeLocked(d) {
			l.missing = append(l.missing, unlocked{d, m})
		}
	}
}

// mustBeLocked: optional and peer dependencies may be left out of a lock, and
// the project's own packages are.
func mustBeLocked(d Declaration) bool {
	return d.Scope != inventory.ScopePeer && d.Scope != inventory.ScopeOptional && d.Origin.Kind != inventory.OriginPath
}

// resolve finds the packages that a declaration got: those the lock itself files
// under the very request, else the direct ones, else those at the top, else those
// of the name.
func (l *locked) resolve(d Declaration) []int {
	found := l.byName[purl.Normalize(l.ecosystem, d.Name)]
	request := d.Name + "@" + d.Constraint
	if d.Alias != "" {
		request = d.Alias + "@npm:" + request
	}
	found = narrow(found, func(i int) bool { return slices.Contains(l.packages[i].Requests, request) })
	if l.known {
		found = narrow(found, func(i int) bool { return l.packages[i].Direct })
		found = narrow(found, func(i int) bool { return slices.Contains(l.packages[i].Declared, d.Constraint) })
	}
	return narrow(found, func(i int) bool { return !l.packages[i].Nested })
}

// narrow keeps those of several for which keep holds, or all if it holds for none.
func narrow(candidates []int, keep func(int) bool) []int {
	if len(candidates) < 2 {
		return candidates
	}
	var kept []int
	for _, i := range candidates {
		if keep(i) {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return candidates
	}
	return kept
}

// rootsAreDirect is the best guess where nothing tells.
func (l *locked) rootsAreDirect() {
	needed := make([]bool, len(l.packages))
	for _, e := range l.edges {
		if e.From != e.To {
			needed[e.To] = true
		}
	}
	for i := range l.packages {
		l.packages[i].Direct = !needed[i]
	}
}

// spreadScopes gives packages without a scope the widest scope of the direct
// dependencies that need them.
func (l *locked) spreadScopes() {
	open := make([]bool, len(l.packages))
	any := false
	for i := range l.packages {
		p := &l.packages[i]
		if p.Scope == inventory.ScopeUnknown && p.Direct {
			p.Scope = inventory.ScopeRuntime
		}
		// A direct dependency may also be needed by one that reaches further.
		open[i] = p.Scope == inventory.ScopeUnknown || p.Direct
		any = any || open[i]
	}
	if !any {
		return
	}
	to := l.adjacency()
	for _, scope := range inventory.Scopes() {
		var pending []int
		for i := range l.packages {
			if l.packages[i].Scope == scope {
				open[i] = false
				pending = append(pending, i)
			}
		}
		for len(pending) > 0 {
			i := pending[len(pending)-1]
			pending = pending[:len(pending)-1]
			for _, next := range to[i] {
				if open[next] {
					open[next] = false
					l.packages[next].Scope = scope
					pending = append(pending, next)
				}
			}
		}
	}
}

func (l *locked) adjacency() [][]int {
	to := make([][]int, len(l.packages))
	for _, e := range l.edges {
		to[e.From] = append(to[e.From], e.To)
	}
	return to
}
