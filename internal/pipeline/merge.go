package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/store"
)

// Findings joins what matching said with how the inventory uses the components:
// the list that MergeFindings takes, sorted by component and vulnerability.
func Findings(ctx context.Context, st store.Store, inv store.StoredInventory, matched store.Matched) ([]store.Found, error) {
	ids := slices.Sorted(maps.Keys(matched.Findings))
	components, err := st.Components(ctx, ids)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*store.Component, len(components))
	for i := range components {
		at[components[i].ID] = &components[i]
	}
	var out []store.Found
	for _, u := range inv.Components { // by id
		c := at[u.ID]
		if c == nil {
			continue // nothing is found of it
		}
		for _, f := range matched.Findings[u.ID] {
			out = append(out, store.Found{Component: u.ID, PURL: c.PURL, Direct: u.Direct, Scope: u.Scope, Key: c.Key(), Finding: f})
		}
	}
	return out, nil
}

// MergeFound makes one list of those of several analyzers: one finding a component
// and vulnerability, with the advisories and evidence of all. The first that
// knows something is believed; severities and scores are the worst.
func MergeFound(lists ...[]store.Found) []store.Found {
	type key struct {
		component     int64
		vulnerability string
	}
	at := map[key]int{}
	var out []store.Found
	for _, list := range lists {
		for _, f := range list {
			k := key{f.Component, f.Finding.Vulnerability}
			if n, ok := at[k]; ok {
				join(&out[n].Finding, &f.Finding)
				continue
			}
			at[k] = len(out)
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b store.Found) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), advisory.CompareIDs(a.Finding.Vulnerability, b.Finding.Vulnerability))
	})
	bundles(out)
	return out
}

func join(a, b *store.ComponentFinding) {
	a.Severity, a.EPSS, a.Exploited = max(a.Severity, b.Severity), max(a.EPSS, b.EPSS), a.Exploited || b.Exploited
	a.Aliases, a.CVSS, a.FixedIn = added(a.Aliases, b.Aliases), added(a.CVSS, b.CVSS), added(a.FixedIn, b.FixedIn)
	a.Evidence, a.Dissent = added(a.Evidence, b.Evidence), added(a.Dissent, b.Dissent)
	a.Advisories = slices.Clone(a.Advisories)
	for _, x := range b.Advisories {
		if !slices.ContainsFunc(a.Advisories, func(y store.FindingAdvisory) bool { return y.Number == x.Number }) {
			a.Advisories = append(a.Advisories, x)
		}
	}
	a.Summary = cmp.Or(a.Summary, b.Summary)
	if b.Ignored == nil { // somebody says that it is affected, and no authority denies it there
		a.Ignored = nil
	}
}

func added[T any](a, b []T) []T {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.ContainsFunc(out, func(y T) bool { return any(y) == any(x) }) {
			out = append(out, x)
		}
	}
	return out
}

// bundles marks records that contribute to several findings of a component: with
// more analyzers than one that may have changed.
func bundles(found []store.Found) {
	type key struct{ component, advisory int64 }
	uses := map[key]int{}
	for i := range found {
		for _, a := range found[i].Finding.Advisories {
			uses[key{found[i].Component, a.Number}]++
		}
	}
	for i := range found {
		for j := range found[i].Finding.Advisories {
			if a := &found[i].Finding.Advisories[j]; a.Bundle != (uses[key{found[i].Component, a.Number}] > 1) {
				found[i].Finding.Advisories = slices.Clone(found[i].Finding.Advisories)
				found[i].Finding.Advisories[j].Bundle = !found[i].Finding.Advisories[j].Bundle
			}
		}
	}
}
