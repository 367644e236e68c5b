package scandoc

import (
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

func (d *reader) readSource() error {
	return d.object("source", map[string]member{"ref": d.into(&d.source.ref), "commit": d.into(&d.source.commit)})
}

func (d *reader) readUnits() error {
	return d.each("units", d.limits.Units, func(place string) error {
		var u unit
		err := d.object(place, map[string]member{
			"id": d.into(&u.id), "kind": d.into(&u.kind), "path": d.into(&u.path), "manifests": d.intoAll(&u.manifests),
			"drift": func(place string) error { return d.readDrift(place, &u) },
		}, "id", "kind", "path")
		if err == nil && (u.kind == "" || u.id != u.kind+":"+u.path) {
			err = invalid(place+".id", "is not its kind and path")
		}
		d.units = append(d.units, u)
		return err
	})
}

func (d *reader) readDrift(place string, u *unit) error {
	return d.each(place, d.limits.Occurrences, func(place string) error {
		var drift inventory.Drift
		err := d.object(place, map[string]member{
			"name": d.into(&drift.Name), "declared": d.into(&drift.Declared), "path": d.into(&drift.Path), "locked": d.intoAll(&drift.Locked),
			"line": func(place string) error { return d.line(place, &drift.Line) },
		}, "name")
		u.drift = append(u.drift, drift)
		return err
	})
}

func (d *reader) readComponents() error {
	return d.each("components", d.limits.Components, func(place string) error {
		var c component
		err := d.object(place, map[string]member{
			"id": d.into(&c.id), "purl": d.into(&c.purl), "ecosystem": d.into(&c.ecosystem), "name": d.into(&c.name), "version": d.into(&c.version),
			"licences": d.intoAll(&c.licences),
			"origin":   func(place string) error { return d.readOrigin(place, &c.origin) },
			"occurrences": func(place string) error {
				return d.each(place, d.limits.Occurrences, func(place string) error { return d.readOccurrence(place, &c) })
			},
		}, "id", "purl", "ecosystem", "name", "version", "occurrences")
		if err == nil && len(c.occurrences) == 0 {
			err = invalid(place+".occurrences", "is empty")
		}
		d.components = append(d.components, c)
		return err
	})
}

func (d *reader) readOrigin(place string, o *inventory.Origin) error {
	var kind string
	if err := d.object(place, map[string]member{"kind": d.into(&kind), "ref": d.into(&o.Ref)}, "kind"); err != nil {
		return err
	}
	o.Kind = inventory.OriginKind(kind)
	if !slices.Contains([]inventory.OriginKind{inventory.OriginGit, inventory.OriginURL, inventory.OriginPath}, o.Kind) {
		return invalid(place+".kind", "is %q, which is no origin", clip(kind))
	}
	return nil
}

func (d *reader) readOccurrence(place string, c *component) error {
	if err := room("components[].occurrences", d.places, d.limits.Occurrences); err != nil {
		return err
	}
	d.places++
	var o occurrence
	var scope string
	err := d.object(place, map[string]member{
		"unit": d.into(&o.unit), "written": d.into(&o.written), "path": d.into(&o.path), "scope": d.into(&scope),
		"declared": d.intoAll(&o.declared), "integrity": d.intoAll(&o.integrity),
		"line":   func(place string) error { return d.line(place, &o.line) },
		"direct": func(place string) error { return d.truth(place, &o.direct) },
	}, "unit", "direct", "scope")
	if err == nil {
		o.scope, err = scopeOf(place+".scope", scope)
	}
	c.occurrences = append(c.occurrences, o)
	return err
}

func scopeOf(place, s string) (inventory.Scope, error) {
	if s != "" && !slices.Contains(inventory.Scopes(), inventory.Scope(s)) {
		return "", invalid(place, "is %q, which is no scope", clip(s))
	}
	return inventory.Scope(s), nil
}

func (d *reader) readEdges() error {
	return d.each("edges", d.limits.Edges, func(place string) error {
		var e edge
		err := d.object(place, map[string]member{"unit": d.into(&e.unit), "from": d.into(&e.from), "to": d.into(&e.to)}, "unit", "from", "to")
		d.edges = append(d.edges, e)
		return err
	})
}

func (d *reader) readDependencies() error {
	return d.each("dependencies", d.limits.Components, func(place string) error {
		var ecosystem, name string
		var declared []inventory.Declaration
		err := d.object(place, map[string]member{
			"ecosystem": d.into(&ecosystem), "name": d.into(&name),
			"declared": func(place string) error {
				return d.each(place, d.limits.Occurrences, func(place string) error { return d.readDeclaration(place, &declared) })
			},
		}, "ecosystem", "name")
		for i := range declared {
			declared[i].Ecosystem, declared[i].Name = ecosystem, name
		}
		d.declared = append(d.declared, declared...)
		return err
	})
}

func (d *reader) readDeclaration(place string, into *[]inventory.Declaration) error {
	var declared inventory.Declaration
	var scope string
	err := d.object(place, map[string]member{
		"constraint": d.into(&declared.Constraint), "scope": d.into(&scope), "path": d.into(&declared.Path),
		"line": func(place string) error { return d.line(place, &declared.Line) },
	})
	if err == nil {
		declared.Scope, err = scopeOf(place+".scope", scope)
	}
	*into = append(*into, declared)
	return err
}

func (d *reader) readCoverage() error {
	return d.object("coverage", map[string]member{"files": func(place string) error {
		return d.each(place, d.limits.Files, func(place string) error {
			var f inventory.FileCoverage
			var status string
			err := d.object(place, map[string]member{
				"path": d.into(&f.Path), "kind": d.into(&f.Kind), "status": d.into(&status), "reason": d.into(&f.Reason),
				"line": func(place string) error { return d.line(place, &f.Line) },
			}, "path", "kind", "status")
			f.Status = inventory.Status(status)
			states := []inventory.Status{inventory.Read, inventory.Failed, inventory.Unsupported, inventory.NoAdvisories, inventory.Skipped}
			if err == nil && !slices.Contains(states, f.Status) {
				err = invalid(place+".status", "is %q, which is no state of a file", clip(status))
			}
			d.files = append(d.files, f)
			return err
		})
	}}, "files")
}
