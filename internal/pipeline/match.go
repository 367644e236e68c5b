package pipeline

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/vulndb"
)

// atOnce bounds how many components are matched before they are stored.
const atOnce = 5000

// Match says what a release knows of components. Each component is matched once a
// release, for the whole installation; what is known already is read.
func Match(ctx context.Context, st store.Store, db *vulndb.DB, release store.Release, components []int64) (store.Matched, error) {
	open, err := st.Unmatched(ctx, components, release.Seq)
	if err != nil {
		return store.Matched{}, err
	}
	for part := range slices.Chunk(open, atOnce) {
		result, err := matchComponents(ctx, db, part)
		if err != nil {
			return store.Matched{}, err
		}
		result.Release = release.Seq
		if err := st.SaveMatches(ctx, result); err != nil {
			return store.Matched{}, err
		}
	}
	matched, err := st.MatchesOf(ctx, components)
	matched.Release, matched.New = release.Seq, len(open)
	return matched, err
}

// matchComponents runs the scanner's own matching over an inventory of just these
// components.
func matchComponents(ctx context.Context, db *vulndb.DB, components []store.Component) (store.MatchResult, error) {
	slices.SortFunc(components, func(a, b store.Component) int {
		return cmp.Or(strings.Compare(a.Ecosystem, b.Ecosystem), strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
	})
	inv := inventory.Inventory{Components: make([]inventory.Component, len(components))}
	out := store.MatchResult{Components: make([]int64, len(components)), New: map[int64]bool{}, Findings: map[int64][]store.ComponentFinding{}, Uncompared: map[int64][]store.Uncompared{}}
	for i := range components {
		c := &components[i]
		inv.Components[i] = inventory.Component{PURL: c.PURL, Ecosystem: c.Ecosystem, Name: c.Name, Version: c.Version, Origin: c.Origin}
		out.Components[i] = c.ID
		if c.Matched == 0 {
			out.New[c.ID] = true
		}
	}
	result, err := match.Run(ctx, db, &inv)
	if err != nil {
		return out, err
	}
	for i := range result.Findings {
		id := components[result.Findings[i].Component].ID
		out.Findings[id] = append(out.Findings[id], componentFinding(&result.Findings[i]))
	}
	for _, u := range result.Uncompared {
		id := components[u.Component].ID
		out.Uncompared[id] = append(out.Uncompared[id], store.Uncompared{Advisories: u.Advisories, Reason: u.Reason})
	}
	return out, nil
}

func componentFinding(f *finding.Finding) store.ComponentFinding {
	v := &f.Vulnerability
	out := store.ComponentFinding{
		Vulnerability: v.ID, Aliases: v.Aliases, Severity: v.Severity, CVSS: v.CVSS, Summary: v.Summary, Exploited: v.Exploited, EPSS: v.EPSS,
		FixedIn: f.FixedIn, Evidence: f.Evidence, Dissent: f.Dissent, Ignored: f.Ignored, Confidence: f.Confidence,
	}
	for _, a := range f.Advisories {
		out.Advisories = append(out.Advisories, store.FindingAdvisory{ID: a.ID, Provider: a.Provider, Range: a.Range})
	}
	return out
}
