package table

import (
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
)

// entry is a line of what was not checked: all things that share a state and a
// reason.
type entry struct {
	state, why string
	things     []string
	bad        bool
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
	states, things := 0, 0
	for i := range entries {
		e := &entries[i]
		e.state, e.why = report.Clean(e.state), report.Clean(e.why)
		states, things = max(states, width(e.state)), max(things, width(p.listed(e.things)))
	}
	things = min(things, p.o.Width/2)
	title := "Not checked"
	if p.o.Verbose {
		title = "Not checked, and notes"
	}
	p.line("%s", p.style(bold, title))
	for _, e := range entries {
		color := yellow
		if e.bad {
			color = red
		}
		p.line("  %s  %s  %s", p.style(color, pad(e.state, states)), pad(p.listed(e.things), things), p.style(dim, e.why))
	}
	if more > 0 {
		p.line("  and %d more: --verbose shows all", more)
	}
	p.line("")
}

// entries lists what was not checked, failures first, and how many more lines
// there are.
func (p *page) entries() (entries []entry, more int) {
	var bad, others gathering
	for _, f := range p.r.Coverage.Files {
		what := place(f.Path, f.Line)
		switch f.Status {
		case inventory.Failed:
			bad.add(true, string(f.Status), f.Reason, what)
		case inventory.Read, inventory.Skipped:
			// Notes on what was read are of no interest but to the curious.
			if p.o.Verbose && f.Reason != "" {
				others.add(true, string(f.Status), f.Reason, what)
			}
		default:
			others.add(p.o.Verbose, string(f.Status), f.Reason, what)
		}
	}
	for _, u := range p.r.Coverage.Uncompared {
		bad.add(p.o.Verbose, "not compared", u.Reason, p.name(u.Component))
	}
	for _, n := range p.r.Coverage.Unpinned {
		others.add(p.o.Verbose, "no version", p.r.Inventory.Components[n].Ecosystem+", nothing pins it", p.name(n))
	}
	for i := range bad.entries {
		bad.entries[i].bad = true
	}
	shown := others.entries
	if !p.o.Verbose && len(shown) > maxEntries {
		shown, more = shown[:maxEntries], len(shown)-maxEntries
	}
	return append(bad.entries, shown...), more
}

// gathering joins what has the same state and reason into one line.
type gathering struct {
	entries []entry
	index   map[[2]string]int
}

func (g *gathering) add(alone bool, state, why, thing string) {
	key := [2]string{state, why}
	if n, ok := g.index[key]; ok && !alone {
		g.entries[n].things = append(g.entries[n].things, thing)
		return
	}
	if g.index == nil {
		g.index = map[[2]string]int{}
	}
	g.index[key] = len(g.entries)
	g.entries = append(g.entries, entry{state: state, why: why, things: []string{thing}})
}
