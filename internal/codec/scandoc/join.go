package scandoc

import (
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

// join makes the document of what was read.
func (d *reader) join() (Document, error) {
	j := joiner{reader: d, builder: inventory.NewBuilder(), units: map[string]*inventory.Unit{}, ids: make(map[string]int, len(d.components)), first: make(map[spot]int, len(d.components))}
	j.builder.Expect(len(d.components))
	for _, step := range []func() error{j.joinUnits, j.joinComponents, j.joinEdges} {
		if err := step(); err != nil {
			return Document{}, err
		}
	}
	j.joinDeclared()
	out := Document{Ref: d.source.ref, Commit: d.source.commit, Inventory: j.builder.Inventory(), Files: d.files, Notices: d.notices}
	return out, j.checkIdentities(&out.Inventory)
}

type joiner struct {
	*reader
	builder *inventory.Builder
	units   map[string]*inventory.Unit
	ids     map[string]int // of components: their places in the document
	first   map[spot]int   // where a component stands first in a unit
}

type spot struct {
	unit      *inventory.Unit
	component int
}

func (j *joiner) joinUnits() error {
	for i, u := range j.reader.units {
		if j.units[u.id] != nil {
			return invalid(at("units", i, "id"), "is %q again", clip(u.id))
		}
		made := j.builder.Unit(u.kind, u.path)
		made.Manifests, made.Drift = u.manifests, u.drift
		j.units[u.id] = made
	}
	return nil
}

func (j *joiner) joinComponents() error {
	for i := range j.components {
		c := &j.components[i]
		if _, again := j.ids[c.id]; again {
			return invalid(at("components", i, "id"), "is %q again", clip(c.id))
		}
		j.ids[c.id] = i
		for n, o := range c.occurrences {
			u := j.units[o.unit]
			if u == nil {
				return invalid(at("components", i, "occurrences", n, "unit"), "is %q, which is not among the units", clip(o.unit))
			}
			if _, ok := j.first[spot{u, i}]; !ok {
				j.first[spot{u, i}] = len(u.Occurrences)
			}
			written := o.written
			if written == "" {
				written = c.name
			}
			j.builder.Add(u, inventory.Found{
				Ecosystem: c.ecosystem, Name: written, Version: c.version, Origin: c.origin, Licences: c.licences,
				Path: o.path, Line: o.line, Direct: o.direct, Scope: o.scope, Declared: o.declared, Integrity: o.integrity,
			})
		}
	}
	return nil
}

func (j *joiner) joinEdges() error {
	for i, e := range j.edges {
		u := j.units[e.unit]
		if u == nil {
			return invalid(at("edges", i, "unit"), "is %q, which is not among the units", clip(e.unit))
		}
		from, ok := j.place(u, e.from)
		if !ok {
			return invalid(at("edges", i, "from"), "is %q, which does not occur in the unit", clip(e.from))
		}
		to, ok := j.place(u, e.to)
		if !ok {
			return invalid(at("edges", i, "to"), "is %q, which does not occur in the unit", clip(e.to))
		}
		u.Edges = append(u.Edges, inventory.Edge{From: from, To: to})
	}
	return nil
}

// place is where a component stands first in a unit.
func (j *joiner) place(u *inventory.Unit, id string) (int, bool) {
	component, ok := j.ids[id]
	if !ok {
		return 0, false
	}
	at, ok := j.first[spot{u, component}]
	return at, ok
}

// joinDeclared gives declarations to the units of which the file is a manifest;
// others stand at the occurrences already.
func (j *joiner) joinDeclared() {
	by := map[string]*inventory.Unit{}
	for _, u := range slices.Backward(j.reader.units) {
		for _, m := range u.manifests {
			by[m] = j.units[u.id]
		}
	}
	for _, declared := range j.declared {
		if u := by[declared.Path]; u != nil {
			u.Declared = append(u.Declared, declared)
		}
	}
}

// checkIdentities wants each component to be what its purl says: the purl is
// what components are known by ever after.
func (j *joiner) checkIdentities(inv *inventory.Inventory) error {
	known := make(map[string]bool, len(inv.Components))
	for i := range inv.Components {
		known[inv.Components[i].PURL] = true
	}
	for i := range j.components {
		if c := &j.components[i]; !known[c.purl] {
			return invalid(at("components", i, "purl"), "is %q, which is not what its ecosystem, name and version make", clip(c.purl))
		}
	}
	return nil
}
