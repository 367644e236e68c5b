package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/assay-sca/assay/internal/store"
)

// figures moves the counters of a project and of its organisation's
// vulnerabilities: what counted of some vulnerabilities before a change and what
// counts after it, and the difference is added. The project's row is locked in
// between, so that no other change of it comes into the sum.
type figures struct {
	n            *nouns
	project      string
	organisation string
	shared       int64 // 1: all members of the organisation see the project, else 0
	vulns        []string
	before       portions
}

// portion is what of a vulnerability counts in a project.
type portion struct {
	findings int64
	counts   store.Counts
}

type portions map[string]portion

// count locks a project and counts what vulnerabilities have in it.
func (n *nouns) count(ctx context.Context, project string, vulns []string) (*figures, error) {
	f := &figures{n: n, project: project, vulns: slices.Compact(slices.Sorted(slices.Values(vulns)))}
	err := n.write.QueryRowContext(ctx, "select organisation_id, case when visibility = 'organisation' then 1 else 0 end from projects where id = $1"+n.dialect.forUpdate(), project).
		Scan(&f.organisation, &f.shared)
	if err != nil {
		return nil, found(err, "project %s", project)
	}
	f.before, err = f.portions(ctx)
	return f, err
}

func (f *figures) portions(ctx context.Context) (portions, error) {
	out := portions{}
	if len(f.vulns) == 0 {
		return out, nil
	}
	_, err := collect(ctx, f.n.write, func(row func(...any) error) (struct{}, error) {
		var id string
		var severity, count int64
		var exploited bool
		if err := row(&id, &severity, &exploited, &count); err != nil {
			return struct{}{}, err
		}
		p := out[id]
		p.findings += count
		p.counts.Add(store.Level(severity), exploited, count)
		out[id] = p
		return struct{}{}, nil
	}, `select f.vulnerability, f.severity, f.exploited, count(*) from findings f
join versions v on v.id = f.version_id join projects p on p.id = f.project_id
where f.project_id = $1 and f.vulnerability`+f.n.dialect.texts(2)+` and f.counts and v.main and not p.archived
group by f.vulnerability, f.severity, f.exploited`, f.project, list(f.vulns))
	return out, err
}

// move adds what has changed since count. facts are what is known of the
// vulnerabilities now; those that are not in it keep theirs.
func (f *figures) move(ctx context.Context, facts map[string]store.Vulnerability) error {
	after, err := f.portions(ctx)
	if err != nil {
		return err
	}
	return f.add(ctx, f.before, after, facts)
}

func (f *figures) add(ctx context.Context, before, after portions, facts map[string]store.Vulnerability) error {
	var sum store.Counts
	changes := map[string]store.Vulnerability{}
	for id, v := range facts {
		v.ID, v.Findings, v.Projects = id, 0, 0
		changes[id] = v
	}
	for _, id := range f.vulns {
		b, a := before[id], after[id]
		sum = plus(plus(sum, a.counts, 1), b.counts, -1)
		v := changes[id]
		v.ID = id
		v.Findings, v.Projects = a.findings-b.findings, positive(a.findings)-positive(b.findings)
		if _, known := facts[id]; known || v.Findings != 0 || v.Projects != 0 {
			changes[id] = v
		}
	}
	if err := f.moveProject(ctx, sum); err != nil {
		return err
	}
	return f.moveVulnerabilities(ctx, changes, facts)
}

func positive(n int64) int64 {
	if n > 0 {
		return 1
	}
	return 0
}

func plus(a, b store.Counts, times int64) store.Counts {
	return store.Counts{
		Critical: a.Critical + times*b.Critical, High: a.High + times*b.High, Medium: a.Medium + times*b.Medium, Low: a.Low + times*b.Low,
		Negligible: a.Negligible + times*b.Negligible, Unknown: a.Unknown + times*b.Unknown, Exploited: a.Exploited + times*b.Exploited,
	}
}

func (f *figures) moveProject(ctx context.Context, by store.Counts) error {
	if by == (store.Counts{}) {
		return nil
	}
	var c store.Counts
	err := f.n.write.QueryRowContext(ctx, "select critical, high, medium, low, negligible, unknown, exploited from projects where id = $1", f.project).
		Scan(&c.Critical, &c.High, &c.Medium, &c.Low, &c.Negligible, &c.Unknown, &c.Exploited)
	if err != nil {
		return unavailable(err)
	}
	c = plus(c, by, 1)
	_, err = f.n.write.ExecContext(ctx, `update projects set critical = $2, high = $3, medium = $4, low = $5, negligible = $6, unknown = $7, exploited = $8, risk = $9
where id = $1`, f.project, c.Critical, c.High, c.Medium, c.Low, c.Negligible, c.Unknown, c.Exploited, store.Risk(c))
	return unavailable(err)
}

// moveVulnerabilities locks in the order of ids: two transactions that count the
// same vulnerabilities wait for one another and never in a circle.
func (f *figures) moveVulnerabilities(ctx context.Context, changes, facts map[string]store.Vulnerability) error {
	var known, counted []store.Vulnerability
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		if _, ok := facts[id]; ok {
			known = append(known, changes[id])
		} else {
			counted = append(counted, changes[id])
		}
	}
	if lock := f.n.dialect.forUpdate(); lock != "" && len(counted) > 0 { // the upsert alone has that order by its list
		if _, err := f.n.write.ExecContext(ctx, "select id from vulnerabilities where organisation_id = $1 and id"+f.n.dialect.texts(2)+" order by id"+lock,
			f.organisation, list(slices.Sorted(maps.Keys(changes)))); err != nil {
			return unavailable(err)
		}
	}
	if len(known) > 0 {
		if err := f.upsert(ctx, known); err != nil {
			return fmt.Errorf("count vulnerabilities: %w", unavailable(err))
		}
	}
	if len(counted) > 0 {
		from, args := table(f.n.dialect, 3, counted, func(v store.Vulnerability) []any { return []any{v.ID, v.Findings, v.Projects} },
			"id text", "findings bigint", "projects bigint")
		// Not an equality with the organisation as such: SQLite would go through all that it has, for each.
		if _, err := f.n.write.ExecContext(ctx, `update vulnerabilities set findings = vulnerabilities.findings + r.findings, projects = vulnerabilities.projects + r.projects,
 shared_findings = vulnerabilities.shared_findings + $2 * r.findings, shared_projects = vulnerabilities.shared_projects + $2 * r.projects
from `+from+` r where vulnerabilities.organisation_id || '' = $1 and vulnerabilities.id = r.id`, append([]any{f.organisation, f.shared}, args...)...); err != nil {
			return fmt.Errorf("count vulnerabilities: %w", unavailable(err))
		}
	}
	return nil
}

// upsert adds to rows, in the order of the list, and brings their facts up to date;
// those that would not change are not written.
func (f *figures) upsert(ctx context.Context, list []store.Vulnerability) error {
	from, args := table(f.n.dialect, 3, list, func(v store.Vulnerability) []any {
		return []any{v.ID, store.Severity(v.Severity), v.Score, v.Summary, v.Exploited, v.EPSS, v.Findings, v.Projects, v.FirstSeen.UnixMilli()}
	}, "id text", "severity bigint", "score double precision", "summary text", "exploited boolean", "epss double precision", "findings bigint", "projects bigint", "first_seen_at bigint")
	_, err := f.n.write.ExecContext(ctx, `insert into vulnerabilities (organisation_id, id, severity, score, summary, exploited, epss, findings, projects, shared_findings, shared_projects, first_seen_at)
select $1, id, severity, score, summary, exploited, epss, findings, projects, $2 * findings, $2 * projects, first_seen_at from `+from+`
r where true
on conflict (organisation_id, id) do update set severity = excluded.severity, score = excluded.score, summary = excluded.summary,
 exploited = excluded.exploited, epss = excluded.epss, findings = vulnerabilities.findings + excluded.findings, projects = vulnerabilities.projects + excluded.projects,
 shared_findings = vulnerabilities.shared_findings + excluded.shared_findings, shared_projects = vulnerabilities.shared_projects + excluded.shared_projects
where excluded.findings <> 0 or excluded.projects <> 0 or vulnerabilities.severity <> excluded.severity or vulnerabilities.score <> excluded.score
 or vulnerabilities.summary <> excluded.summary or vulnerabilities.exploited <> excluded.exploited or vulnerabilities.epss <> excluded.epss`, append([]any{f.organisation, f.shared}, args...)...)
	return err
}

// SetVersionMain implements store.Findings.
func (n *nouns) SetVersionMain(ctx context.Context, version int64, main bool) error {
	v, err := n.versionForInventory(ctx, version)
	if err != nil || v.main == main {
		return err
	}
	vulns, err := n.vulnerabilitiesOf(ctx, "f.version_id = $1", version)
	if err != nil {
		return err
	}
	f, err := n.count(ctx, v.project, vulns)
	if err != nil {
		return err
	}
	if _, err := n.write.ExecContext(ctx, "update versions set main = $2 where id = $1", version, main); err != nil {
		return unavailable(err)
	}
	sign := "-"
	if main {
		sign = "+"
	}
	if _, err := n.write.ExecContext(ctx, "update projects set components = components "+sign+
		" (select count(*) from usages where "+usedBy(2)+") where id = $1", v.project, version); err != nil {
		return unavailable(err)
	}
	return f.move(ctx, nil)
}

func (n *nouns) vulnerabilitiesOf(ctx context.Context, where string, arg any) ([]string, error) {
	return collect(ctx, n.write, func(row func(...any) error) (id string, err error) {
		err = row(&id)
		return id, err
	}, "select distinct f.vulnerability from findings f where "+where+" and f.counts", arg)
}

// Uncount implements store.Findings.
func (n *nouns) Uncount(ctx context.Context, project string) error {
	f, err := n.countAll(ctx, project)
	if err != nil {
		return err
	}
	return f.add(ctx, f.before, portions{}, nil)
}

// Recount implements store.Findings.
func (n *nouns) Recount(ctx context.Context, project string) error {
	f, err := n.countAll(ctx, project)
	if err != nil {
		return err
	}
	return f.add(ctx, portions{}, f.before, nil)
}

func (n *nouns) countAll(ctx context.Context, project string) (*figures, error) {
	vulns, err := n.vulnerabilitiesOf(ctx, "f.project_id = $1", project)
	if err != nil {
		return nil, err
	}
	return n.count(ctx, project, vulns)
}
