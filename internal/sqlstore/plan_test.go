package sqlstore_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/store/storetest"
)

// big are the tables that grow without end: no statement may read one of them
// whole.
var big = []string{
	"components", "units", "inventories", "inventory_units", "usages", "advisories", "matches", "component_findings",
	"findings", "finding_advisories", "decisions", "vulnerabilities", "scans", "scan_log", "audit_events", "versions", "projects",
}

// whole are statements that may: what they read is bounded otherwise.
var whole = []allowed{
	{"order by s.seq desc, s.seq desc limit", "scans are read in the order of the list until the page is full"},
	{"order by s.seq, s.seq limit", "the same"},
	{"p.id not in (select s.project_id from scans s where s.state in", "the index holds the scans that have not ended, and no others"},
}

type allowed struct{ part, reason string }

// TestPlans runs what the conformance suites run, and every list with every sort
// and filter, and asks the database how it does that.
func TestPlans(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		p := &plans{t: t, db: db, seen: map[string][]any{}}
		s := db.Watched(p.look)
		t.Run("inventories", func(t *testing.T) { storetest.Inventories(t, s) })
		t.Run("findings", func(t *testing.T) { storetest.Findings(t, s) })
		p.findings(s)
		p.vulnerabilities(s)
		p.projects(s)
		p.scans(s)
		p.explain()
	})
}

type plans struct {
	t    *testing.T
	db   *sqlstore.DB
	mu   sync.Mutex
	seen map[string][]any // statements with the arguments of their first run
}

// named finds tables and what a statement calls them.
var named = regexp.MustCompile(`(?:from|join|update)\s+([a-z_]+)(?:\s+([a-z]{1,2})\b)?`)

func (p *plans) look(query string, args []any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.seen[query]; !known {
		p.seen[query] = args
	}
}

// explain asks for all plans, when there is something in the tables.
func (p *plans) explain() {
	if len(p.seen) < 300 {
		p.t.Errorf("only %d statements were seen", len(p.seen))
	}
	for query, args := range p.seen {
		if slices.ContainsFunc(whole, func(w allowed) bool { return strings.Contains(query, w.part) }) {
			continue
		}
		plan, err := p.db.Explain(p.t.Context(), query, args)
		if err != nil {
			p.t.Errorf("explain %s: %v", query, err)
			continue
		}
		for _, step := range p.wholes(query, plan) {
			p.t.Errorf("%s\nof\n%s\nwithin\n%s", step, query, strings.Join(plan, "\n"))
		}
	}
}

var (
	sqliteScan   = regexp.MustCompile(`^SCAN (\w+)`)
	postgresScan = regexp.MustCompile(`(Seq Scan|Index Scan|Index Only Scan).* on (\w+)`)
)

// wholes are the steps of a plan that read a big table from its beginning to its
// end.
func (p *plans) wholes(query string, plan []string) []string {
	tables := map[string]string{}
	for _, m := range named.FindAllStringSubmatch(query, -1) {
		tables[m[1]] = m[1]
		tables[m[2]] = m[1]
	}
	var out []string
	for i, step := range plan {
		if m := sqliteScan.FindStringSubmatch(step); m != nil && slices.Contains(big, tables[m[1]]) {
			out = append(out, step)
		}
		m := postgresScan.FindStringSubmatch(step)
		if m == nil || !slices.Contains(big, m[2]) {
			continue
		}
		if m[1] == "Seq Scan" || !conditioned(plan[i:]) {
			out = append(out, step)
		}
	}
	return out
}

// conditioned tells whether the first step of a plan seeks by a condition.
func conditioned(plan []string) bool {
	for i, line := range plan {
		if i > 0 && strings.HasPrefix(strings.TrimSpace(line), "->") {
			return false
		}
		if strings.Contains(line, "Index Cond:") {
			return true
		}
	}
	return false
}

// pages are the first page and the one after it, both ways.
func (p *plans) pages(sort string, list func(page store.Page) (next string, err error)) {
	p.t.Helper()
	for _, desc := range []bool{false, true} {
		page := store.Page{Sort: sort, Desc: desc, Limit: 1}
		for range 2 {
			next, err := list(page)
			if err != nil {
				p.t.Fatal(err)
			}
			if page.Cursor = next; next == "" {
				break
			}
		}
	}
}

func (p *plans) findings(s store.Store) {
	version := p.version(s)
	direct := true
	filters := []store.FindingFilter{
		{}, {All: true}, {Gone: true}, {State: []store.State{store.NotAffected, store.Accepted}}, {Severity: []severity.Level{severity.High}},
		{Direct: &direct}, {Scope: []inventory.Scope{inventory.ScopeRuntime}}, {Exploited: true}, {Fixable: true}, {Ecosystem: "npm"}, {Component: 1},
		{Text: "cve"}, {Since: 1}, {IDs: []int64{1, 2}},
	}
	for _, f := range filters {
		f.Project, f.Version = version.Project, version.ID
		for _, sort := range store.FindingSorts() {
			for _, of := range []int64{version.ID, 0} {
				f.Version = of
				p.pages(sort, func(page store.Page) (string, error) {
					l, err := s.Findings(p.t.Context(), f, page)
					return l.Next, err
				})
			}
		}
		if _, err := s.CountFindings(p.t.Context(), f, 1000); err != nil {
			p.t.Error(err)
		}
	}
}

// version is one that the conformance suite has filled.
func (p *plans) version(s store.Store) store.Version {
	p.t.Helper()
	for id := int64(1); ; id++ {
		v, err := s.Version(p.t.Context(), id)
		if err != nil {
			p.t.Fatal(err)
		}
		if c, err := s.VersionCounts(p.t.Context(), id); err == nil && v.Main && c.Total() > 10 {
			return v
		}
	}
}

func (p *plans) vulnerabilities(s store.Store) {
	v := p.version(s)
	project, err := s.Project(p.t.Context(), v.Project)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range []store.VulnerabilityFilter{{}, {Exploited: true}, {Severity: []severity.Level{severity.High}}, {Text: "cve"}, {Shared: true}} {
		f.Organisation = project.Organisation
		for _, sort := range store.VulnerabilitySorts() {
			p.pages(sort, func(page store.Page) (string, error) {
				l, err := s.Vulnerabilities(p.t.Context(), f, page)
				return l.Next, err
			})
		}
	}
	for _, who := range p.seers(project.Organisation, project.ID) {
		p.pages("", func(page store.Page) (string, error) {
			l, err := s.Places(p.t.Context(), "CVE-2026-001", true, who, page)
			return l.Next, err
		})
		p.pages("", func(page store.Page) (string, error) {
			l, err := s.Uses(p.t.Context(), 1, who, page)
			return l.Next, err
		})
	}
}

// seers are those who see all, an organisation, and a project.
func (p *plans) seers(organisation, project string) []store.Visible {
	return []store.Visible{
		{All: true}, {Organisations: []string{organisation}}, {Administers: []string{organisation}}, {Projects: []string{project}},
		{Administers: []string{organisation}, Projects: []string{project}},
	}
}

func (p *plans) projects(s store.Store) {
	v := p.version(s)
	project, err := s.Project(p.t.Context(), v.Project)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range []store.ProjectFilter{{}, {Text: "f"}, {Tag: "x"}, {Archived: true}, {Severity: "high"}, {Exploited: true}, {Troubled: true}, {Never: true}, {Behind: true}, {Behind: true, Idle: true}} {
		f.Organisation = project.Organisation
		for _, f.Visible = range p.seers(project.Organisation, project.ID) {
			for _, sort := range []string{"name", "risk", "components", "scanned", "created"} {
				p.pages(sort, func(page store.Page) (string, error) {
					l, err := s.ListProjects(p.t.Context(), f, page)
					return l.Next, err
				})
			}
		}
	}
}

func (p *plans) scans(s store.Store) {
	v := p.version(s)
	project, err := s.Project(p.t.Context(), v.Project)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range []store.ScanFilter{{Project: project.ID}, {Project: project.ID, States: []store.ScanState{store.ScanDone}}, {}, {States: []store.ScanState{store.ScanDone}}} {
		for _, f.Visible = range p.seers(project.Organisation, project.ID) {
			p.pages("", func(page store.Page) (string, error) {
				l, err := s.Scans(p.t.Context(), f, page)
				return l.Next, err
			})
		}
	}
}
