package sqlstore

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// vulnerabilityColumns are what scanVulnerability reads, with the columns or
// expressions that count.
func vulnerabilityColumns(findings, projects string) string {
	return "organisation_id, id, severity, score, summary, exploited, epss, " + findings + ", " + projects + ", first_seen_at"
}

func scanVulnerability(row func(...any) error) (store.Vulnerability, error) {
	var v store.Vulnerability
	var level, first int64
	err := row(&v.OrganisationID, &v.ID, &level, &v.Score, &v.Summary, &v.Exploited, &v.EPSS, &v.Findings, &v.Projects, &first)
	v.Severity, v.FirstSeen = store.Level(level), instant(&first)
	return v, err
}

func vulnerabilityList(findings, projects string) keyset[store.Vulnerability] {
	return keyset[store.Vulnerability]{
		columns: vulnerabilityColumns(findings, projects), from: "vulnerabilities", id: byText("id"),
		sorts: map[string]column{
			"severity": byNumber("severity"), "projects": byNumber(projects), "epss": byFraction("epss"),
			"since": byNumber("first_seen_at"), "id": byText("id"),
		},
		first: "severity", scan: scanVulnerability,
	}
}

// Vulnerabilities implements store.Vulnerabilities.
func (n *nouns) Vulnerabilities(ctx context.Context, f store.VulnerabilityFilter, page store.Page) (store.List[store.Vulnerability], error) {
	var where filter
	findings, projects := "findings", "projects"
	where.and("organisation_id = ?", f.Organisation)
	if f.Shared {
		findings, projects = "shared_findings", "shared_projects"
	}
	where.and(findings + " > 0")
	if len(f.Severity) > 0 {
		where.ints(n.dialect, "severity", severities(f.Severity))
	}
	where.when(f.Exploited, "exploited = ?", true)
	if f.Text != "" {
		where.and(`lower(id) like ? escape '\'`, startsWith(strings.ToLower(f.Text)))
	}
	return vulnerabilityList(findings, projects).list(ctx, n.read, page, where)
}

// VulnerabilityIn implements store.Vulnerabilities.
func (n *nouns) VulnerabilityIn(ctx context.Context, who store.Visible, id string) ([]store.Vulnerability, error) {
	counted := func(all, shared string) string {
		return "case when $2 or organisation_id" + n.dialect.texts(3) + " then " + all + " else " + shared + " end"
	}
	where := filter{args: []any{id, who.All, list(who.Administers), list(who.Organisations)}}
	where.terms = []string{"id = $1", "($2 or organisation_id" + n.dialect.texts(3) + " or organisation_id" + n.dialect.texts(4) + ")"}
	seen := filter{args: where.args, terms: []string{"f.vulnerability = $1", "p.organisation_id = vulnerabilities.organisation_id"}}
	seen.visible(n.dialect, who)
	where.args = seen.args
	where.terms = append(where.terms, "exists (select 1 from findings f join projects p on p.id = f.project_id"+seen.where()+")")
	return collect(ctx, n.read, scanVulnerability, "select "+vulnerabilityColumns(counted("findings", "shared_findings"), counted("projects", "shared_projects"))+
		" from vulnerabilities"+where.where()+" order by organisation_id", where.args...)
}

const placeColumns = "f.id, p.id, p.name, p.organisation_id, v.id, v.ref, v.main, f.fixed_in, f.direct, f.scope, f.state, f.counts, f.first_seen_at, " + componentColumns

func scanPlace(row func(...any) error) (store.Place, error) {
	var p store.Place
	var c componentRow
	var first int64
	err := row(append([]any{
		&p.FindingID, &p.ProjectID, &p.ProjectName, &p.OrganisationID, &p.VersionID, &p.Ref, &p.Main, &p.FixedIn, &p.Direct, &p.Scope, &p.State, &p.Counts, &first,
	}, c.into()...)...)
	if err != nil {
		return p, err
	}
	p.FirstSeen = instant(&first)
	p.Component, err = c.component()
	return p, err
}

// Places implements store.Vulnerabilities.
func (n *nouns) Places(ctx context.Context, id string, open bool, who store.Visible, page store.Page) (store.List[store.Place], error) {
	var where filter
	where.and("f.vulnerability = ?", id)
	where.and("f.gone_at is null and f.merged_into is null")
	where.when(open, "f.counts = ?", true)
	where.visible(n.dialect, who)
	page.Sort, page.Desc = "", false
	return keyset[store.Place]{
		columns: placeColumns,
		from:    "findings f join versions v on v.id = f.version_id join projects p on p.id = f.project_id join components c on c.id = f.component_id",
		id:      byNumber("f.id"),
		sorts:   map[string]column{"project": byText("f.project_id")},
		first:   "project", scan: scanPlace,
	}.list(ctx, n.read, page, where)
}
