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
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/severity"
)

type writer struct{}

// New returns the format.
func New() report.Writer { return writer{} }

var _ report.Writer = writer{}

func (writer) Name() string { return "table" }

const defaultWidth = 110

// Write writes the whole table.
func (writer) Write(w io.Writer, r *finding.Result, o report.Options) error {
	if o.Width <= 40 {
		o.Width = defaultWidth
	}
	p := &page{w: bufio.NewWriter(w), r: r, o: o}
	p.sampleBanner()
	p.packages()
	p.ledger()
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

// groups orders components by their worst finding, then by the number of them.
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
		return cmp.Or(cmp.Compare(b.worst, a.worst), cmp.Compare(len(b.findings), len(a.findings)))
	})
	return groups
}

func (p *page) packages() {
	places := p.places()
	for _, g := range p.groups() {
		c := &p.r.Inventory.Components[g.component]
		p.line("%s  %s", p.style(bold, clean(c.Name+" "+c.Version)), p.style(dim, clean(describe(c))))
		for _, f := range g.findings {
			p.finding(f)
		}
		if path := g.findings[0].Path; len(path) > 1 {
			p.line("  %s %s", p.style(dim, "by way of"), p.path(path))
		}
		where := places[g.component]
		shown := len(where)
		if !p.o.Verbose {
			shown = min(shown, 3)
		}
		more := ""
		if len(where) > shown {
			more = fmt.Sprintf(" and %d more places", len(where)-shown)
		}
		p.line("  %s %s%s\n", p.style(dim, "in"), clean(strings.Join(where[:shown], ", ")), more)
	}
}

func describe(c *inventory.Component) string {
	parts := []string{c.Ecosystem}
	if c.Direct {
		parts = append(parts, "direct")
	} else {
		parts = append(parts, "transitive")
	}
	if c.Scope != inventory.ScopeUnknown {
		parts = append(parts, string(c.Scope))
	}
	if c.Origin.Kind != inventory.OriginRegistry {
		parts = append(parts, "from "+string(c.Origin.Kind))
	}
	return strings.Join(parts, ", ")
}

func (p *page) finding(f *finding.Finding) {
	v := &f.Vulnerability
	fixed := "no fix known"
	if len(f.FixedIn) > 0 {
		fixed = "fixed in " + strings.Join(f.FixedIn, ", ")
	}
	head := fmt.Sprintf("  %s  %s  %s", p.severity(v.Severity), pad(clean(v.ID), 20), pad(clean(fixed), 22))
	room := p.o.Width - 2 - 8 - 2 - max(20, width(v.ID)) - 2 - max(22, width(fixed)) - 2
	p.line("%s  %s", head, p.style(dim, cut(clean(v.Summary), room)))
}

func (p *page) path(components []int) string {
	names := make([]string, len(components))
	for i, n := range components {
		c := &p.r.Inventory.Components[n]
		names[i] = clean(c.Name + " " + c.Version)
	}
	return strings.Join(names, " › ")
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
			if _, ok := places[at.Component]; !ok {
				continue
			}
			place := at.Path
			if at.Line > 0 {
				place = fmt.Sprintf("%s:%d", at.Path, at.Line)
			}
			places[at.Component] = append(places[at.Component], place)
		}
	}
	return places
}

// ledger tells what was not looked at; what was read needs no line.
func (p *page) ledger() {
	var lines []string
	for _, f := range p.r.Coverage.Files {
		if f.Status == inventory.Read && (f.Reason == "" || !p.o.Verbose) {
			continue
		}
		if f.Status == inventory.Skipped && !p.o.Verbose {
			continue
		}
		place := f.Path
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d", f.Path, f.Line)
		}
		lines = append(lines, fmt.Sprintf("  %s  %s  %s", p.status(f.Status), clean(place), p.style(dim, clean(f.Reason))))
	}
	for _, u := range p.r.Coverage.Uncompared {
		c := &p.r.Inventory.Components[u.Component]
		lines = append(lines, fmt.Sprintf("  %s  %s  %s", p.style(yellow, pad("not compared", 15)), clean(c.Name+" "+c.Version), p.style(dim, clean(u.Reason))))
	}
	if len(lines) == 0 {
		return
	}
	p.line("%s", p.style(bold, "Not checked"))
	for _, l := range lines {
		p.line("%s", l)
	}
	p.line("")
}

func (p *page) status(s inventory.Status) string {
	text := pad(string(s), 15)
	if s == inventory.Failed {
		return p.style(red, text)
	}
	return p.style(yellow, text)
}

func (p *page) summary() {
	r, t := p.r, p.r.Totals()
	switch {
	case r.Database.State == finding.DatabaseMissing || r.Database.State == finding.DatabaseDamaged:
		p.line("%s %d components were found, none was checked.", p.style(bold+red, "Not matched:"), len(r.Inventory.Components))
	case policy.NothingRead(r):
		p.line("%s no manifest or lockfile was read.", p.style(bold+red, "Nothing checked:"))
	case t.Findings > 0:
		p.line("%s in %s of %s: %s", p.style(bold, report.Count(t.Findings, "vulnerability", "vulnerabilities")),
			fmt.Sprint(t.Vulnerable), report.Count(len(r.Inventory.Components), "component", "components"), p.severities(t))
	default:
		p.line("%s in %s", p.style(bold, "No known vulnerabilities"), report.Count(len(r.Inventory.Components), "component", "components"))
	}
	if t.Ignored > 0 {
		p.line("%s silenced by rules", report.Count(t.Ignored, "finding is", "findings are"))
	}
	p.coverage()
	p.database()
	for _, n := range r.Notices {
		p.line("%s %s", p.style(yellow, "note:"), clean(n))
	}
	for _, g := range r.Gates {
		p.line("%s %s (exit code %d)", p.style(red, g.Name+":"), clean(g.Reason), g.Exit)
	}
}

func (p *page) severities(t finding.Totals) string {
	var parts []string
	for _, l := range []severity.Level{severity.Critical, severity.High, severity.Medium, severity.Low, severity.None, severity.Unknown} {
		if n := t.Severities[l]; n > 0 {
			parts = append(parts, p.style(color(l), fmt.Sprintf("%d %s", n, l)))
		}
	}
	return strings.Join(parts, ", ")
}

func (p *page) coverage() {
	n := policy.StatusCounts(p.r.Coverage.Files)
	all := n[inventory.Read] + n[inventory.Failed] + n[inventory.Unsupported] + n[inventory.NoAdvisories]
	text := fmt.Sprintf("Coverage: %d of %s read", n[inventory.Read], report.Count(all, "manifest or lockfile", "manifests and lockfiles"))
	for _, s := range []inventory.Status{inventory.Failed, inventory.Unsupported, inventory.NoAdvisories} {
		if n[s] > 0 {
			text += fmt.Sprintf(", %d %s", n[s], s)
		}
	}
	if n[inventory.Skipped] > 0 {
		text += fmt.Sprintf(", %s left out by rule", report.Count(n[inventory.Skipped], "place", "places"))
	}
	p.line("%s", text)
	if u := len(p.r.Coverage.Unpinned); u > 0 {
		p.line("%s", p.style(yellow, fmt.Sprintf("%s no version and could not be checked: add a lockfile", report.Count(u, "component has", "components have"))))
	}
}

func (p *page) database() {
	d := &p.r.Database
	if d.Release == "" {
		p.line("Database: %s", p.style(red, "none"))
		return
	}
	age := ""
	if !d.Sample && !p.o.Now.IsZero() {
		age = ", " + report.Age(p.o.Now.Sub(d.Built)) + " old"
	}
	p.line("Database: release %s, built %s%s", d.Release, d.Built.UTC().Format("2006-01-02 15:04 UTC"), age)
}

// The control sequences (ECMA-48) that are used.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	blue   = "\x1b[34m"
)

func (p *page) style(codes, text string) string {
	if !p.o.Color || text == "" {
		return text
	}
	return codes + text + reset
}

func (p *page) severity(l severity.Level) string {
	return p.style(color(l), pad(strings.ToUpper(l.String()), 8))
}

func color(l severity.Level) string {
	switch l {
	case severity.Critical:
		return bold + red
	case severity.High:
		return red
	case severity.Medium:
		return yellow
	case severity.Low:
		return blue
	}
	return dim
}

// clean takes out what would steer a terminal: names and texts come from
// strangers.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

func width(s string) int { return utf8.RuneCountInString(s) }

func pad(s string, n int) string {
	if w := width(s); w < n {
		return s + strings.Repeat(" ", n-w)
	}
	return s
}

func cut(s string, n int) string {
	if n < 10 {
		n = 10
	}
	if width(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
