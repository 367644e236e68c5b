package table

import (
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
)

// drift tells where manifests ask for something else than their lockfiles have:
// with --verbose each, else how many.
func (p *page) drift() {
	n := 0
	for u := range p.r.Inventory.Units {
		unit := &p.r.Inventory.Units[u]
		for i := range unit.Drift {
			if n++; p.o.Verbose {
				p.line("  %s  %s", p.style(yellow, "drift"), report.Clean(driftText(unit, &unit.Drift[i])))
			}
		}
	}
	switch {
	case n > 0 && p.o.Verbose:
		p.line("")
	case n > 0:
		p.line("Drift: %s not met by the lockfile (--verbose lists them)", report.Count(n, "declared dependency is", "declared dependencies are"))
	}
}

func driftText(unit *inventory.Unit, d *inventory.Drift) string {
	if len(d.Locked) == 0 {
		return fmt.Sprintf("%s declares %s %s, %s does not have it", place(d.Path, d.Line), d.Name, d.Declared, unit.Path)
	}
	return fmt.Sprintf("%s declares %s %s, %s has %s", place(d.Path, d.Line), d.Name, d.Declared, unit.Path, strings.Join(d.Locked, ", "))
}
