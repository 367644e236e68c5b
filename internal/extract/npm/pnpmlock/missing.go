package pnpmlock

import "fmt"

// missing reports what a whole lock has and this one has not: an entry for each
// dependency and, from version 7 on, a snapshot of each package. A lock cut off
// between two lines is still good YAML; only this tells.
func (b *builder) missing() {
	for _, d := range b.directs {
		ref, ok := b.style.dependency(d.name, d.version)
		if !ok {
			continue
		}
		if _, defined := b.graph.Find(ref); !defined {
			b.file.Fault(d.line, "%q has no package for its version %q", d.name, d.version)
		}
	}
	if open, first := b.graph.Open(); open > 0 {
		b.file.Fault(0, "%d references have no package, the first %q", open, first.Name+"@"+first.Spec)
	}
	if b.style != atStyle {
		return
	}
	count, first := 0, ""
	for at, ok := range b.snapshots {
		if pkg := b.file.Packages[at]; !ok {
			if count++; count == 1 {
				first = fmt.Sprintf("%s@%s", pkg.Name, pkg.Version)
			}
		}
	}
	if count > 0 {
		b.file.Fault(0, "%d packages have no snapshot, the first %q", count, first)
	}
}
