package uvlock

import (
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/tomltree"
)

// node is a package, or one of its extras: what an extra brings is needed only
// where that extra is asked for.
type node struct {
	at    int
	extra string
}

// spreader walks from what the projects name to everything that it needs. Scopes
// are walked widest first, so the first visit of a package tells its scope.
type spreader struct {
	lock    *lock
	visited map[node]bool
	queue   []node
}

// root is a list of requirements that a project makes.
type root struct {
	requirements tomltree.Value
	scope        inventory.Scope
}

// spread marks the direct packages and tells the scope of every package.
func (l *lock) spread(roots []root) {
	s := spreader{lock: l, visited: make(map[node]bool)}
	for _, scope := range []inventory.Scope{inventory.ScopeRuntime, inventory.ScopeOptional, inventory.ScopeDev} {
		for _, r := range roots {
			if r.scope == scope {
				s.require(r.requirements, true)
			}
		}
		s.walk(scope)
	}
}

// require queues what a list of dependency tables asks for.
func (s *spreader) require(dependencies tomltree.Value, direct bool) {
	for _, item := range dependencies.Items() {
		dependency := item.Table()
		for _, at := range s.lock.resolve(dependency) {
			if direct {
				s.lock.graph.Packages[at].Direct = true
			}
			s.visit(node{at: at})
			for _, extra := range extras(dependency) {
				s.visit(node{at: at, extra: extra})
			}
		}
	}
}

func (s *spreader) visit(n node) {
	if !s.visited[n] {
		s.visited[n] = true
		s.queue = append(s.queue, n)
	}
}

func (s *spreader) walk(scope inventory.Scope) {
	for len(s.queue) > 0 {
		n := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		if n.extra != "" {
			s.require(s.lock.tables[n.at].Get("optional-dependencies", n.extra), false)
			continue
		}
		if p := &s.lock.graph.Packages[n.at]; p.Scope == inventory.ScopeUnknown {
			p.Scope = scope
		}
		s.require(s.lock.tables[n.at].Get("dependencies"), false)
	}
}

// extras reads "extra" of a dependency and "extras" of a requirement.
func extras(dependency *tomltree.Table) []string {
	var names []string
	for _, key := range []string{"extra", "extras"} {
		v := dependency.Get(key)
		if v.IsString() {
			names = append(names, v.String())
		}
		for _, item := range v.Items() {
			names = append(names, item.String())
		}
	}
	return names
}

// roots lists everything that the root and the members ask for.
func (l *lock) roots(manifest *tomltree.Table) []root {
	all := appendGroups(nil, manifest.Get("dependency-groups"), inventory.ScopeDev)
	if requirements := manifest.Get("requirements"); requirements.Exists() {
		all = append(all, root{requirements, inventory.ScopeRuntime})
	}
	for _, p := range l.projects {
		all = append(all, root{p.Get("dependencies"), inventory.ScopeRuntime})
		all = appendGroups(all, p.Get("optional-dependencies"), inventory.ScopeOptional)
		all = appendGroups(all, p.Get("dev-dependencies"), inventory.ScopeDev)
	}
	return all
}

func appendGroups(all []root, groups tomltree.Value, scope inventory.Scope) []root {
	table := groups.Table()
	for _, name := range table.Keys() {
		all = append(all, root{table.Get(name), scope})
	}
	return all
}

// declareAll notes the constraints of the root, the members and the workspace.
func (l *lock) declareAll(manifest *tomltree.Table) {
	l.declare(manifest.Get("requirements"))
	l.declareGroups(manifest.Get("dependency-groups"))
	for _, p := range l.projects {
		l.declare(p.Get("metadata", "requires-dist"))
		l.declareGroups(p.Get("metadata", "requires-dev"))
	}
}

func (l *lock) declareGroups(groups tomltree.Value) {
	table := groups.Table()
	for _, name := range table.Keys() {
		l.declare(table.Get(name))
	}
}
