package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// beginsWith adds the condition that a column, which compares byte by byte, begins
// with a text: as a range, for which its index serves.
func (f *filter) beginsWith(column, prefix string) {
	f.and(column+" >= ? and "+column+" < ?", prefix, prefix+"\U0010FFFF")
}

// minPart is how long a text must be to be looked for within names, for which
// there is no index.
const minPart = 3

// FindComponents finds components that are used.
func (n *nouns) FindComponents(ctx context.Context, organisation string, who store.Visible, text string, limit int) ([]store.FoundComponent, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	var begins, within filter
	if strings.HasPrefix(text, "pkg:") {
		begins.beginsWith("c.purl", text)
		return n.findComponents(ctx, organisation, who, begins, "c.purl", limit)
	}
	key := strings.ToLower(text)
	begins.beginsWith("c.name_key", key)
	found, err := n.findComponents(ctx, organisation, who, begins, "c.name_key, c.ecosystem, c.version", limit)
	if err != nil || len(found) == limit || len(key) < minPart {
		return found, err
	}
	within.and(`c.name_key like ? escape '\' and not (c.name_key >= ? and c.name_key < ?)`, contains(key), key, key+"\U0010FFFF")
	more, err := n.findComponents(ctx, organisation, who, within, "c.name_key, c.ecosystem, c.version", limit-len(found))
	return append(found, more...), err
}

func (n *nouns) findComponents(ctx context.Context, organisation string, who store.Visible, f filter, order string, limit int) ([]store.FoundComponent, error) {
	used := func() string {
		in := filter{args: f.args}
		in.and("u.component_id = c.id and u.scan_to is null and v.main and not p.archived")
		in.when(organisation != "", "p.organisation_id = ?", organisation)
		in.visible(n.dialect, who)
		f.args = in.args
		return `from usages u join versions v on v.id = u.version_id join projects p on p.id = v.project_id` + in.where()
	}
	count := fmt.Sprintf(`(select count(*) from (select distinct p.id %s limit %d) used)`, used(), store.FoundProjects)
	f.terms = append(f.terms, `exists (select 1 `+used()+`)`)
	return collect(ctx, n.read, func(row func(...any) error) (c store.FoundComponent, err error) {
		err = row(&c.ID, &c.PURL, &c.Ecosystem, &c.Name, &c.Version, &c.Projects)
		return c, err
	}, `select c.id, c.purl, c.ecosystem, c.name, c.version, `+count+` from components c`+f.where()+
		fmt.Sprintf(` order by %s limit %d`, order, limit), f.args...)
}

// FindVulnerabilities finds vulnerabilities with open findings.
func (n *nouns) FindVulnerabilities(ctx context.Context, organisation string, who store.Visible, text string, limit int) ([]store.FoundVulnerability, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	id, find := "w.id", n.findVulnerabilities
	if !who.All && len(who.Administers)+len(who.Organisations) == 0 {
		id, find = "x.vulnerability", n.findVulnerabilitiesOf
	}
	var ways []filter // one after the other, as an index serves each by itself
	for _, spelling := range spellings(text) {
		var f filter
		f.beginsWith(id, spelling)
		ways = append(ways, f)
	}
	ways = append(ways, n.aliased(id, spellings(text)))
	var out []store.FoundVulnerability
	seen := map[string]bool{}
	for _, f := range ways {
		found, err := find(ctx, organisation, who, f, limit)
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			if !seen[v.ID] && len(out) < limit {
				seen[v.ID] = true
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// aliased admits vulnerabilities that a record of one of some names speaks of.
func (n *nouns) aliased(id string, names []string) filter {
	f := filter{args: []any{list(names)}}
	f.terms = []string{id + ` in (select x.vulnerability from advisories a join matches m on m.advisory_id = a.id
		join findings x on x.component_id = m.component_id and x.counts
		join finding_advisories h on h.version_id = x.version_id and h.component_id = x.component_id and h.advisory_id = a.id and h.finding_id = x.id
		where m.release_to is null and a.advisory` + n.dialect.texts(1) + `)`}
	return f
}

func (n *nouns) findVulnerabilities(ctx context.Context, organisation string, who store.Visible, f filter, limit int) ([]store.FoundVulnerability, error) {
	f.and("w.findings > 0")
	f.when(organisation != "", "w.organisation_id = ?", organisation)
	const joined = ` from findings x join versions v on v.id = x.version_id and v.main join projects p on p.id = x.project_id`
	in := filter{args: f.args}
	in.and("x.counts and not p.archived")
	in.when(organisation != "", "p.organisation_id = ?", organisation)
	in.visible(n.dialect, who)
	f.args = in.args
	where := joined + in.where() + " and x.vulnerability = w.id"
	f.terms = append(f.terms, `(select 1`+where+` limit 1) is not null`) // not exists: PostgreSQL would join all findings first
	count := fmt.Sprintf(`(select count(*) from (select distinct p.id %s limit %d) used)`, where, store.FoundProjects)
	return collect(ctx, n.read, scanFoundVulnerability, `select w.id, w.severity, w.summary, w.exploited, `+count+` from vulnerabilities w`+f.where()+
		fmt.Sprintf(` order by w.id limit %d`, limit), f.args...)
}

// findVulnerabilitiesOf is findVulnerabilities for who sees few projects: from
// their findings on.
func (n *nouns) findVulnerabilitiesOf(ctx context.Context, organisation string, who store.Visible, f filter, limit int) ([]store.FoundVulnerability, error) {
	f.and("x.counts and v.main and not p.archived")
	f.in(n.dialect, "x.project_id", who.Projects)
	f.when(organisation != "", "p.organisation_id = ?", organisation)
	f.visible(n.dialect, who)
	return collect(ctx, n.read, scanFoundVulnerability, fmt.Sprintf(`select w.id, w.severity, w.summary, w.exploited, c.projects from (
		select p.organisation_id as organisation, x.vulnerability as id, count(distinct p.id) as projects
		from findings x join versions v on v.id = x.version_id join projects p on p.id = x.project_id%s
		group by p.organisation_id, x.vulnerability order by x.vulnerability limit %d) c
		join vulnerabilities w on w.organisation_id = c.organisation and w.id = c.id
		order by w.id limit %d`, f.where(), limit, limit), f.args...)
}

func scanFoundVulnerability(row func(...any) error) (v store.FoundVulnerability, err error) {
	var severity int64
	err = row(&v.ID, &severity, &v.Summary, &v.Exploited, &v.Projects)
	v.Severity = store.Level(severity)
	v.Projects = min(v.Projects, store.FoundProjects)
	return v, err
}

// spellings are how an id may be meant that a person typed: whatever the case, and
// without the prefix of CVE ids.
func spellings(text string) []string {
	upper, lower := strings.ToUpper(text), strings.ToLower(text)
	out := []string{text}
	add := func(s string) {
		for _, o := range out {
			if o == s {
				return
			}
		}
		out = append(out, s)
	}
	add(upper)
	if rest, ok := strings.CutPrefix(lower, "ghsa-"); ok {
		add("GHSA-" + rest)
	}
	if len(text) >= 4 && strings.Trim(text, "0123456789-") == "" {
		add("CVE-" + text)
	}
	return out
}

// FindPeople finds members.
func (n *nouns) FindPeople(ctx context.Context, organisation string, who store.Visible, text string, limit int) ([]store.FoundPerson, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	var f filter
	f.and("not u.disabled")
	in := filter{args: f.args}
	in.and("m.user_id = u.id")
	in.when(organisation != "", "m.organisation_id = ?", organisation)
	if !who.All {
		in.in(n.dialect, "m.organisation_id", append(append([]string{}, who.Organisations...), who.Administers...))
	}
	f.args = in.args
	f.terms = append(f.terms, "exists (select 1 from members m"+in.where()+")")
	f.and(`(u.name like ? escape '\' or lower(u.name) like ? escape '\' or u.email like ? escape '\')`,
		contains(text), contains(strings.ToLower(text)), contains(strings.ToLower(text)))
	return collect(ctx, n.read, func(row func(...any) error) (p store.FoundPerson, err error) {
		err = row(&p.ID, &p.Name, &p.Email)
		return p, err
	}, `select u.id, u.name, u.email from users u`+f.where()+fmt.Sprintf(` order by u.name, u.id limit %d`, limit), f.args...)
}
