package extract

import (
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// locked joins a lock's packages with what manifests declare. It works on copies:
// equal files share one parse.
type locked struct {
	packages  []Package
	edges     []inventory.Edge
	known     bool             // the lock itself tells what is direct
	partial   bool             // the lock may lack what is needed
	own       map[string]bool  // normalised names of the project's own packages
	byName    map[string][]int // by normalised name
	unscoped  []bool           // packages of which the lock does not tell the scope
	member    []bool           // packages that are a manifest's own project
	missing   []unlocked
	declared  []inventory.Declaration
	drifts    []inventory.Drift
	ecosystem string
}

type unlocked struct {
	Declaration
	file *readFile
}

func newLocked(f *readFile) *locked {
	l := &locked{
		packages: slices.Clone(f.content.file.Packages), edges: f.content.file.Edges,
		known: f.content.file.DirectKnown, partial: f.content.file.Partial, own: map[string]bool{}, ecosystem: f.format.Ecosystem,
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
	l.unscoped, l.member = make([]bool, len(l.packages)), make([]bool, len(l.packages))
	single := make([]int, len(l.packages)) // the list of a name that is there once
	for i := range l.packages {
		l.unscoped[i] = l.packages[i].Scope == inventory.ScopeUnknown
		name := purl.Normalize(l.ecosystem, l.packages[i].Name)
		if others, ok := l.byName[name]; ok {
			l.byName[name] = append(others, i)
			continue
		}
		single[i] = i
		l.byName[name] = single[i : i+1 : i+1]
	}
}

// markMember marks the project that a manifest of the workspace describes: the
// manifest says what it needs and what for, the lock only that it needs it.
func (l *locked) markMember(name string) {
	if name == "" {
		return
	}
	for _, i := range l.byName[purl.Normalize(l.ecosystem, name)] {
		l.member[i] = l.packages[i].Origin.Kind == inventory.OriginPath
	}
}

// declare enters a manifest's declarations at the packages that they resolved to.
func (l *locked) declare(m *readFile) {
	for _, d := range m.content.file.Declared {
		l.declared = append(l.declared, inventory.Declaration{
			Ecosystem: l.ecosystem, Name: purl.Normalize(l.ecosystem, d.Name), Constraint: d.Constraint,
			Scope: d.Scope, Path: m.path, Line: d.Line,
		})
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
		l.drift(m, d, at)
		if len(at) == 0 && l.needs(d) {
			l.missing = append(l.missing, unlocked{d, m})
		}
	}
}

// needs tells whether a declaration is for a package that is in use: optional and
// peer dependencies need not be, and the project's own packages are no others.
func (l *locked) needs(d Declaration) bool {
	return d.Scope != inventory.ScopePeer && d.Scope != inventory.ScopeOptional && d.Origin.Kind != inventory.OriginPath &&
		!l.own[purl.Normalize(l.ecosystem, d.Name)]
}

// mustHold tells whether a lock of this kind that agrees with its manifests has a
// package for a declaration.
func (l *locked) mustHold(d Declaration) bool {
	return l.needs(d) && !l.partial && !leftOut(l.ecosystem, d.Scope)
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

// anyDirect tells whether the lock itself knows some of what is direct.
func (l *locked) anyDirect() bool {
	return slices.ContainsFunc(l.packages, func(p Package) bool { return p.Direct })
}

// rootsAreDirect is the best guess where nothing at all tells.
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
		if !l.member[e.From] {
			to[e.From] = append(to[e.From], e.To)
		}
	}
	return to
}
