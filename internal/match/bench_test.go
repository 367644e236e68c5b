package match_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
)

// shelf is advisories in memory: every third package has four, of which the last
// affects the version that benchInventory has.
type shelf struct{}

var benchIntervals = []string{
	advisory.EncodeIntervals([]advisory.Interval{{Lower: "0", Upper: "1.0.1"}}),
	advisory.EncodeIntervals([]advisory.Interval{{Lower: "1.0.0", Upper: "1.1.9"}, {Lower: "2.0.0", Upper: "2.0.5"}}),
	advisory.EncodeIntervals([]advisory.Interval{{Lower: "3.0.0-beta.1", Upper: "3.1.0"}}),
	advisory.EncodeIntervals([]advisory.Interval{{Lower: "0", Upper: "1.2.4"}}),
}

func (shelf) Candidates(_ context.Context, _ string, names []string, yield func(advisory.Candidate) error) error {
	for i, name := range names {
		for n, intervals := range benchIntervals {
			if i%3 != 0 {
				break
			}
			if err := yield(advisory.Candidate{Name: name, Advisory: int64(4*i + n), Intervals: intervals}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (shelf) Details(_ context.Context, numbers []int64) (map[int64]advisory.Detail, error) {
	details := make(map[int64]advisory.Detail, len(numbers))
	for _, n := range numbers {
		id := fmt.Sprintf("CVE-2026-%d", n)
		details[n] = advisory.Detail{ID: id, Provider: "CVE", Vulnerabilities: []string{id}, Summary: "a fault"}
	}
	return details, nil
}

func (shelf) Relatives(context.Context, []string) (map[string][]advisory.Relative, error) {
	return nil, nil
}

func (shelf) Decorations(context.Context, []string) (map[string]advisory.Decoration, error) {
	return nil, nil
}

func benchInventory(n int) *inventory.Inventory {
	b := inventory.NewBuilder()
	unit := b.Unit("package-lock", "package-lock.json")
	for i := range n {
		b.Add(unit, inventory.Found{Ecosystem: "npm", Name: fmt.Sprintf("package-%06d", i), Version: "1.2.3", Direct: i == 0})
		unit.Edges = append(unit.Edges, inventory.Edge{From: i / 2, To: i})
	}
	inv := b.Inventory()
	return &inv
}

// BenchmarkRun matches 10,000 components with advisories in memory: the cost of
// deciding, without a database.
func BenchmarkRun(b *testing.B) {
	inv := benchInventory(10_000)
	b.ReportAllocs()
	compared := 0
	for b.Loop() {
		r, err := match.Run(b.Context(), shelf{}, inv)
		if err != nil || len(r.Findings) != 3334 {
			b.Fatalf("%d findings, error %v; want 3334", len(r.Findings), err)
		}
		compared += r.Candidates
	}
	b.ReportMetric(float64(compared)/b.Elapsed().Seconds(), "advisories/s")
}
