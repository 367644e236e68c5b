package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// sums adds up counters of rows; sums are numeric to PostgreSQL.
func sums(columns ...string) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = "cast(coalesce(sum(" + c + "), 0) as bigint)"
	}
	return strings.Join(out, ", ")
}

// counters are the columns of figures, in the order of scanCounts.
func counters() []string {
	return []string{"critical", "high", "medium", "low", "negligible", "unknown", "exploited", "components"}
}

func intoCounts(c *store.Counts, components *int64) []any {
	return []any{&c.Critical, &c.High, &c.Medium, &c.Low, &c.Negligible, &c.Unknown, &c.Exploited, components}
}

// Figures sums projects.
func (n *nouns) Figures(ctx context.Context, organisation string, who store.Visible) (store.Figures, error) {
	var f filter
	f.when(organisation != "", "p.organisation_id = ?", organisation)
	f.visible(n.dialect, who)
	f.and("not p.archived")
	return one(ctx, n.read, func(row func(...any) error) (out store.Figures, err error) {
		err = row(append(intoCounts(&out.Counts, &out.Components), &out.Projects, &out.ExploitedProjects, &out.CriticalProjects, &out.Failed, &out.Incomplete, &out.Never, &out.Behind)...)
		return out, err
	}, "figures", `select `+sums(counters()...)+`, count(*), count(*) filter (where p.exploited > 0), count(*) filter (where p.critical > 0),
		count(*) filter (where p.last_scan_state = 'failed'), count(*) filter (where p.incomplete and p.last_scan_state <> 'failed'),
		count(*) filter (where p.last_scan_state = ''), count(*) filter (where `+behind+`) from projects p`+f.where(), f.args...)
}

// dayOf counts the days since 1970.
func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// Days lists an organisation's days.
func (n *nouns) Days(ctx context.Context, organisation string, private bool, from time.Time) ([]store.Day, error) {
	var f filter
	f.when(organisation != "", "organisation_id = ?", organisation)
	f.when(!private, "not private")
	f.and("day >= ?", dayOf(from))
	return collect(ctx, n.read, func(row func(...any) error) (d store.Day, err error) {
		var day int64
		err = row(append(intoCounts(&d.Counts, &d.Components), &d.Projects, &day)...)
		d.Day = time.Unix(day*24*60*60, 0).UTC()
		return d, err
	}, `select `+sums(append(counters(), "projects")...)+`, day from days`+f.where()+` group by day order by day`, f.args...)
}

// SnapDay writes a day's figures.
func (n *nouns) SnapDay(ctx context.Context, day time.Time) error {
	columns := append(counters(), "projects")
	updates := make([]string, len(columns))
	for i, c := range columns {
		updates[i] = c + " = excluded." + c
	}
	_, err := n.write.ExecContext(ctx, `insert into days (organisation_id, private, day, `+strings.Join(columns, ", ")+`)
		select o.id, v.private, $1, `+sums(counters()...)+`, count(p.id)
		from organisations o cross join (select false as private union all select true) v
		left join projects p on p.organisation_id = o.id and not p.archived and (p.visibility = 'private') = v.private
		where true group by o.id, v.private
		on conflict (organisation_id, private, day) do update set `+strings.Join(updates, ", "), dayOf(day))
	return unavailable(err)
}

// NewFindings lists findings that appeared. The joins' order is the one to take:
// from the newest finding on.
func (n *nouns) NewFindings(ctx context.Context, organisation string, who store.Visible, since time.Time, limit int) ([]store.NewFinding, error) {
	var f filter
	f.and("f.counts and f.first_seen_at > ? and p.id = f.project_id and v.id = f.version_id and c.id = f.component_id and v.main and not p.archived", since.UnixMilli())
	f.when(organisation != "", "p.organisation_id = ?", organisation)
	f.visible(n.dialect, who)
	return collect(ctx, n.read, scanNewFinding, `select f.id, f.project_id, p.name, f.vulnerability, f.severity, f.summary, c.name, c.version,
		f.fixed_in, f.exploited, f.first_seen_at
		from findings f cross join projects p cross join versions v cross join components c`+f.where()+
		fmt.Sprintf(` order by f.first_seen_at desc, f.id desc limit %d`, limit), f.args...)
}

func scanNewFinding(row func(...any) error) (f store.NewFinding, err error) {
	var severity, at int64
	err = row(&f.ID, &f.Project, &f.ProjectName, &f.Vulnerability, &severity, &f.Summary, &f.Component, &f.Version, &f.FixedIn, &f.Exploited, &at)
	f.Severity, f.At = store.Level(severity), instant(&at)
	return f, err
}
