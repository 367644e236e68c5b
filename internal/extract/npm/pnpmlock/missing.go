package pnpmlock

import (
	"fmt"

	"github.com/assay-sca/assay/internal/extract/npm/refgraph"
)

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
	if open, from, first := b.graph.Open(); open > 0 {
		b.file.Fault(b.lineOf(from), "%d references have no package, the first %q", open, first.Name+"@"+first.Spec)
	}
	if b.style != atStyle {
		return
	}
	count, line, first := 0, 0, ""
	for at, ok := range b.snapshots {
		if pkg := b.file.Packages[at]; !ok {
			if count++; count == 1 {
				line, first = pkg.Line, fmt.Sprintf("%s@%s", pkg.Name, pkg.Version)
			}
		}
	}
	if count > 0 {
		b.file.Fault(line, "%d packages have no snapshot, the first %q", count, first)
	}
}

// lineOf is the line of a package by its index, 0 for refgraph.Nothing.
func (b *builder) lineOf(pkg int) int {
	if pkg == refgraph.Nothing {
		return 0
	}
	return b.file.Packages[pkg].Line
}
