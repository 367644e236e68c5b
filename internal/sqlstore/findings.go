package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

const findingColumns = `f.id, f.project_id, f.version_id, f.severity, f.score, f.summary, f.fixed_in, f.exploited, f.epss, f.direct, f.scope, f.body,
 f.first_scan, f.first_seen_at, f.known_at, f.gone_at, coalesce(f.gone_scan, 0), f.state, f.state_until, f.counts, coalesce(f.merged_into, 0), f.revision, ` +
	componentColumns + ", " + decisionColumns

const findingTables = "findings f join components c on c.id = f.component_id left join decisions d on d.id = f.decision_id"

func scanFinding(row func(...any) error) (store.Finding, error) {
	var f store.Finding
	var c componentRow
	var d decisionRow
	var level, first, known int64
	var gone, until *int64
	var body []byte
	into := append([]any{
		&f.ID, &f.ProjectID, &f.VersionID, &level, &f.Score, &f.Summary, &f.FixedIn, &f.Exploited, &f.EPSS, &f.Direct, &f.Scope, &body,
		&f.FirstScan, &first, &known, &gone, &f.GoneScan, &f.State, &until, &f.Counts, &f.MergedInto, &f.Revision,
	}, c.into()...)
	if err := row(append(into, d.into()...)...); err != nil {
		return f, err
	}
	f.Severity, f.FirstSeen, f.Known, f.Gone, f.Until = store.Level(level), instant(&first), instant(&known), instant(gone), instant(until)
	if err := json.Unmarshal(body, &f.Detail); err != nil {
		return f, errs.E(errs.Damaged, "read finding %d: %w", f.ID, err)
	}
	var err error
	if f.Component, err = c.component(); err != nil || d.id == nil {
		return f, err
	}
	decision, err := d.decision()
	f.Decision = &decision
	return f, err
}

// findingList is how findings are ordered. A list of one version reads an index
// of it in order.
func findingList() keyset[store.Finding] {
	return keyset[store.Finding]{
		columns: findingColumns, from: findingTables, id: byNumber("f.id"),
		sorts: map[string]column{
			"severity": byNumber("f.severity"), "vulnerability": byText("f.vulnerability"), "component": byText("f.component_key"),
			"epss": byFraction("f.epss"), "since": byNumber("f.first_seen_at"),
		},
		first: "severity", scan: scanFinding,
	}
}

// Findings implements store.Findings.
func (n *nouns) Findings(ctx context.Context, f store.FindingFilter, page store.Page) (store.List[store.Finding], error) {
	where, err := n.findingFilter(ctx, f)
	if err != nil {
		return store.List[store.Finding]{}, err
	}
	return findingList().list(ctx, n.read, page, where)
}

// CountFindings implements store.Findings.
func (n *nouns) CountFindings(ctx context.Context, f store.FindingFilter, limit int64) (count int64, err error) {
	where, err := n.findingFilter(ctx, f)
	if err != nil {
		return 0, err
	}
	err = n.read.QueryRowContext(ctx, fmt.Sprintf("select count(*) from (select f.id from %s%s limit %d) t", findingTables, where.where(), limit), where.args...).Scan(&count)
	return count, unavailable(err)
}

// findingFilter turns a filter into conditions. What is counted is the first of
// them: those that count have the indexes' beginning for themselves.
func (n *nouns) findingFilter(ctx context.Context, f store.FindingFilter) (filter, error) {
	var where filter
	if err := n.inVersions(ctx, &where, f); err != nil {
		return where, err
	}
	switch {
	case f.Gone:
		where.and("f.counts = ?", false)
		where.and("f.gone_at is not null and f.merged_into is null")
	case f.All:
		where.and("f.gone_at is null")
	case len(f.State) == 0 || len(f.State) == 1 && f.State[0] == store.Open:
		where.and("f.counts = ?", true)
	default:
		where.and("f.gone_at is null")
		where.in(n.dialect, "f.state", texts(f.State))
	}
	if len(f.Severity) > 0 {
		where.ints(n.dialect, "f.severity", severities(f.Severity))
	}
	if len(f.IDs) > 0 {
		where.ints(n.dialect, "f.id", f.IDs)
	}
	if len(f.Scope) > 0 {
		where.in(n.dialect, "f.scope", texts(f.Scope))
	}
	if f.Direct != nil {
		where.and("f.direct = ?", *f.Direct)
	}
	where.when(f.Exploited, "f.exploited = ?", true)
	where.when(f.Fixable, "f.fixed_in <> ''")
	where.when(f.Ecosystem != "", "c.ecosystem = ?", f.Ecosystem)
	where.when(f.Component != 0, "f.component_id = ?", f.Component)
	where.when(f.Since != 0, "f.first_scan >= ?", f.Since)
	if f.Text != "" {
		text := startsWith(strings.ToLower(f.Text))
		where.and(`(lower(f.vulnerability) like ? escape '\' or f.component_key like ? escape '\')`, text, text)
	}
	return where, nil
}

// inVersions narrows to one version, or to the main versions of a project, which
// nearly always is one.
func (n *nouns) inVersions(ctx context.Context, where *filter, f store.FindingFilter) error {
	if f.Version != 0 {
		where.and("f.version_id = ?", f.Version)
		where.when(f.Project != "", "f.project_id = ?", f.Project)
		return nil
	}
	versions, err := collect(ctx, n.read, func(row func(...any) error) (id int64, err error) {
		err = row(&id)
		return id, err
	}, "select id from versions where project_id = $1 and main order by id", f.Project)
	if len(versions) == 1 {
		where.and("f.version_id = ?", versions[0])
	} else {
		where.ints(n.dialect, "f.version_id", versions)
	}
	return err
}

// ints adds the condition that a column is one of some numbers.
func (f *filter) ints(d dialect, column string, values []int64) {
	f.args = append(f.args, list(values))
	f.terms = append(f.terms, column+d.ints(len(f.args)))
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func severities(levels []severity.Level) []int64 {
	out := make([]int64, len(levels))
	for i, l := range levels {
		out[i] = store.Severity(l)
	}
	return out
}

// VersionCounts implements store.Findings.
func (n *nouns) VersionCounts(ctx context.Context, version int64) (store.Counts, error) {
	var c store.Counts
	_, err := collect(ctx, n.read, func(row func(...any) error) (struct{}, error) {
		var level, count int64
		var exploited bool
		err := row(&level, &exploited, &count)
		c.Add(store.Level(level), exploited, count)
		return struct{}{}, err
	}, "select severity, exploited, count(*) from findings where version_id = $1 and counts = $2 group by severity, exploited", version, true)
	return c, err
}

// ComponentCounts implements store.Findings.
func (n *nouns) ComponentCounts(ctx context.Context, version int64) (map[int64]store.Counts, error) {
	out := map[int64]store.Counts{}
	_, err := collect(ctx, n.read, func(row func(...any) error) (struct{}, error) {
		var id, level, count int64
		var exploited bool
		err := row(&id, &level, &exploited, &count)
		c := out[id]
		c.Add(store.Level(level), exploited, count)
		out[id] = c
		return struct{}{}, err
	}, "select component_id, severity, exploited, count(*) from findings where version_id = $1 and counts = $2 group by component_id, severity, exploited", version, true)
	return out, err
}

// Finding implements store.Findings.
func (n *nouns) Finding(ctx context.Context, project string, id int64) (store.Finding, error) {
	return one(ctx, n.read, scanFinding, "such finding in this project",
		"select "+findingColumns+" from "+findingTables+" where f.id = $1 and f.project_id = $2", id, project)
}

// Exposures implements store.Findings.
func (n *nouns) Exposures(ctx context.Context, project, vulnerability string) ([]store.Exposure, error) {
	return collect(ctx, n.read, func(row func(...any) error) (e store.Exposure, err error) {
		var used, usedTo, known, knownTo, knowable *int64
		err = row(&e.VersionID, &e.ComponentID, &e.Advisory.Provider, &e.Advisory.ID, &used, &usedTo, &known, &knownTo, &knowable)
		e.UsedFrom, e.UsedTo, e.KnownFrom, e.KnownTo, e.KnowableFrom = instant(used), instant(usedTo), instant(known), instant(knownTo), instant(knowable)
		return e, err
	}, `select distinct u.version_id, u.component_id, a.provider, a.advisory, coalesce(sf.started_at, sf.created_at) as used_from,
 case when u.scan_to is null then null else coalesce(st.started_at, st.created_at, 0) end, rf.imported_at, rt.imported_at, rf.built_at
from findings f
join finding_advisories h on h.finding_id = f.id
join usages u on u.version_id = f.version_id and u.component_id = f.component_id
join matches m on m.component_id = f.component_id and m.advisory_id = h.advisory_id
join advisories a on a.id = m.advisory_id
join releases rf on rf.seq = m.release_from
left join releases rt on rt.seq = m.release_to
left join scans sf on sf.seq = u.scan_from
left join scans st on st.seq = u.scan_to
where f.vulnerability = $2 and f.project_id = $1
order by used_from, u.version_id, u.component_id, a.provider, a.advisory`, project, vulnerability)
}
