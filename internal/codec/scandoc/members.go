package scandoc

import (
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

func (d *reader) readSource(p *place) error {
	return d.object(p, []field{{name: "ref", text: &d.source.ref}, {name: "commit", text: &d.source.commit}})
}

func (d *reader) readUnits(p *place) error {
	return d.each(p, d.limits.Units, func(p *place) error {
		var u unit
		err := d.object(p, []field{
			{name: "id", text: &u.id, need: true}, {name: "kind", text: &u.kind, need: true}, {name: "path", text: &u.path, need: true},
			{name: "manifests", list: &u.manifests}, {name: "drift", do: func(p *place) error { return d.readDrift(p, &u) }},
		})
		if err == nil && (u.kind == "" || u.id != u.kind+":"+u.path) {
			err = invalid(&place{in: p, name: "id"}, "is not its kind and path")
		}
		d.units = append(d.units, u)
		return err
	})
}

func (d *reader) readDrift(p *place, u *unit) error {
	u.drift = nil
	return d.each(p, d.limits.Occurrences, func(p *place) error {
		var drift inventory.Drift
		err := d.object(p, []field{
			{name: "name", text: &drift.Name, need: true}, {name: "declared", text: &drift.Declared}, {name: "path", text: &drift.Path},
			{name: "line", line: &drift.Line}, {name: "locked", list: &drift.Locked},
		})
		u.drift = append(u.drift, drift)
		return err
	})
}

func (d *reader) readComponents(p *place) error {
	var c component
	read := d.occurrencesOf(&c)
	members := []field{
		{name: "id", text: &c.id, need: true}, {name: "purl", text: &c.purl, need: true}, {name: "ecosystem", text: &c.ecosystem, need: true},
		{name: "name", text: &c.name, need: true}, {name: "version", text: &c.version, need: true}, {name: "licences", list: &c.licences},
		{name: "origin", do: func(p *place) error { return d.readOrigin(p, &c.origin) }},
		{name: "occurrences", need: true, do: read},
	}
	return d.each(p, d.limits.Components, func(p *place) error {
		c = component{}
		err := d.object(p, members)
		if err == nil && len(c.occurrences) == 0 {
			err = invalid(&place{in: p, name: "occurrences"}, "is empty")
		}
		d.components = append(d.components, c)
		return err
	})
}

func (d *reader) readOrigin(p *place, o *inventory.Origin) error {
	var kind string
	if err := d.object(p, []field{{name: "kind", text: &kind, need: true}, {name: "ref", text: &o.Ref}}); err != nil {
		return err
	}
	o.Kind = inventory.OriginKind(kind)
	if !slices.Contains([]inventory.OriginKind{inventory.OriginGit, inventory.OriginURL, inventory.OriginPath}, o.Kind) {
		return invalid(&place{in: p, name: "kind"}, "is %q, which is no origin", clip(kind))
	}
	return nil
}

// everyOccurrence is the place of a bound that counts over all components.
type everyOccurrence struct{}

// String is the place.
func (everyOccurrence) String() string { return "components[].occurrences" }

// occurrencesOf reads the occurrences of the component that c is at that moment.
func (d *reader) occurrencesOf(c *component) func(p *place) error {
	var o occurrence
	var scope string
	members := []field{
		{name: "unit", text: &o.unit, need: true}, {name: "written", text: &o.written}, {name: "path", text: &o.path}, {name: "line", line: &o.line},
		{name: "direct", truth: &o.direct, need: true}, {name: "scope", text: &scope, need: true},
		{name: "declared", list: &o.declared}, {name: "integrity", list: &o.integrity},
	}
	element := func(p *place) error {
		if err := room(everyOccurrence{}, d.places, d.limits.Occurrences); err != nil {
			return err
		}
		d.places++
		o, scope = occurrence{}, ""
		err := d.object(p, members)
		if err == nil {
			o.scope, err = scopeOf(p, scope)
		}
		c.occurrences = append(c.occurrences, o)
		return err
	}
	return func(p *place) error {
		c.occurrences = nil
		return d.each(p, d.limits.Occurrences, element)
	}
}

// scopeOf checks the scope of what stands at a place.
func scopeOf(p *place, s string) (inventory.Scope, error) {
	if s != "" && !slices.Contains(inventory.Scopes(), inventory.Scope(s)) {
		return "", invalid(&place{in: p, name: "scope"}, "is %q, which is no scope", clip(s))
	}
	return inventory.Scope(s), nil
}

func (d *reader) readEdges(p *place) error {
	var e edge
	members := []field{{name: "unit", text: &e.unit, need: true}, {name: "from", text: &e.from, need: true}, {name: "to", text: &e.to, need: true}}
	return d.each(p, d.limits.Edges, func(p *place) error {
		e = edge{}
		err := d.object(p, members)
		d.edges = append(d.edges, e)
		return err
	})
}

func (d *reader) readDependencies(p *place) error {
	return d.each(p, d.limits.Components, func(p *place) error {
		var ecosystem, name string
		var declared []inventory.Declaration
		err := d.object(p, []field{
			{name: "ecosystem", text: &ecosystem, need: true}, {name: "name", text: &name, need: true},
			{name: "declared", do: func(p *place) error { return d.readDeclarations(p, &declared) }},
		})
		for i := range declared {
			declared[i].Ecosystem, declared[i].Name = ecosystem, name
		}
		d.declared = append(d.declared, declared...)
		return err
	})
}

func (d *reader) readDeclarations(p *place, into *[]inventory.Declaration) error {
	*into = nil
	return d.each(p, d.limits.Occurrences, func(p *place) error {
		var declared inventory.Declaration
		var scope string
		err := d.object(p, []field{
			{name: "constraint", text: &declared.Constraint}, {name: "scope", text: &scope}, {name: "path", text: &declared.Path}, {name: "line", line: &declared.Line},
		})
		if err == nil {
			declared.Scope, err = scopeOf(p, scope)
		}
		*into = append(*into, declared)
		return err
	})
}

func (d *reader) readCoverage(p *place) error {
	return d.object(p, []field{{name: "files", need: true, do: d.readFiles}})
}

func (d *reader) readFiles(p *place) error {
	d.files = nil
	return d.each(p, d.limits.Files, func(p *place) error {
		var f inventory.FileCoverage
		var status string
		err := d.object(p, []field{
			{name: "path", text: &f.Path, need: true}, {name: "kind", text: &f.Kind, need: true}, {name: "status", text: &status, need: true},
			{name: "reason", text: &f.Reason}, {name: "line", line: &f.Line},
		})
		f.Status = inventory.Status(status)
		states := []inventory.Status{inventory.Read, inventory.Failed, inventory.Unsupported, inventory.NoAdvisories, inventory.Skipped}
		if err == nil && !slices.Contains(states, f.Status) {
			err = invalid(&place{in: p, name: "status"}, "is %q, which is no state of a file", clip(status))
		}
		d.files = append(d.files, f)
		return err
	})
}
