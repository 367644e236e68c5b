// Package table writes a scan's result for people at a terminal: packages worst
// first, what fixes them, how they came in, and a summary that never lets
// "clean" and "not checked" look alike.
package table

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/severity"
)

type writer struct{}

// New returns the format.
func New() report.Writer { return writer{} }

var _ report.Writer = writer{}

func (writer) Name() string { return "table" }

const (
	defaultWidth = 110 // of what is no terminal
	leastWidth   = 60
)

// Write writes the whole table.
func (writer) Write(w io.Writer, r *finding.Result, o report.Options) error {
	p := newPage(w, r, o)
	p.sampleBanner()
	p.packages()
	p.ignored()
	p.ledger()
	if o.Verbose {
		p.drift()
	}
	p.summary()
	return p.w.Flush() // keeps the first error of all writes
}

type page struct {
	w *bufio.Writer
	r *finding.Result
	o report.Options
}

func (p *page) line(format string, args ...any) {
	_, _ = fmt.Fprintf(p.w, format+"\n", args...) // bufio keeps the error for Flush
}

func (p *page) sampleBanner() {
	if p.r.Database.Sample {
		p.line("%s\n", p.style(bold+yellow, "SAMPLE DATA: matched with the few advisories that come with the program. This shows how a result looks; it is no verdict."))
	}
}

// group is a component with its findings that count.
type group struct {
	component int
	findings  []*finding.Finding
	worst     severity.Level
}

// groups orders components by their worst finding; of equal ones what runs in
// production comes before what only builds or tests, then the one with more.
func (p *page) groups() []group {
	var groups []group
	for i := range p.r.Findings {
		f := &p.r.Findings[i]
		if f.Ignored != nil {
			continue
		}
		if len(groups) == 0 || groups[len(groups)-1].component != f.Component {
			groups = append(groups, group{component: f.Component})
		}
		g := &groups[len(groups)-1]
		g.findings = append(g.findings, f)
		g.worst = max(g.worst, f.Vulnerability.Severity)
	}
	for _, g := range groups {
		slices.SortStableFunc(g.findings, func(a, b *finding.Finding) int {
			return cmp.Compare(b.Vulnerability.Severity, a.Vulnerability.Severity)
		})
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(p.narrow(a.component), p.narrow(b.component)),
			cmp.Compare(len(b.findings), len(a.findings)))
	})
	return groups
}

// narrow is 1 for what only development needs.
func (p *page) narrow(component int) int {
	if developmentOnly(p.r.Inventory.Components[component].Scope) {
		return 1
	}
	return 0
}

func developmentOnly(s inventory.Scope) bool {
	return s == inventory.ScopeDev || s == inventory.ScopeTest || s == inventory.ScopeBuild
}

func (p *page) packages() {
	places := p.places()
	for _, g := range p.groups() {
		c := &p.r.Inventory.Components[g.component]
		p.line("%s  %s", p.style(bold, report.Clean(c.Name+" "+c.Version)), p.style(dim, report.Clean(describe(c))))
		p.findings(g.findings)
		if slices.ContainsFunc(g.findings, func(f *finding.Finding) bool { return f.Confidence == finding.Low }) {
			p.line("  %s", p.style(yellow, "low confidence: only the name of the product is the same"))
		}
		if path := g.findings[0].Path; len(path) > 1 {
			p.line("  %s %s", p.style(dim, "by way of"), p.path(path))
		}
		p.line("  %s %s\n", p.style(dim, "in"), p.listed(places[g.component]))
	}
}

// maxListed is the number of places after which the others are only counted.
const maxListed = 3

func (p *page) listed(things []string) string {
	shown := len(things)
	if !p.o.Verbose {
		shown = min(shown, maxListed)
	}
	text := report.Clean(strings.Join(things[:shown], ", "))
	if more := len(things) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// describe says what a component is. Its scope is the widest of its occurrences:
// nothing that runs needs one that is "dev only".
func describe(c *inventory.Component) string {
	parts := []string{c.Ecosystem, "transitive"}
	if c.Direct {
		parts[1] = "direct"
	}
	switch {
	case developmentOnly(c.Scope):
		parts = append(parts, string(c.Scope)+" only")
	case c.Scope != inventory.ScopeUnknown:
		parts = append(parts, string(c.Scope))
	}
	if c.Origin.Kind != inventory.OriginRegistry {
		parts = append(parts, "from "+string(c.Origin.Kind))
	}
	return strings.Join(parts, ", ")
}

// The least widths of columns: those of usual contents, so that most packages
// stand in line with each other.
const (
	severityWidth = 8
	idWidth       = 19
	fixedWidth    = 18
	leastSummary  = 16 // a shorter piece of a summary says nothing
)

// findings writes a package's findings in columns of their own widths.
func (p *page) findings(findings []*finding.Finding) {
	ids, fixes := idWidth, fixedWidth
	for _, f := range findings {
		ids = max(ids, width(report.Clean(f.Vulnerability.ID)))
		fixes = max(fixes, width(fixed(f)))
	}
	room := p.o.Width - (2 + severityWidth + 2 + ids + 2 + fixes + 2)
	for _, f := range findings {
		v := &f.Vulnerability
		head := fmt.Sprintf("  %s  %s", p.severity(v.Severity), pad(report.Clean(v.ID), ids))
		summary := report.Clean(v.Summary)
		if summary == "" || room < leastSummary {
			p.line("%s  %s", head, fixed(f))
			continue
		}
		p.line("%s  %s  %s", head, pad(fixed(f), fixes), p.style(dim, cut(summary, room)))
	}
}

func fixed(f *finding.Finding) string {
	if len(f.FixedIn) == 0 {
		return "no fix known"
	}
	return "fixed in " + report.Clean(strings.Join(f.FixedIn, ", "))
}

// path names the hops; of one too long for the line only the ends.
func (p *page) path(components []int) string {
	const arrow, margin = " › ", len("  by way of ")
	names := make([]string, len(components))
	for i, n := range components {
		names[i] = p.name(n)
	}
	whole := strings.Join(names, arrow)
	last := len(names) - 1
	if p.o.Verbose || last < 3 || width(whole) <= p.o.Width-margin {
		return whole
	}
	return names[0] + arrow + fmt.Sprintf("… %d more …", last-2) + arrow + names[last-1] + arrow + names[last]
}

func (p *page) name(component int) string {
	c := &p.r.Inventory.Components[component]
	return strings.TrimSpace(report.Clean(c.Name + " " + c.Version))
}

// places lists for each vulnerable component where it stands.
func (p *page) places() map[int][]string {
	places := map[int][]string{}
	for i := range p.r.Findings {
		places[p.r.Findings[i].Component] = nil
	}
	for u := range p.r.Inventory.Units {
		unit := &p.r.Inventory.Units[u]
		for o := range unit.Occurrences {
			at := &unit.Occurrences[o]
			if _, ok := places[at.Component]; ok {
				places[at.Component] = append(places[at.Component], place(at.Path, at.Line))
			}
		}
	}
	return places
}

func place(path string, line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", path, line)
	}
	return path
}

// ignored lists what rules silence, when asked for everything.
func (p *page) ignored() {
	if !p.o.Verbose || p.r.Totals().Ignored == 0 {
		return
	}
	p.line("%s", p.style(bold, "Silenced by rules"))
	for i := range p.r.Findings {
		f := &p.r.Findings[i]
		if f.Ignored == nil {
			continue
		}
		until := ""
		if f.Ignored.Until != "" {
			until = " (until " + report.Clean(f.Ignored.Until) + ")"
		}
		p.line("  %s  %s  %s  %s%s", p.severity(f.Vulnerability.Severity), pad(report.Clean(f.Vulnerability.ID), idWidth),
			p.name(f.Component), p.style(dim, report.Clean(f.Ignored.Reason)), until)
	}
	p.line("")
}
