package table

import (
	"fmt"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
)

// entry is a line of what was not checked.
type entry struct {
	state, what, why string
	bad              bool
}

// maxEntries bounds the list of what a user may already know of: formats that are
// not read, components without a version. Failed files are all shown.
const maxEntries = 12

// ledger tells what was not looked at; what was read needs no line.
func (p *page) ledger() {
	entries, more := p.entries()
	if len(entries) == 0 {
		return
	}
	states, whats := 0, 0
	for _, e := range entries {
		states, whats = max(states, width(e.state)), max(whats, width(e.what))
	}
	whats = min(whats, p.o.Width/2)
	p.line("%s", p.style(bold, "Not checked"))
	for _, e := range entries {
		color := yellow
		if e.bad {
			color = red
		}
		p.line("  %s  %s  %s", p.style(color, pad(e.state, states)), pad(e.what, whats), p.style(dim, e.why))
	}
	if more > 0 {
		p.line("  and %d more: --verbose shows all", more)
	}
	p.line("")
}

// entries lists what was not checked, failures first, and how many more there are.
func (p *page) entries() (entries []entry, more int) {
	var others []entry
	for _, f := range p.r.Coverage.Files {
		e := entry{state: string(f.Status), what: report.Clean(place(f.Path, f.Line)), why: report.Clean(f.Reason), bad: f.Status == inventory.Failed}
		switch {
		case e.bad:
			entries = append(entries, e)
		case f.Status == inventory.Read || f.Status == inventory.Skipped:
			// Notes on what was read are of no interest but to the curious.
			if p.o.Verbose && f.Reason != "" {
				others = append(others, e)
			}
		default:
			others = append(others, e)
		}
	}
	for _, u := range p.r.Coverage.Uncompared {
		entries = append(entries, entry{state: "not compared", what: p.name(u.Component), why: report.Clean(u.Reason), bad: true})
	}
	for _, n := range p.r.Coverage.Unpinned {
		c := &p.r.Inventory.Components[n]
		others = append(others, entry{state: "no version", what: p.name(n), why: fmt.Sprintf("%s, nothing pins it", c.Ecosystem)})
	}
	if !p.o.Verbose && len(others) > maxEntries {
		others, more = others[:maxEntries], len(others)-maxEntries
	}
	return append(entries, others...), more
}
