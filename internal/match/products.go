package match

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/version"
)

// ProductAdvisories is what matching by product needs of a database.
type ProductAdvisories interface {
	Advisories
	// ProductCandidates streams the live advisories of applications by the product's
	// name, whoever makes it.
	ProductCandidates(ctx context.Context, products []string, yield func(advisory.Candidate) error) error
}

// Products matches, by the name of a product alone, the components of ecosystems
// for which the database has no advisories at all (known has their numbers): for
// these the only records are those of products. Whose product is meant is not
// known, so the findings are of low confidence.
func Products(ctx context.Context, advisories ProductAdvisories, inv *inventory.Inventory, known map[string]int) (Result, error) {
	m := &matcher{components: inv.Components}
	byProduct := map[string][]int{}
	for i := range inv.Components {
		c := &inv.Components[i]
		if known[c.Ecosystem] > 0 || c.Version == "" || c.Origin.Kind == inventory.OriginPath {
			continue
		}
		for _, name := range productNames(c.Name) {
			byProduct[name] = append(byProduct[name], i)
		}
	}
	names := make([]string, 0, len(byProduct))
	for name := range byProduct {
		names = append(names, name)
	}
	slices.Sort(names)
	err := advisories.ProductCandidates(ctx, names, func(c advisory.Candidate) error {
		m.candidates++
		return m.compareProduct(byProduct[c.Name], c)
	})
	if err != nil {
		return Result{}, fmt.Errorf("match products: %w", err)
	}
	r, err := m.result(ctx, advisories, inv)
	for i := range r.Findings {
		r.Findings[i].Confidence = finding.Low
	}
	return r, err
}

// productNames are the names under which a package may be known as a product: its
// last part, with either sign between words.
func productNames(name string) []string {
	base := strings.ToLower(path.Base(name))
	names := []string{base, strings.ReplaceAll(base, "-", "_"), strings.ReplaceAll(base, "_", "-")}
	slices.Sort(names)
	return slices.Compact(names)
}

func (m *matcher) compareProduct(components []int, c advisory.Candidate) error {
	scheme := version.SchemeOf(cpe.Ecosystem)
	g := group{scheme: scheme, bounds: map[string][]bound{}}
	bounds, err := g.parsedBounds(c.Intervals)
	if err != nil {
		return err
	}
	for _, i := range components {
		var v parsed
		v.version, v.err = version.Parse(scheme, m.components[i].Version)
		interval, reason := cover(bounds, m.components[i].Version, &v)
		switch {
		case interval != nil:
			m.hits = append(m.hits, hit{i, c, *interval})
		case reason != "":
			m.misses = append(m.misses, miss{i, c.Advisory, reason})
		}
	}
	return nil
}
