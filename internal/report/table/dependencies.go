package table

import (
	"bufio"
	"fmt"
	"io"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
)

type dependencyWriter struct{}

// NewDependencies returns the format that lists of each direct dependency what
// was asked for beside what was got.
func NewDependencies() report.Writer { return dependencyWriter{} }

var _ report.Writer = dependencyWriter{}

func (dependencyWriter) Name() string { return "dependencies" }

// Write ends with the ledger and the summary of the table: a list that lacks what
// could not be read must say so.
func (dependencyWriter) Write(w io.Writer, r *finding.Result, o report.Options) error {
	p := newPage(w, r, o)
	p.sampleBanner()
	p.dependencies()
	p.ledger()
	p.summary()
	return p.w.Flush()
}

// driftPlace is where a declaration stands that its lock does not fulfil.
type driftPlace struct {
	path       string
	line       int
	constraint string
}

func (p *page) dependencies() {
	drifts := map[driftPlace]bool{}
	for u := range p.r.Inventory.Units {
		for _, d := range p.r.Inventory.Units[u].Drift {
			drifts[driftPlace{d.Path, d.Line, d.Declared}] = true
		}
	}
	all := p.r.Inventory.Dependencies()
	for i := range all {
		p.dependency(&all[i], drifts)
	}
}

func (p *page) dependency(dep *inventory.Dependency, drifts map[driftPlace]bool) {
	used := "nothing pins it"
	switch {
	case dep.Earliest != dep.Latest:
		used = dep.Earliest + " to " + dep.Latest
	case len(dep.Locked) > 0:
		used = p.r.Inventory.Components[p.occurrence(dep.Locked[0]).Component].Version
	}
	p.line("%s  %s", p.style(bold, report.Clean(dep.Name+" "+used)), p.style(dim, report.Clean(dep.Ecosystem)))
	for i := range dep.Declared {
		p.declared(&dep.Declared[i], drifts)
	}
	for i, at := range dep.Locked {
		if i == maxListed && !p.o.Verbose {
			p.line("  %s", p.style(dim, fmt.Sprintf("and %d more places (--verbose lists them)", len(dep.Locked)-i)))
			break
		}
		o := p.occurrence(at)
		note := ""
		if !o.Direct {
			note = "  transitive"
		}
		p.line("  locked    %s  %s%s", pad(report.Clean(p.r.Inventory.Components[o.Component].Version), constraintWidth),
			p.style(dim, report.Clean(place(o.Path, o.Line))), p.style(dim, note))
	}
	p.line("")
}

const constraintWidth = 16

func (p *page) declared(d *inventory.Declaration, drifts map[driftPlace]bool) {
	constraint, note := d.Constraint, ""
	if constraint == "" {
		constraint = "any"
	}
	if drifts[driftPlace{d.Path, d.Line, d.Constraint}] {
		note = "  " + p.style(yellow, "not met")
	}
	p.line("  declared  %s  %s%s", pad(report.Clean(constraint), constraintWidth), p.style(dim, report.Clean(place(d.Path, d.Line))), note)
}

func (p *page) occurrence(at inventory.Place) *inventory.Occurrence {
	return &p.r.Inventory.Units[at.Unit].Occurrences[at.Occurrence]
}

// newPage fills in what the caller left open.
func newPage(w io.Writer, r *finding.Result, o report.Options) *page {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	o.Width = max(o.Width, leastWidth)
	return &page{w: bufio.NewWriter(w), r: r, o: o}
}
