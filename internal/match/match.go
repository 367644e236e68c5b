// Package match decides which components of an inventory the advisories of a
// database affect, and says why. It asks the database once for many packages and
// compares versions; it knows neither files nor reports.
package match

import (
	"context"
	"fmt"
	"slices"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/version"
)

// Advisories is what matching needs of a database.
type Advisories interface {
	// Candidates streams the live advisories of many packages of one ecosystem, in
	// the order of the names, which are distinct and normalised; then those that say
	// of the packages that they are not affected.
	Candidates(ctx context.Context, ecosystem string, names []string, yield func(advisory.Candidate) error) error
	// Details fetches what reports show, by the candidates' numbers.
	Details(ctx context.Context, numbers []int64) (map[int64]advisory.Detail, error)
	// Relatives gives the advisories that contribute to vulnerabilities.
	Relatives(ctx context.Context, vulnerabilities []string) (map[string][]advisory.Relative, error)
	// Decorations gives what is known of vulnerabilities beside their advisories.
	Decorations(ctx context.Context, vulnerabilities []string) (map[string]advisory.Decoration, error)
}

// Result is what matching found, sorted by component and vulnerability.
type Result struct {
	Findings   []finding.Finding
	Uncompared []finding.Uncompared
	Candidates int // advisories compared, for measurements
}

// Run matches all components that have a version.
func Run(ctx context.Context, advisories Advisories, inv *inventory.Inventory) (Result, error) {
	m := &matcher{components: inv.Components}
	for start := 0; start < len(m.components); {
		end := start
		for end < len(m.components) && m.components[end].Ecosystem == m.components[start].Ecosystem {
			end++
		}
		if err := m.ecosystem(ctx, advisories, start, end); err != nil {
			return Result{}, fmt.Errorf("match %s packages: %w", m.components[start].Ecosystem, err)
		}
		start = end
	}
	return m.result(ctx, advisories, inv)
}

// hit is one affected row that covers one component.
type hit struct {
	component int
	candidate advisory.Candidate
	interval  advisory.Interval
}

// miss is one affected row that cannot be compared with a component.
type miss struct {
	component int
	advisory  int64
	reason    string
}

type matcher struct {
	components []inventory.Component
	hits       []hit
	denials    []hit // what is explicitly said to be unaffected
	misses     []miss
	candidates int
}

// span is the components of one package: neighbours, since components are sorted.
type span struct{ start, end int }

// group is the state of comparing one package: its components' versions and the
// bounds that its advisories share are parsed once.
type group struct {
	name     string
	scheme   version.Scheme
	span     span
	versions []parsed
	bounds   map[string][]bound
}

type parsed struct {
	version version.Version
	err     error
}

type bound struct {
	advisory.Bounds
	err error
}

func (m *matcher) ecosystem(ctx context.Context, advisories Advisories, start, end int) error {
	names, spans := m.names(start, end)
	g := group{scheme: version.SchemeOf(m.components[start].Ecosystem)}
	return advisories.Candidates(ctx, m.components[start].Ecosystem, names, func(c advisory.Candidate) error {
		if c.Name != g.name {
			g.begin(c.Name, spans[c.Name], m.components)
		}
		m.candidates++
		return m.compare(&g, c)
	})
}

// names lists the distinct packages of which a version is known.
func (m *matcher) names(start, end int) ([]string, map[string]span) {
	var names []string
	spans := make(map[string]span, end-start)
	for i := start; i < end; {
		name, from, known := m.components[i].Name, i, false
		for ; i < end && m.components[i].Name == name; i++ {
			known = known || m.components[i].Version != ""
		}
		if known {
			names = append(names, name)
			spans[name] = span{from, i}
		}
	}
	return names, spans
}

func (g *group) begin(name string, s span, components []inventory.Component) {
	g.name, g.span = name, s
	g.bounds = map[string][]bound{}
	g.versions = g.versions[:0]
	for i := s.start; i < s.end; i++ {
		var p parsed
		p.version, p.err = version.Parse(g.scheme, components[i].Version)
		g.versions = append(g.versions, p)
	}
}

func (g *group) parsedBounds(text string) ([]bound, error) {
	if b, ok := g.bounds[text]; ok {
		return b, nil
	}
	intervals, err := advisory.DecodeIntervals(text)
	if err != nil {
		return nil, err
	}
	bounds := make([]bound, len(intervals))
	for i, interval := range intervals {
		bounds[i].Bounds, bounds[i].err = interval.Bounds(g.scheme)
	}
	g.bounds[text] = bounds
	return bounds, nil
}

func (m *matcher) compare(g *group, c advisory.Candidate) error {
	bounds, err := g.parsedBounds(c.Intervals)
	if err != nil {
		return err
	}
	if c.Unaffected && len(bounds) == 0 {
		bounds = []bound{{}} // without a range all versions are meant
	}
	for i := range g.versions {
		component := g.span.start + i
		if m.components[component].Version == "" {
			continue
		}
		interval, reason := cover(bounds, m.components[component].Version, &g.versions[i])
		switch {
		case interval != nil && c.Unaffected:
			m.denials = append(m.denials, hit{component, c, *interval})
		case c.Unaffected: // what cannot be compared denies nothing
		case interval != nil:
			m.hits = append(m.hits, hit{component, c, *interval})
		case reason != "":
			m.misses = append(m.misses, miss{component, c.Advisory, reason})
		}
	}
	return nil
}

// cover finds the interval that covers a version. If none does and one could not
// be compared, reason says why.
func cover(bounds []bound, text string, v *parsed) (interval *advisory.Interval, reason string) {
	for i := range bounds {
		b := &bounds[i]
		if b.Interval == (advisory.Interval{}) || b.Exact && b.Lower == text {
			return &b.Interval, "" // needs no comparison
		}
		if b.err != nil || v.err != nil {
			if !b.Exact { // a listed version that is no version equals only itself
				reason = unreadable(b, text, v)
			}
			continue
		}
		in, err := b.Contains(v.version)
		if in {
			return &b.Interval, ""
		}
		if err != nil && !b.Exact {
			reason = err.Error()
		}
	}
	return nil, reason
}

func unreadable(b *bound, text string, v *parsed) string {
	if v.err != nil {
		return fmt.Sprintf("the version %q cannot be compared: %v", text, v.err)
	}
	return fmt.Sprintf("the range %q cannot be compared: %v", b.String(), b.err)
}

// uncompared gathers what could not be compared, one entry a component and reason.
func (m *matcher) uncompared(details map[int64]advisory.Detail) []finding.Uncompared {
	type key struct {
		component int
		reason    string
	}
	index := map[key]int{}
	var out []finding.Uncompared
	for _, x := range m.misses {
		k := key{x.component, x.reason}
		n, ok := index[k]
		if !ok {
			n = len(out)
			index[k] = n
			out = append(out, finding.Uncompared{Component: x.component, Reason: x.reason})
		}
		out[n].Advisories = append(out[n].Advisories, details[x.advisory].ID)
	}
	for i := range out {
		slices.Sort(out[i].Advisories)
		out[i].Advisories = slices.Compact(out[i].Advisories)
	}
	slices.SortStableFunc(out, func(a, b finding.Uncompared) int { return a.Component - b.Component })
	return out
}
