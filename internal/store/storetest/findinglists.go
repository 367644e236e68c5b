package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// many makes n findings of all severities in as many components.
func (l *lab) many(version int64, n int) {
	l.t.Helper()
	var components []string
	var list []says
	for i := range n {
		c := fmt.Sprintf("a%02d", i)
		if i%3 == 0 {
			c = "t" + c
		}
		components = append(components, c)
		s := hit(c, fmt.Sprintf("CVE-2026-%03d", (i*7)%n), severity.Level(i%6), fmt.Sprintf("GHSA-%d", i)) //nolint:gosec // a small number
		s.exploited = i%5 == 0
		list = append(list, s)
	}
	l.scan(version, components, list...)
}

func findingsLists(l *lab) {
	const n = 23
	l.many(l.version, n)
	for _, sort := range store.FindingSorts() {
		for _, desc := range []bool{false, true} {
			name := fmt.Sprintf("by %s, descending %v", sort, desc)
			whole, err := l.s.Findings(l.t.Context(), store.FindingFilter{Project: l.project}, store.Page{Sort: sort, Desc: desc, Limit: 100})
			l.must(err)
			var parts []int64
			for page := (store.Page{Sort: sort, Desc: desc, Limit: 5}); ; {
				part, err := l.s.Findings(l.t.Context(), store.FindingFilter{Version: l.version}, page)
				l.must(err)
				parts = append(parts, idsOf(part.Items)...)
				if page.Cursor = part.Next; page.Cursor == "" {
					break
				}
			}
			equal(l.t, name+": parts make the whole", idsOf(whole.Items), parts)
			equal(l.t, name+": all are there", n, len(parts))
			if !slices.IsSortedFunc(whole.Items, func(a, b store.Finding) int { return compareFindings(sort, desc, a, b) }) {
				l.t.Errorf("%s: it is not in order", name)
			}
		}
	}
	count, err := l.s.CountFindings(l.t.Context(), store.FindingFilter{Version: l.version}, 10)
	l.must(err)
	equal(l.t, "a bounded count", int64(10), count)
}

func idsOf(list []store.Finding) []int64 {
	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}

func compareFindings(sort string, desc bool, a, b store.Finding) int {
	var c int
	switch sort {
	case "severity":
		c = int(store.Severity(a.Severity) - store.Severity(b.Severity))
	case "vulnerability":
		c = compareTexts(a.Vulnerability(), b.Vulnerability())
	case "component":
		c = compareTexts(a.Component.Key(), b.Component.Key())
	case "since":
		c = a.FirstSeen.Compare(b.FirstSeen)
	}
	if desc {
		return -c
	}
	return c
}

func compareTexts(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func findingsFilters(l *lab) {
	yes, no := true, false
	l.many(l.version, 12)
	l.decide(store.Decision{State: store.NotAffected, Reason: "component_not_present"}, l.one("CVE-2026-000").ID)
	for _, test := range []struct {
		name   string
		filter store.FindingFilter
		want   int
	}{
		{"what counts", store.FindingFilter{}, 11},
		{"all", store.FindingFilter{All: true}, 12},
		{"a state", store.FindingFilter{State: []store.State{store.NotAffected}}, 1},
		{"states", store.FindingFilter{State: []store.State{store.NotAffected, store.Open}}, 12},
		{"severities", store.FindingFilter{Severity: []severity.Level{severity.Critical, severity.High}}, 4},
		{"exploited", store.FindingFilter{Exploited: true, All: true}, 3},
		{"direct", store.FindingFilter{Direct: &yes, All: true}, 8},
		{"transitive", store.FindingFilter{Direct: &no, All: true}, 4},
		{"fixable", store.FindingFilter{Fixable: true, All: true}, 12},
		{"scope", store.FindingFilter{Scope: []inventory.Scope{inventory.ScopeRuntime}, All: true}, 12},
		{"another scope", store.FindingFilter{Scope: []inventory.Scope{inventory.ScopeDev}, All: true}, 0},
		{"ecosystem", store.FindingFilter{Ecosystem: "npm", All: true}, 12},
		{"another ecosystem", store.FindingFilter{Ecosystem: "PyPI"}, 0},
		{"component", store.FindingFilter{Component: l.component("a01"), All: true}, 1},
		{"a vulnerability's beginning", store.FindingFilter{Text: "cve-2026-00", All: true}, 10},
		{"whatever its case", store.FindingFilter{Text: "Cve-2026-011", All: true}, 1},
		{"a name's beginning", store.FindingFilter{Text: "A0", All: true}, 6},
		{"a pattern is only text", store.FindingFilter{Text: "%", All: true}, 0},
		{"since", store.FindingFilter{Since: l.seq + 1}, 0},
		{"gone", store.FindingFilter{Gone: true}, 0},
		{"another project's", store.FindingFilter{Project: "other", Version: l.version}, 0},
	} {
		if test.filter.Project == "" {
			test.filter.Project = l.project
		}
		equal(l.t, test.name, test.want, len(l.all(test.filter)))
		count, err := l.s.CountFindings(l.t.Context(), test.filter, 1000)
		l.must(err)
		equal(l.t, test.name+", counted", int64(test.want), count)
	}
}

// findingsFigures does at random what changes figures, and counts anew.
func findingsFigures(l *lab) {
	random := rand.New(rand.NewPCG(7, uint64(len(l.org)))) //nolint:gosec // a test's
	second, other := l.newProject("Second")
	branch := l.newVersion(l.project, "v1", false)
	projects := map[int64]string{l.version: l.project, other: second, branch: l.project}
	versions := []int64{l.version, other, branch}
	names := []string{"a", "b", "c", "t-d", "t-e"}
	for range 60 {
		version := versions[random.IntN(len(versions))]
		switch random.IntN(6) {
		case 0:
			l.nextRelease()
			l.scan(version, names, l.randomSays(random, names)...)
		case 1, 2:
			l.scan(version, names[:1+random.IntN(len(names))])
		case 3:
			l.project, l.version = projects[version], version
			if list := l.present(); len(list) > 0 {
				states := store.States()
				l.decide(store.Decision{State: states[random.IntN(len(states))], Until: l.now.Add(time.Hour)}, list[random.IntN(len(list))].ID)
			}
		case 4:
			l.tx(func(tx store.Store) error { return tx.SetVersionMain(l.t.Context(), branch, random.IntN(2) == 0) })
		case 5:
			l.hide(second, random.IntN(2) == 0)
		}
		l.checkFigures(projects)
		if l.t.Failed() {
			return
		}
	}
	l.tx(func(tx store.Store) error { return tx.Uncount(l.t.Context(), second) })
	l.tx(func(tx store.Store) error { return tx.Recount(l.t.Context(), second) })
	l.checkFigures(projects)
}

// hide makes a project private, or not any more.
func (l *lab) hide(project string, private bool) {
	l.t.Helper()
	p, err := l.s.Project(l.t.Context(), project)
	l.must(err)
	p.Visibility = store.VisibleToOrganisation
	if private {
		p.Visibility = store.Private
	}
	l.tx(func(tx store.Store) error { return tx.Uncount(l.t.Context(), project) })
	l.tx(func(tx store.Store) error { return tx.EditProject(l.t.Context(), p) })
	l.tx(func(tx store.Store) error { return tx.Recount(l.t.Context(), project) })
}

func (l *lab) randomSays(random *rand.Rand, names []string) []says {
	var list []says
	for _, c := range names {
		for v := range 3 {
			if random.IntN(2) == 0 {
				continue
			}
			advisories := []string{fmt.Sprint("GHSA-", v)}
			if random.IntN(3) == 0 {
				advisories = append(advisories, fmt.Sprint("GHSA-", (v+1)%3))
			}
			s := hit(c, fmt.Sprint("CVE-2026-", v), severity.Level(random.IntN(6)), advisories...) //nolint:gosec // a small number
			s.exploited = random.IntN(4) == 0
			list = append(list, s)
		}
	}
	return list
}

// checkFigures compares what is counted with what there is.
func (l *lab) checkFigures(projects map[int64]string) {
	l.t.Helper()
	counts := map[string]store.Counts{}
	findings := map[string]map[string]int64{} // of vulnerabilities, by project
	components := map[string]int64{}
	for version, project := range projects {
		v, err := l.s.Version(l.t.Context(), version)
		l.must(err)
		list := l.all(store.FindingFilter{Version: version})
		var sum store.Counts
		for _, f := range list {
			sum.Add(f.Severity, f.Exploited, 1)
		}
		got, err := l.s.VersionCounts(l.t.Context(), version)
		l.must(err)
		equal(l.t, "version", sum, got)
		if !v.Main {
			continue
		}
		used, err := l.s.Used(l.t.Context(), version)
		l.must(err)
		components[project] += int64(len(used))
		c := counts[project]
		for _, f := range list {
			c.Add(f.Severity, f.Exploited, 1)
			if findings[f.Vulnerability()] == nil {
				findings[f.Vulnerability()] = map[string]int64{}
			}
			findings[f.Vulnerability()][project]++
		}
		counts[project] = c
	}
	for _, project := range projects {
		p, err := l.s.Project(l.t.Context(), project)
		l.must(err)
		equal(l.t, "figures of "+p.Name, counts[project], p.Counts)
		equal(l.t, "risk of "+p.Name, store.Risk(counts[project]), p.Risk)
		equal(l.t, "components of "+p.Name, components[project], p.Components)
	}
	l.checkVulnerabilities(findings)
}

// checkVulnerabilities compares what vulnerabilities count with what there is, for
// who sees all projects and for who sees those that are not private.
func (l *lab) checkVulnerabilities(findings map[string]map[string]int64) {
	l.t.Helper()
	for _, shared := range []bool{false, true} {
		want := map[string][2]int64{}
		for id, in := range findings {
			for project, n := range in {
				p, err := l.s.Project(l.t.Context(), project)
				l.must(err)
				if !shared || p.Visibility == store.VisibleToOrganisation {
					want[id] = [2]int64{want[id][0] + n, want[id][1] + 1}
				}
			}
		}
		got := map[string][2]int64{}
		list, err := l.s.Vulnerabilities(l.t.Context(), store.VulnerabilityFilter{Organisation: l.org, Shared: shared}, store.Page{Sort: "projects"})
		l.must(err)
		for _, v := range list.Items {
			got[v.ID] = [2]int64{v.Findings, v.Projects}
		}
		equal(l.t, fmt.Sprint("findings and projects of vulnerabilities, shared ", shared), want, got)
	}
}

func findingsExposure(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a"})
	used := l.now
	l.nextRelease()
	known := l.release
	l.scan(l.version, []string{"a"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"))
	got, err := l.s.Exposures(t.Context(), l.project, "CVE-2026-1")
	l.must(err)
	want := store.Exposure{
		VersionID: l.version, ComponentID: l.component("a"), Advisory: store.AdvisoryKey{Provider: "GitHub", ID: "GHSA-1"},
		UsedFrom: used, KnownFrom: known.Imported, KnowableFrom: known.Built,
	}
	equal(t, "exposed", []store.Exposure{want}, got)
	l.scan(l.version, []string{"b"})
	want.UsedTo = l.now
	l.nextRelease()
	l.scan(l.version, []string{"b"})
	l.match([]string{"a"})
	want.KnownTo = l.release.Imported
	got, err = l.s.Exposures(t.Context(), l.project, "CVE-2026-1")
	l.must(err)
	equal(t, "no more", []store.Exposure{want}, got)
}

func findingsPlaces(l *lab) {
	t := l.t
	l.scan(l.version, []string{"a", "b"}, hit("a", "CVE-2026-1", severity.High, "GHSA-1"), hit("b", "CVE-2026-1", severity.High, "GHSA-1"))
	second, other := l.newProject("Second")
	l.scan(other, []string{"a"})
	places := func(open bool, who store.Visible, limit int) (n int) {
		for page := (store.Page{Limit: limit}); ; {
			list, err := l.s.Places(t.Context(), "CVE-2026-1", open, who, page)
			l.must(err)
			n += len(list.Items)
			if page.Cursor = list.Next; page.Cursor == "" {
				return n
			}
		}
	}
	mine := store.Visible{Organisations: []string{l.org}}
	equal(t, "everywhere", 3, places(false, mine, 1))
	equal(t, "one project", 1, places(false, store.Visible{Projects: []string{second}}, 10))
	equal(t, "nowhere", 0, places(false, store.Visible{}, 10))
	l.decide(store.Decision{State: store.Fixed}, l.present()[0].ID)
	equal(t, "open", 2, places(true, mine, 10))
	uses, err := l.s.Uses(t.Context(), l.component("a"), mine, store.Page{})
	l.must(err)
	equal(t, "used", 2, len(uses.Items))
	l.hide(second, true)
	for name, c := range map[string]struct {
		who  store.Visible
		want []int64 // findings and projects, of each organisation
	}{
		"administrators": {store.Visible{Administers: []string{l.org}}, []int64{2, 2}},
		"members":        {mine, []int64{1, 1}}, "others": {store.Visible{Organisations: []string{"other"}, Projects: []string{second}}, nil},
	} {
		known, err := l.s.VulnerabilityIn(t.Context(), c.who, "CVE-2026-1")
		l.must(err)
		var got []int64
		for _, v := range known {
			got = append(got, v.Findings, v.Projects)
		}
		equal(t, "counted for "+name, c.want, got)
	}
	for _, sort := range store.VulnerabilitySorts() {
		list, err := l.s.Vulnerabilities(t.Context(), store.VulnerabilityFilter{Organisation: l.org, Text: "cve-", Severity: []severity.Level{severity.High}}, store.Page{Sort: sort})
		l.must(err)
		equal(t, "by "+sort, 1, len(list.Items))
	}
	l.scan(other, []string{"c"}, hit("c", "CVE-2026-2", severity.High, "GHSA-2"))
	for name, c := range map[string]struct {
		who  store.Visible
		want int
	}{"members": {mine, 0}, "administrators": {store.Visible{Administers: []string{l.org}}, 1}, "who it is granted to": {store.Visible{Organisations: []string{l.org}, Projects: []string{second}}, 1}} {
		known, err := l.s.VulnerabilityIn(t.Context(), c.who, "CVE-2026-2")
		l.must(err)
		equal(t, "known to "+name, c.want, len(known))
	}
}
