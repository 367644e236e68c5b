package sqlstore

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

var errNotBuilt = errs.E(errs.Unavailable, "not built yet")

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
