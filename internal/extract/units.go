package extract

import (
	"fmt"
	"path"
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// inventory makes units of the files: one of each lock with its manifests, one
// of each requirements file, one of each manifest that no lock governs.
func (p *pairing) inventory() inventory.Inventory {
	b := inventory.NewBuilder()
	b.Expect(p.largest())
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

// largest is the number of packages of the file that has most: at least so many
// components there will be.
func (p *pairing) largest() int {
	most := 0
	for _, f := range p.files {
		most = max(most, len(f.content.file.Packages))
	}
	return most
}

// newUnit begins a file's unit, with room for its occurrences.
func newUnit(b *inventory.Builder, f *readFile, occurrences int) *inventory.Unit {
	unit := b.Unit(f.format.Name, f.path)
	unit.Occurrences = make([]inventory.Occurrence, 0, occurrences)
	return unit
}

func (p *pairing) note(f *readFile, format string, args ...any) {
	p.notes[f] = append(p.notes[f], fmt.Sprintf(format, args...))
}

// lockUnit is a lock's packages, with what its manifests declare.
func (p *pairing) lockUnit(b *inventory.Builder, f *readFile) {
	l := newLocked(f)
	unit := newUnit(b, f, len(l.packages))
	for _, m := range p.governs[f] {
		unit.Manifests = append(unit.Manifests, m.path)
		if path.Dir(m.path) == path.Dir(f.path) {
			l.dropProject(m.content.file.Name)
		}
	}
	p.nameOwn(f, l)
	for _, m := range p.governs[f] {
		l.declare(m)
		l.markMember(m.content.file.Name)
	}
	if !f.content.file.DirectKnown && !p.declares(f) && len(l.packages) > 0 && !l.anyDirect() {
		l.rootsAreDirect()
		p.note(f, "no manifest beside it tells what is direct: packages that no other depends on are taken as direct")
	}
	l.spreadScopes()
	for i := range l.packages {
		b.Add(unit, occurrence(f, &l.packages[i]))
	}
	unit.Edges = append(unit.Edges, l.edges...)
	unit.Declared, unit.Drift = l.declared, l.drifts
	for _, d := range l.missing {
		pkg := Package{Name: d.Name, Direct: true, Scope: d.Scope, Declared: constraint(d.Constraint), Line: d.Line, Origin: d.Origin}
		if f.format.Ecosystem == purl.Maven {
			// Gradle locks only the configurations that it is told to lock; for the
			// others, plugins among them, what is asked for is what is used.
			pkg.Version = exact(purl.Maven, d.Constraint)
		}
		b.Add(unit, occurrence(d.file, &pkg))
	}
	p.noteMissing(f, l)
}

// declares tells whether a manifest of the lock asks for anything: one that only
// lists the folders of a project says nothing of what is direct.
func (p *pairing) declares(lock *readFile) bool {
	return slices.ContainsFunc(p.governs[lock], func(m *readFile) bool { return len(m.content.file.Declared) > 0 })
}

// nameOwn tells a lock's packages which names are those of the project: of the
// manifests that it governs and of their siblings.
func (p *pairing) nameOwn(f *readFile, l *locked) {
	for _, m := range slices.Concat(p.governs[f], p.manifests[path.Dir(f.path)]) {
		if name := m.content.file.Name; name != "" && m.format.Ecosystem == l.ecosystem {
			l.own[purl.Normalize(l.ecosystem, name)] = true
		}
	}
}

// noteMissing tells what is declared but not locked apart from what such locks
// need not hold.
func (p *pairing) noteMissing(f *readFile, l *locked) {
	lost := 0
	for _, d := range l.missing {
		if l.mustHold(d.Declaration) {
			lost++
		}
	}
	if lost > 0 {
		p.note(f, "%s declared but not locked", dependencies(lost))
	}
	if n := len(l.missing) - lost; n > 0 {
		p.note(f, "of %d declared dependencies the version is open: this lock need not hold them", n)
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
	unit := newUnit(b, f, len(file.Packages))
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
	unit := newUnit(b, f, len(file.Declared))
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
