package inventory

import (
	"cmp"
	"slices"

	"github.com/assay-sca/assay/internal/version"
)

// Declaration is what a manifest asks for, at its place.
type Declaration struct {
	Ecosystem  string
	Name       string // normalised
	Constraint string // as written; empty: any version
	Scope      Scope
	Path       string
	Line       int // 1-based; 0 when the format has no lines
}

// Place is an occurrence: indexes in Inventory.Units and Unit.Occurrences.
type Place struct{ Unit, Occurrence int }

// Dependency is a package that something in the source asks for by name: what
// was asked for beside what was got.
type Dependency struct {
	Ecosystem string
	Name      string        // normalised
	Declared  []Declaration // by path and line
	Locked    []Place       // every occurrence that has a version, the transitive ones too
	Earliest  string        // of the locked versions that can be compared; empty: none
	Latest    string
}

// Dependencies lists the direct dependencies, sorted by ecosystem and name.
func (inv *Inventory) Dependencies() []Dependency {
	d := dependencies{inv: inv, index: map[packageKey]*Dependency{}}
	for i := range inv.Components {
		if c := &inv.Components[i]; c.Direct {
			d.of(c.Ecosystem, c.Name)
		}
	}
	for u := range inv.Units {
		for _, declared := range inv.Units[u].Declared {
			dep := d.of(declared.Ecosystem, declared.Name)
			dep.Declared = append(dep.Declared, declared)
		}
	}
	d.occurrences()
	return d.sorted()
}

type packageKey struct{ ecosystem, name string }

type dependencies struct {
	inv   *Inventory
	index map[packageKey]*Dependency
}

func (d *dependencies) of(ecosystem, name string) *Dependency {
	key := packageKey{ecosystem, name}
	dep := d.index[key]
	if dep == nil {
		dep = &Dependency{Ecosystem: ecosystem, Name: name}
		d.index[key] = dep
	}
	return dep
}

// asked is a constraint that a unit's declarations hold already: anywhere in its
// manifests (line 0), or at a line of the file that gave the occurrence.
type asked struct {
	dependency *Dependency
	constraint string
	line       int
}

// occurrences enters what was got; what no manifest declares is declared where it
// stands.
func (d *dependencies) occurrences() {
	of := make([]*Dependency, len(d.inv.Components))
	for i := range d.inv.Components {
		c := &d.inv.Components[i]
		of[i] = d.index[packageKey{c.Ecosystem, c.Name}]
	}
	known := map[asked]bool{}
	for u := range d.inv.Units {
		unit := &d.inv.Units[u]
		clear(known)
		for _, declared := range unit.Declared {
			known[asked{d.of(declared.Ecosystem, declared.Name), declared.Constraint, 0}] = true
		}
		for i := range unit.Occurrences {
			o := &unit.Occurrences[i]
			dep := of[o.Component]
			if dep == nil {
				continue
			}
			open := d.inv.Components[o.Component].Version == ""
			if !open {
				dep.Locked = append(dep.Locked, Place{u, i})
			}
			if o.Direct {
				dep.declaredAt(o, open, known)
			}
		}
	}
}

// declaredAt adds the constraints that stand at the occurrence itself: those of a
// lock without its manifests, of a manifest without a lock, of requirements.
func (dep *Dependency) declaredAt(o *Occurrence, open bool, known map[asked]bool) {
	constraints := o.Declared
	if open && len(constraints) == 0 {
		constraints = []string{""}
	}
	for _, c := range constraints {
		here := asked{dep, c, o.Line}
		if known[here] || known[asked{dep, c, 0}] {
			continue
		}
		known[here] = true
		dep.Declared = append(dep.Declared, Declaration{dep.Ecosystem, dep.Name, c, o.Scope, o.Path, o.Line})
	}
}

func (d *dependencies) sorted() []Dependency {
	list := make([]Dependency, 0, len(d.index))
	for _, dep := range d.index {
		slices.SortStableFunc(dep.Declared, func(a, b Declaration) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), a.Line-b.Line, cmp.Compare(a.Constraint, b.Constraint))
		})
		dep.Earliest, dep.Latest = d.bounds(dep)
		list = append(list, *dep)
	}
	slices.SortFunc(list, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// bounds are the earliest and the latest of the versions that are used.
func (d *dependencies) bounds(dep *Dependency) (earliest, latest string) {
	scheme := version.SchemeOf(dep.Ecosystem)
	var low, high version.Version
	component := -1
	for _, p := range dep.Locked {
		c := d.inv.Units[p.Unit].Occurrences[p.Occurrence].Component
		if c == component {
			continue // many units have the same
		}
		component = c
		v, err := version.Parse(scheme, d.inv.Components[c].Version)
		if err != nil {
			continue
		}
		if low.IsZero() || less(v, low) {
			low = v
		}
		if high.IsZero() || less(high, v) {
			high = v
		}
	}
	return low.String(), high.String()
}

func less(v, w version.Version) bool {
	sign, err := v.Compare(w)
	return err == nil && sign < 0
}
