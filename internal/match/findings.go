package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/graph"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/version"
)

// result fetches what is cold for the advisories that matched, merges them into
// findings and looks for the shortest paths.
func (m *matcher) result(ctx context.Context, advisories Advisories, inv *inventory.Inventory) (Result, error) {
	numbers := m.numbers()
	details, err := advisories.Details(ctx, numbers)
	if err != nil {
		return Result{}, err
	}
	if err := m.known(numbers, details); err != nil {
		return Result{}, err
	}
	names := map[string]bool{}
	for _, h := range m.hits {
		for _, name := range details[h.candidate.Advisory].Vulnerabilities {
			names[name] = true
		}
	}
	relatives, err := advisories.Relatives(ctx, sorted(names))
	if err != nil {
		return Result{}, err
	}
	r := Result{Findings: m.merge(details, relatives), Uncompared: m.uncompared(details), Candidates: m.candidates}
	m.deny(r.Findings, details)
	if err := decorate(ctx, advisories, r.Findings); err != nil {
		return Result{}, err
	}
	addPaths(r.Findings, inv)
	return r, nil
}

func (m *matcher) numbers() []int64 {
	seen := map[int64]bool{}
	for _, h := range m.hits {
		seen[h.candidate.Advisory] = true
	}
	for _, h := range m.denials {
		seen[h.candidate.Advisory] = true
	}
	for _, x := range m.misses {
		seen[x.advisory] = true
	}
	return sorted(seen)
}

// known drops what turns out to be withdrawn, and fails if the database does not know a
// record that it gave as a candidate: a finding would be lost.
func (m *matcher) known(numbers []int64, details map[int64]advisory.Detail) error {
	for _, number := range numbers {
		if d, ok := details[number]; !ok || !d.Withdrawn && len(d.Vulnerabilities) == 0 {
			return errs.E(errs.Damaged, "the database lacks what belongs to its record number %d", number)
		}
	}
	m.hits = slices.DeleteFunc(m.hits, func(h hit) bool { return details[h.candidate.Advisory].Withdrawn })
	m.misses = slices.DeleteFunc(m.misses, func(x miss) bool { return details[x.advisory].Withdrawn })
	return nil
}

func sorted[K cmp.Ordered](set map[K]bool) []K {
	list := make([]K, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// pair is what there is one finding for.
type pair struct {
	component     int
	vulnerability string
}

// merge makes one finding of all hits of a component and vulnerability.
func (m *matcher) merge(details map[int64]advisory.Detail, relatives map[string][]advisory.Relative) []finding.Finding {
	grouped := map[pair][]hit{}
	for _, h := range m.hits {
		for _, name := range details[h.candidate.Advisory].Vulnerabilities {
			k := pair{h.component, name}
			grouped[k] = append(grouped[k], h)
		}
	}
	findings := make([]finding.Finding, 0, len(grouped))
	for k, hits := range grouped {
		slices.SortFunc(hits, func(a, b hit) int {
			return cmp.Or(advisory.CompareIDs(details[a.candidate.Advisory].ID, details[b.candidate.Advisory].ID),
				cmp.Compare(details[a.candidate.Advisory].Provider, details[b.candidate.Advisory].Provider),
				cmp.Compare(a.candidate.Sequence, b.candidate.Sequence))
		})
		findings = append(findings, m.finding(k, hits, details, relatives[k.vulnerability]))
	}
	slices.SortFunc(findings, func(a, b finding.Finding) int {
		if a.Component != b.Component {
			return a.Component - b.Component
		}
		return advisory.CompareIDs(a.Vulnerability.ID, b.Vulnerability.ID)
	})
	return findings
}

func (m *matcher) finding(k pair, hits []hit, details map[int64]advisory.Detail, relatives []advisory.Relative) finding.Finding {
	c := &m.components[k.component]
	scheme := version.SchemeOf(c.Ecosystem)
	f := finding.Finding{Component: k.component, Vulnerability: finding.Vulnerability{ID: k.vulnerability}}
	v := &f.Vulnerability
	shown := math.MaxInt // the precedence of whose summary it is
	names := map[string]bool{}
	for _, h := range hits {
		d := details[h.candidate.Advisory]
		f.Advisories = addAdvisory(f.Advisories, d, h.candidate.Intervals)
		f.Evidence = append(f.Evidence, finding.Evidence{Advisory: d.ID, Interval: h.interval.String(), Version: c.Version, Scheme: scheme.String()})
		if fix := h.interval.Fix(); fix != "" && !slices.Contains(f.FixedIn, fix) {
			f.FixedIn = append(f.FixedIn, fix)
		}
		v.Severity = max(v.Severity, d.Severity)
		v.CVSS = addScores(v.CVSS, append(d.Ratings[:len(d.Ratings):len(d.Ratings)], advisory.DecodeRatings(h.candidate.Severity)...))
		if rank := advisory.Precedence(d.Provider); rank < shown {
			if text := summary(d); text != "" {
				v.Summary, shown = text, rank
			}
		}
		if len(d.Vulnerabilities) == 1 {
			names[d.ID] = true
			for _, alias := range d.Aliases {
				names[alias] = true
			}
		}
	}
	addRelatives(v, names, relatives)
	slices.SortFunc(f.FixedIn, func(a, b string) int { return compareVersions(scheme, a, b) })
	return f
}

// deny enters who says that a version is not affected. The word of an authority
// silences the finding: it stays visible, with the reason.
func (m *matcher) deny(findings []finding.Finding, details map[int64]advisory.Detail) {
	byPair := map[pair][]hit{}
	for _, h := range m.denials {
		for _, name := range details[h.candidate.Advisory].Vulnerabilities {
			k := pair{h.component, name}
			byPair[k] = append(byPair[k], h)
		}
	}
	if len(byPair) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		for _, h := range byPair[pair{f.Component, f.Vulnerability.ID}] {
			d := details[h.candidate.Advisory]
			f.Dissent = append(f.Dissent, finding.Advisory{ID: d.ID, Provider: d.Provider, Range: h.interval.String()})
			if advisory.Authority(d.Provider, m.components[f.Component].Ecosystem) && f.Ignored == nil {
				f.Ignored = &finding.Ignored{Rule: d.ID, Reason: fmt.Sprintf("%s says that this version is not affected", d.Provider)}
			}
		}
	}
}

// decorate asks once for all vulnerabilities, by each of their names: of two CVEs that
// are one vulnerability, the other may be the one that is exploited.
func decorate(ctx context.Context, advisories Advisories, findings []finding.Finding) error {
	names := map[string]bool{}
	for i := range findings {
		for _, name := range known(&findings[i].Vulnerability) {
			names[name] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	decorations, err := advisories.Decorations(ctx, sorted(names))
	if err != nil {
		return err
	}
	for i := range findings {
		v := &findings[i].Vulnerability
		for _, name := range known(v) {
			v.Exploited = v.Exploited || decorations[name].Exploited
			v.EPSS = max(v.EPSS, decorations[name].EPSS)
		}
	}
	return nil
}

// known are the names by which a vulnerability is known.
func known(v *finding.Vulnerability) []string { return append([]string{v.ID}, v.Aliases...) }

// addAdvisory enters a record once, with all the intervals it states.
func addAdvisory(list []finding.Advisory, d advisory.Detail, intervals string) []finding.Advisory {
	text := rangeText(intervals)
	for i := range list {
		if list[i].ID == d.ID && list[i].Provider == d.Provider {
			if !strings.Contains(list[i].Range, text) {
				list[i].Range += " || " + text
			}
			return list
		}
	}
	return append(list, finding.Advisory{ID: d.ID, Provider: d.Provider, Range: text})
}

// rangeText writes stored intervals for people.
func rangeText(stored string) string {
	intervals, err := advisory.DecodeIntervals(stored)
	if err != nil {
		return stored
	}
	parts := make([]string, len(intervals))
	for i, interval := range intervals {
		parts[i] = interval.String()
	}
	return strings.Join(parts, " || ")
}

func addScores(list []severity.CVSS, ratings []advisory.Severity) []severity.CVSS {
	for _, c := range advisory.Scores(ratings) {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

const maxSummary = 200

// summary falls back to the first line of the text: some providers write no
// summaries.
func summary(d advisory.Detail) string {
	if d.Summary != "" {
		return d.Summary
	}
	line, _, _ := strings.Cut(strings.TrimLeft(d.Text, "# \n"), "\n")
	if runes := []rune(line); len(runes) > maxSummary {
		return string(runes[:maxSummary-1]) + "…"
	}
	return line
}

// addRelatives completes a vulnerability from the records of its cluster that
// did not match: they are its other names, and may know the severity.
func addRelatives(v *finding.Vulnerability, names map[string]bool, relatives []advisory.Relative) {
	worst := severity.Unknown
	for _, r := range relatives {
		if !r.Bundle {
			names[r.ID] = true
			worst = max(worst, r.Severity)
		}
	}
	if v.Severity == severity.Unknown {
		v.Severity = worst
	}
	delete(names, v.ID)
	delete(names, "")
	v.Aliases = sorted(names)
	slices.SortFunc(v.Aliases, advisory.CompareIDs)
}

// compareVersions orders for people; what cannot be compared keeps a fixed order.
func compareVersions(s version.Scheme, a, b string) int {
	if c, err := version.Compare(s, a, b); err == nil && c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// addPaths searches each unit that has a finding once, and keeps for each
// component the shortest way from a direct dependency.
func addPaths(findings []finding.Finding, inv *inventory.Inventory) {
	best := map[int][]int{}
	for i := range findings {
		best[findings[i].Component] = nil
	}
	for u := range inv.Units {
		unit := &inv.Units[u]
		var at []int
		for o := range unit.Occurrences {
			if _, ok := best[unit.Occurrences[o].Component]; ok {
				at = append(at, o)
			}
		}
		if len(at) > 0 {
			unitPaths(unit, at, best)
		}
	}
	for i := range findings {
		findings[i].Path = best[findings[i].Component]
	}
}

func unitPaths(unit *inventory.Unit, at []int, best map[int][]int) {
	to := make([][]int, len(unit.Occurrences))
	for _, e := range unit.Edges {
		to[e.From] = append(to[e.From], e.To)
	}
	var roots []int
	for o := range unit.Occurrences {
		if unit.Occurrences[o].Direct {
			roots = append(roots, o)
		}
	}
	tree := graph.Shortest(len(unit.Occurrences), roots, to)
	for _, o := range at {
		c := unit.Occurrences[o].Component
		if depth := tree.Depth(o); depth >= 0 && (best[c] == nil || depth+1 < len(best[c])) {
			var path []int
			for _, node := range tree.Path(o) {
				path = append(path, unit.Occurrences[node].Component)
			}
			best[c] = path
		}
	}
}
