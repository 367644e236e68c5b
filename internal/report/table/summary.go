package table

import (
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/severity"
)

func (p *page) summary() {
	t := p.r.Totals()
	p.headline(t)
	if t.Ignored > 0 {
		p.line("%s silenced by rules%s", report.Count(t.Ignored, "finding is", "findings are"), hint(!p.o.Verbose))
	}
	p.coverage()
	if !p.o.Verbose {
		p.drift()
	}
	p.database()
	for _, n := range p.r.Notices {
		p.line("%s %s", p.style(yellow, "note:"), report.Clean(n))
	}
	for _, g := range p.r.Gates {
		p.line("%s %s (exit code %d)", p.style(red, g.Name+":"), report.Clean(g.Reason), g.Exit)
	}
}

func hint(needed bool) string {
	if needed {
		return ": --verbose shows them"
	}
	return ""
}

// headline is the answer in one line. Only a complete scan may say that nothing
// is wrong without a reservation.
func (p *page) headline(t finding.Totals) {
	all := len(p.r.Inventory.Components)
	switch {
	case unmatched(p.r):
		p.line("%s %s found, none was checked.", p.style(bold+red, "Not matched:"), report.Count(all, "component was", "components were"))
	case t.Findings > 0:
		p.line("%s in %d of %s: %s", p.style(bold, report.Count(t.Findings, "vulnerability", "vulnerabilities")),
			t.Vulnerable, report.Count(all, "component", "components"), p.severities(t)+p.development())
	case policy.NothingRead(p.r):
		p.line("%s no manifest or lockfile was read.", p.style(bold+red, "Nothing was checked:"))
	case p.r.Database.Sample:
		p.line("%s none of the sample's vulnerabilities is in %s.", p.style(bold+yellow, "No verdict:"), report.Count(all, "component", "components"))
	case policy.Complete(p.r):
		p.line("%s in %s", p.style(bold+green, "No known vulnerabilities"+but(t.Ignored)), report.Count(all, "component", "components"))
	case p.r.Database.State == finding.DatabaseStale:
		p.line("%s no vulnerability in %s was known on %s; newer ones were not looked for.", p.style(bold+red, "Out of date:"),
			report.Count(all, "component", "components"), p.r.Database.Built.UTC().Format(time.DateOnly))
	default:
		p.incomplete(all)
	}
}

func (p *page) incomplete(all int) {
	head := p.style(bold+yellow, "Incomplete:")
	if checked := p.checked(); checked < all {
		p.line("%s no vulnerability was found in %d of %s; the others could not be checked.", head, checked, report.Count(all, "component", "components"))
		return
	}
	p.line("%s no vulnerability was found in %s, but not everything could be read.", head, report.Count(all, "component", "components"))
}

func but(ignored int) string {
	if ignored > 0 {
		return " but those silenced"
	}
	return ""
}

func unmatched(r *finding.Result) bool {
	return r.Database.State == finding.DatabaseMissing || r.Database.State == finding.DatabaseDamaged
}

// checked counts the components of which the database could have known something.
func (p *page) checked() int {
	unknown := map[string]bool{}
	for _, e := range p.r.Coverage.Ecosystems {
		unknown[e.Name] = e.Advisories == 0
	}
	open := map[int]bool{}
	for _, u := range p.r.Coverage.Uncompared {
		open[u.Component] = true
	}
	n := 0
	for i := range p.r.Inventory.Components {
		if c := &p.r.Inventory.Components[i]; c.Version != "" && !unknown[c.Ecosystem] && !open[i] {
			n++
		}
	}
	return n
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

// development says how many findings nothing that runs is touched by.
func (p *page) development() string {
	n := 0
	for i := range p.r.Findings {
		f := &p.r.Findings[i]
		if f.Ignored == nil && developmentOnly(p.r.Inventory.Components[f.Component].Scope) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d of them only in development", n)
}

func (p *page) coverage() {
	n := policy.StatusCounts(p.r.Coverage.Files)
	all := n[inventory.Read] + n[inventory.Failed] + n[inventory.Unsupported] + n[inventory.NoAdvisories]
	text := fmt.Sprintf("%d of %s read", n[inventory.Read]+n[inventory.NoAdvisories], report.Count(all, "manifest or lockfile", "manifests and lockfiles"))
	for _, s := range []struct {
		state inventory.Status
		words string
	}{
		{inventory.Failed, "failed"},
		{inventory.Unsupported, "unsupported"},
		{inventory.NoAdvisories, "without advisories for its ecosystem"},
	} {
		if n[s.state] > 0 {
			text += fmt.Sprintf(", %d %s", n[s.state], s.words)
		}
	}
	if n[inventory.Skipped] > 0 {
		text += fmt.Sprintf(", %s left out by rule", report.Count(n[inventory.Skipped], "place", "places"))
	}
	p.line("Coverage: %s%s", p.completeness(), text)
	if u := len(p.r.Coverage.Unpinned); u > 0 {
		p.line("%s", p.style(yellow, fmt.Sprintf("%s no version and could not be checked: add a lockfile", report.Count(u, "component has", "components have"))))
	}
}

func (p *page) completeness() string {
	if policy.Complete(p.r) {
		return "complete, "
	}
	return p.style(yellow, "incomplete") + ", "
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
	p.line("Database: release %s, built %s%s", report.Clean(d.Release), d.Built.UTC().Format("2006-01-02 15:04 UTC"), age)
}
