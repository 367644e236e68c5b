package sqlstore

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

var errNotBuilt = errs.E(errs.Unavailable, "not built yet")

func (n *nouns) AddComponents(ctx context.Context, components []store.Component) (r0 []int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Components(ctx context.Context, ids []int64) (r0 []store.Component, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) ComponentIDs(ctx context.Context, purls []string) (r0 map[string]int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) AddUnits(ctx context.Context, units []store.NewUnit) (r0 []int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) AddInventory(ctx context.Context, digest []byte, components, edges int, units []int64) (r0 int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Inventory(ctx context.Context, digest []byte) (r0 int64, r1 []store.StoredUnit, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) InventoryUnits(ctx context.Context, inventory int64) (r0 []store.StoredUnit, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) UnitBodies(ctx context.Context, units []int64) (r0 map[int64][]byte, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) SetVersionInventory(ctx context.Context, version int64, inv store.StoredInventory, scanSeq int64) (r0 store.InventoryChange, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Used(ctx context.Context, version int64) (r0 []store.UsedComponent, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Uses(ctx context.Context, component int64, who store.Visible, page store.Page) (r0 store.List[store.Use], err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Unmatched(ctx context.Context, components []int64, release int64) (r0 []store.Component, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) SaveMatches(ctx context.Context, r store.MatchResult) (err error) {
	err = errNotBuilt
	return
}

func (n *nouns) MatchesOf(ctx context.Context, components []int64) (r0 store.Matched, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) MergeFindings(ctx context.Context, m store.Merge) (r0 store.MergeCounts, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Findings(ctx context.Context, f store.FindingFilter, page store.Page) (r0 store.List[store.Finding], err error) {
	err = errNotBuilt
	return
}

func (n *nouns) CountFindings(ctx context.Context, f store.FindingFilter, limit int64) (r0 int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) VersionCounts(ctx context.Context, version int64) (r0 store.Counts, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Finding(ctx context.Context, project string, id int64) (r0 store.Finding, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Decisions(ctx context.Context, finding int64) (r0 []store.Decision, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Decide(ctx context.Context, project string, findings []int64, revision int64, d store.Decision) (r0 int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) ExpiredAcceptances(ctx context.Context, at time.Time) (r0 []string, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) ReopenExpired(ctx context.Context, project string, at time.Time) (r0 int64, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Exposures(ctx context.Context, project, vulnerability string) (r0 []store.Exposure, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) SetVersionMain(ctx context.Context, version int64, main bool) (err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Uncount(ctx context.Context, project string) (err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Recount(ctx context.Context, project string) (err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Vulnerabilities(ctx context.Context, f store.VulnerabilityFilter, page store.Page) (r0 store.List[store.Vulnerability], err error) {
	err = errNotBuilt
	return
}

func (n *nouns) VulnerabilityIn(ctx context.Context, organisations []string, all bool, id string) (r0 []store.Vulnerability, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Places(ctx context.Context, id string, open bool, who store.Visible, page store.Page) (r0 store.List[store.Place], err error) {
	err = errNotBuilt
	return
}

func (n *nouns) AddRelease(ctx context.Context, r store.Release) (r0 store.Release, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) CurrentRelease(ctx context.Context) (r0 store.Release, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Release(ctx context.Context, seq int64) (r0 store.Release, err error) {
	err = errNotBuilt
	return
}

func (n *nouns) Releases(ctx context.Context, page store.Page) (r0 store.List[store.Release], err error) {
	err = errNotBuilt
	return
}
