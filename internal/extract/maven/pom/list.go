package pom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// lister makes declarations of what a project asks for.
type lister struct {
	chain       *chain
	imports     *imports
	file        *extract.File
	r           *resolver
	open        map[string]dependency // managed entries that have properties in their keys
	profile     managed               // of the profile being listed
	openProfile map[string]dependency
	inProfile   int               // its number; less than 0: none
	offered     map[string]string // profiles by the properties that they define
	elsewhere   []string          // profiles that define properties which are not in use
	unresolved  int
	unmanaged   int      // dependencies, plugins aside, without a version
	bare        int      // dependencies without a version
	repeated    []int    // lines of dependencies that are declared again
	profiles    []string // that have dependencies
	ofProfiles  int      // their dependencies
}

// maxNoted is the number of profiles that a note names.
const maxNoted = 10

// list fills in the file's declarations, anew if it had some.
func list(file *extract.File, c *chain, i *imports) {
	file.Declared = nil
	l := &lister{chain: c, imports: i, file: file, r: newResolver(c), open: map[string]dependency{}, inProfile: -1}
	for at := c; at != nil; at = at.parent {
		l.r.openEntries(l.open, at.project.body.managed)
	}
	if own, ok := l.r.coordinates(c.own()); ok && own.group != "" && own.artifact != "" {
		file.Name = own.group + ":" + own.artifact
	}
	l.body(c.project.body)
	base := l.r
	for i, p := range c.project.profiles {
		before := len(file.Declared)
		l.inProfile = i
		l.r, l.profile, l.openProfile = base.forProfile(p), p.body.managed, map[string]dependency{}
		l.r.openEntries(l.openProfile, l.profile)
		l.body(p.body)
		if n := len(file.Declared) - before; n > 0 {
			l.profiles, l.ofProfiles = append(l.profiles, p.id), l.ofProfiles+n
		}
	}
	l.notes()
}

func (l *lister) note(format string, args ...any) {
	l.file.Notes = append(l.file.Notes, fmt.Sprintf(format, args...))
}

// notes tells what a reader of the declarations must know.
func (l *lister) notes() {
	if n := len(l.profiles); n > 0 {
		l.note("%d of the dependencies are of profiles, which may not be in use: %.200q", l.ofProfiles, l.profiles[:min(n, maxNoted)])
	}
	if n := len(l.repeated); n > 0 {
		l.note("%d of the dependencies are declared again with the same words, first on line %d", n, l.repeated[0])
	}
	top := l.chain
	for top.parent != nil {
		top = top.parent
	}
	if p := top.project.parent; p != nil && l.bare > 0 {
		l.note("the parent %s:%s %s is not in the source: what it manages is not known", p.group, p.artifact, p.version)
	}
	l.notesOfImports()
	if len(l.elsewhere) > 0 {
		l.note("properties that only profiles define are not applied: %.200q", l.elsewhere)
	}
	if l.unresolved > 0 {
		l.note("%d versions or names are made of properties that are not defined in the source", l.unresolved)
	}
}

func (l *lister) notesOfImports() {
	switch out := l.imports.outside(); {
	case l.unmanaged == 0 || len(out) == 0:
	case len(out) == 1:
		l.note("the import %s:%s %s is not in the source: what it manages is not known", out[0].group, out[0].artifact, out[0].version)
	default:
		l.note("%d imports, %s:%s %s and others, are not in the source: what they manage is not known", len(out), out[0].group, out[0].artifact, out[0].version)
	}
}

// managedBy finds what is managed of a dependency: by the profile, by the project,
// by its nearest parent or, after all of them, by what they import.
func (l *lister) managedBy(d dependency) dependency {
	key := d.key()
	if m, ok := l.profile.byKey[key]; ok {
		return m
	}
	if m, ok := l.openProfile[key]; ok {
		return m
	}
	if m, ok := l.chain.managed(key); ok {
		return m
	}
	if m, ok := l.open[key]; ok {
		return m
	}
	if d.kind == pluginKind {
		return dependency{} // imports give no plugins
	}
	return l.imports.managed(key, l.inProfile)
}

func (l *lister) body(b body) {
	for _, d := range b.imports {
		l.add(d, inventory.ScopeBuild) // a list of versions, no code
	}
	seen := map[string]dependency{}
	for _, d := range b.dependencies {
		c, _ := l.r.coordinates(d.coordinates)
		d.group, d.artifact = c.group, c.artifact
		if first, ok := seen[d.key()]; ok {
			l.twice(first, d)
		}
		seen[d.key()] = d
		m := l.managedBy(d)
		d.version, d.scope = either(d.version, m.version), either(d.scope, m.scope)
		d.path, d.optional = either(d.path, m.path), either(d.optional, m.optional)
		if d.version == "" {
			l.unmanaged++
		}
		l.add(d, l.scope(d))
	}
	for _, plugins := range [][]plugin{b.managedPlugins, b.plugins} {
		for _, p := range plugins {
			for _, d := range p.dependencies {
				l.add(d, inventory.ScopeBuild)
			}
		}
	}
	for _, p := range b.plugins {
		d := dependency{coordinates: p.coordinates, kind: pluginKind}
		c, _ := l.r.coordinates(p.coordinates)
		d.group, d.artifact = c.group, c.artifact
		d.version = either(d.version, l.managedBy(d).version)
		l.add(d, inventory.ScopeBuild)
	}
}

// twice tells of a dependency that is declared again. Maven warns and takes the
// last; if both say the same, nothing is wrong with the result.
func (l *lister) twice(first, again dependency) {
	line := first.line
	if first.line = again.line; first == again {
		l.repeated = append(l.repeated, again.line)
		return
	}
	l.file.Fault(again.line, "%s:%s is declared twice, first on line %d", again.group, again.artifact, line)
}

func (l *lister) scope(d dependency) inventory.Scope {
	scope, _ := l.r.expand(d.scope)
	optional, _ := l.r.expand(d.optional)
	switch {
	case scope == "test":
		return inventory.ScopeTest
	case scope == "provided" || scope == "system":
		return inventory.ScopeBuild // there to compile against; what runs it brings its own
	case optional == "true":
		return inventory.ScopeOptional
	}
	return inventory.ScopeRuntime
}

func (l *lister) add(d dependency, scope inventory.Scope) {
	c, known := l.r.coordinates(d.coordinates)
	if c.group == "" || c.artifact == "" {
		l.file.Fault(d.line, "a dependency without a group or an artifact")
		return
	}
	declaration := extract.Declaration{Name: c.group + ":" + c.artifact, Constraint: c.version, Scope: scope, Line: d.line}
	if d.path != "" {
		path, _ := l.r.expand(d.path)
		declaration.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: path}
	}
	if !known || isOpen(c.version) {
		l.unresolved++
		l.lookElsewhere(d)
	}
	if c.version == "" {
		l.bare++
	}
	l.file.Declared = append(l.file.Declared, declaration)
}

// lookElsewhere notes the profile that would give what is missing first.
func (l *lister) lookElsewhere(d dependency) {
	if l.offered == nil {
		l.offered = map[string]string{}
		for c := l.chain; c != nil; c = c.parent {
			for _, p := range c.project.profiles {
				for name := range p.body.properties {
					l.offered[name] = p.id
				}
			}
		}
	}
	_, rest, _ := strings.Cut(d.group+d.artifact+d.version, "${")
	name, _, _ := strings.Cut(rest, "}")
	if id := l.offered[name]; id != "" && !slices.Contains(l.elsewhere, id) && len(l.elsewhere) < maxNoted {
		l.elsewhere = append(l.elsewhere, id)
	}
}
