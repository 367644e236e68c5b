package json

import "github.com/assay-sca/assay/internal/inventory"

// dependencies write of each direct dependency what was asked for beside what was
// got.
func (d *document) dependencies() {
	all := d.r.Inventory.Dependencies()
	d.list("dependencies", len(all), func(i int) {
		dep := &all[i]
		d.open('{')
		d.key("ecosystem")
		d.text(dep.Ecosystem)
		d.key("name")
		d.text(dep.Name)
		d.list("declared", len(dep.Declared), func(n int) { d.declaration(&dep.Declared[n]) })
		d.list("locked", len(dep.Locked), func(n int) { d.locked(dep.Locked[n]) })
		d.key("earliest")
		d.text(dep.Earliest)
		d.key("latest")
		d.text(dep.Latest)
		d.close('}')
	})
}

func (d *document) declaration(declared *inventory.Declaration) {
	d.open('{')
	d.key("constraint")
	d.text(declared.Constraint)
	d.key("scope")
	d.text(string(declared.Scope))
	d.key("path")
	d.text(declared.Path)
	d.key("line")
	d.number(declared.Line)
	d.close('}')
}

func (d *document) locked(p inventory.Place) {
	unit := &d.r.Inventory.Units[p.Unit]
	o := &unit.Occurrences[p.Occurrence]
	d.open('{')
	d.key("component")
	d.id(o.Component)
	d.key("version")
	d.text(d.r.Inventory.Components[o.Component].Version)
	d.key("unit")
	d.text(unit.ID)
	d.key("path")
	d.text(o.Path)
	d.key("line")
	d.number(o.Line)
	d.key("direct")
	d.truth(o.Direct)
	d.close('}')
}
