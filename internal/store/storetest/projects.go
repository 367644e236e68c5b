package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// Projects specifies store.Projects, but for repositories and schedules.
func Projects(t *testing.T, s store.Store) {
	t.Helper()
	o := newOrganisation(t, s, "one")
	p := store.Project{
		ID: store.NewID(), Organisation: o.ID, Name: "Shop", Description: "sells", Visibility: store.Private, Tags: []string{"a", `quo"te`},
		ReleasePattern: "refs/tags/#", Include: []string{"**/package.json"}, Exclude: []string{"tests/**"}, Schedule: "@daily", NextScan: noon.Add(time.Hour),
		Channels:       []store.Channel{{ID: "c", Kind: store.ChannelEmail, Name: "team", To: []string{"team@example.org"}, Minimum: "high"}},
		ChannelSecrets: []byte{1, 2}, Created: noon, Updated: noon,
	}
	must(t, s.AddProject(t.Context(), p))
	p.Revision = 1
	same(t, "Project", p, got[store.Project](t)(s.Project(t.Context(), p.ID)))
	same(t, "ProjectsByID", []store.Project{p}, got[[]store.Project](t)(s.ProjectsByID(t.Context(), []string{p.ID, "none"})))
	other := p
	other.ID, other.Name = store.NewID(), "SHOP"
	wantKind(t, "a second of the name", s.AddProject(t.Context(), other), errs.Conflict)
	_, err := s.Project(t.Context(), "none")
	wantKind(t, "none", err, errs.NotFound)
	editProject(t, s, p)
	deleteProject(t, s, o)
}

func editProject(t *testing.T, s store.Store, p store.Project) {
	t.Helper()
	two := newProject(t, s, p.Organisation, "Two")
	e := p
	e.Name, e.Tags, e.Include, e.Exclude, e.Schedule, e.NextScan, e.Channels, e.ChannelSecrets = "Store", nil, nil, nil, "", time.Time{}, nil, nil
	e.Visibility, e.Archived, e.Updated, e.Description = store.VisibleToOrganisation, true, noon.Add(time.Hour), ""
	must(t, s.EditProject(t.Context(), e))
	e.Revision = 2
	same(t, "after an edit", e, got[store.Project](t)(s.Project(t.Context(), p.ID)))
	wantKind(t, "an edit of an old revision", s.EditProject(t.Context(), p), errs.Conflict)
	two.Name, two.Revision = "sTore", 1
	wantKind(t, "an edit to a name that is taken", s.EditProject(t.Context(), two), errs.Conflict)
}

func newProject(t *testing.T, s store.Store, organisation, name string) store.Project {
	t.Helper()
	p := store.Project{ID: store.NewID(), Organisation: organisation, Name: name, Visibility: store.VisibleToOrganisation, ReleasePattern: store.DefaultReleasePattern, Created: noon, Updated: noon}
	must(t, s.AddProject(t.Context(), p))
	p.Revision = 1
	return p
}

func newRepository(t *testing.T, s store.Store, project, key string) store.Repository {
	t.Helper()
	r := store.Repository{ID: store.NewID(), Project: project, URL: "https://" + key, Key: key, Credential: store.CredentialNone, Created: noon}
	must(t, s.AddRepository(t.Context(), r))
	r.Revision = 1
	return r
}

func deleteProject(t *testing.T, s store.Store, o store.Organisation) {
	t.Helper()
	p := newProject(t, s, o.ID, "Doomed")
	r := newRepository(t, s, p.ID, "git.example.org/doomed")
	newFinding(t, s, p.ID, r.ID, "pkg:npm/doomed@1.0.0", "CVE-2026-0001", severity.High, noon)
	stored, _, err := s.AddScan(t.Context(), store.Scan{ID: store.NewID(), OrganisationID: o.ID, ProjectID: p.ID, RepositoryID: r.ID, Trigger: store.TriggerManual, Priority: 1, RequestedBy: "user:u", Stage: store.StagePrepare, CreatedAt: noon})
	must(t, err)
	same(t, "vulnerabilities before", 1, len(got[store.List[store.Vulnerability]](t)(s.Vulnerabilities(t.Context(), store.VulnerabilityFilter{Organisation: o.ID}, store.Page{})).Items))
	wantKind(t, "deleting another revision", s.DeleteProject(t.Context(), p.ID, 7), errs.Conflict)
	must(t, s.DeleteProject(t.Context(), p.ID, 1))
	_, err = s.Project(t.Context(), p.ID)
	wantKind(t, "the deleted project", err, errs.NotFound)
	_, err = s.Scan(t.Context(), stored.ID)
	wantKind(t, "its scan", err, errs.NotFound)
	_, err = s.Repository(t.Context(), r.ID)
	wantKind(t, "its repository", err, errs.NotFound)
	same(t, "vulnerabilities after", 0, len(got[store.List[store.Vulnerability]](t)(s.Vulnerabilities(t.Context(), store.VulnerabilityFilter{Organisation: o.ID}, store.Page{})).Items))
	wantKind(t, "deleting it again", s.DeleteProject(t.Context(), p.ID, 1), errs.NotFound)
	newRepository(t, s, newProject(t, s, o.ID, "Doomed").ID, "git.example.org/doomed") // its name and URL are free again
}

// newFinding makes a component that the main version of a repository uses, and a
// vulnerability of it.
func newFinding(t *testing.T, s store.Store, project, repository, purl, vulnerability string, level severity.Level, at time.Time) {
	t.Helper()
	name, version, _ := strings.Cut(purl[strings.LastIndex(purl, "/")+1:], "@")
	must(t, s.Tx(t.Context(), func(tx store.Store) error {
		v := got[store.Version](t)(tx.EnsureVersion(t.Context(), store.Version{Project: project, Repository: repository, Ref: "refs/heads/main", Main: true}))
		id := got[[]int64](t)(tx.AddComponents(t.Context(), []store.Component{{PURL: purl, Ecosystem: "npm", Name: name, Version: version}}))[0]
		used := store.UsedComponent{ID: id, Direct: true, Scope: inventory.ScopeRuntime}
		inv := store.StoredInventory{Digest: []byte(repository + purl), Components: []store.UsedComponent{used}}
		number, _, err := tx.AddInventory(t.Context(), inv.Digest, 1, 0, nil)
		must(t, err)
		inv.ID = number
		got[store.InventoryChange](t)(tx.SetVersionInventory(t.Context(), v.ID, inv, at.Unix()))
		must(t, tx.SaveMatches(t.Context(), store.MatchResult{Release: at.Unix(), Components: []int64{id}, Findings: map[int64][]store.ComponentFinding{id: {{
			Vulnerability: vulnerability, Severity: level, Summary: "about " + vulnerability, FixedIn: []string{"9.0.0"}, Exploited: level == severity.Critical,
			Advisories: []store.FindingAdvisory{{ID: "GHSA-" + strings.ToLower(strings.TrimPrefix(vulnerability, "CVE-")), Provider: "ghsa", Range: "<9"}},
		}}}}))
		matched := got[store.Matched](t)(tx.MatchesOf(t.Context(), []int64{id}))
		found := []store.Found{{Component: id, Direct: true, Scope: inventory.ScopeRuntime, Key: store.ComponentKey(name, version), Finding: matched.Findings[id][0]}}
		_, err = tx.MergeFindings(t.Context(), store.Merge{Version: v.ID, ScanSeq: at.Unix(), Release: at.Unix(), At: at, Found: found})
		return err
	}))
}

// ProjectLists specifies ListProjects: what is seen, filters, every order, pages.
func ProjectLists(t *testing.T, s store.Store) {
	t.Helper()
	o, foreign := newOrganisation(t, s, "one"), newOrganisation(t, s, "two")
	levels := []severity.Level{severity.Low, severity.Critical, severity.Unknown, severity.High, severity.Medium, severity.None, severity.High}
	var ids []string
	for i, level := range levels {
		p := store.Project{ID: store.NewID(), Organisation: o.ID, Name: fmt.Sprintf("P%d_%%", (i*3)%7), Visibility: store.VisibleToOrganisation, Created: noon.Add(time.Duration(i%3) * time.Hour), Updated: noon}
		if i == 1 {
			p.Visibility = store.Private
		}
		if i%2 == 0 {
			p.Tags = []string{"even", fmt.Sprint("t", i)}
		}
		must(t, s.AddProject(t.Context(), p))
		newFinding(t, s, p.ID, "", fmt.Sprintf("pkg:npm/p%d@1.0.0", i), fmt.Sprintf("CVE-2026-100%d", i), level, noon)
		must(t, s.SetLastScan(t.Context(), p.ID, store.LastScan{ID: "s", At: noon.Add(time.Duration(-i) * time.Hour), State: []string{"done", "failed", "done"}[i%3], Incomplete: i == 5}))
		ids = append(ids, p.ID)
	}
	hidden := newProject(t, s, foreign.ID, "Foreign")
	all := store.ProjectFilter{Organisation: o.ID, Visible: store.Visible{Administers: []string{o.ID}}}
	for name, c := range map[string]struct {
		filter store.ProjectFilter
		want   []int
	}{
		"administrator":         {all, []int{0, 1, 2, 3, 4, 5, 6}},
		"member":                {store.ProjectFilter{Visible: store.Visible{Organisations: []string{o.ID}}}, []int{0, 2, 3, 4, 5, 6}},
		"member with a grant":   {store.ProjectFilter{Visible: store.Visible{Organisations: []string{o.ID}, Projects: ids[1:2]}}, []int{0, 1, 2, 3, 4, 5, 6}},
		"guest":                 {store.ProjectFilter{Visible: store.Visible{Projects: ids[2:4]}}, []int{2, 3}},
		"nobody":                {store.ProjectFilter{Organisation: o.ID}, nil},
		"of another":            {store.ProjectFilter{Organisation: o.ID, Visible: store.Visible{Administers: []string{foreign.ID}}}, nil},
		"tag":                   {with(all, func(f *store.ProjectFilter) { f.Tag = "even" }), []int{0, 2, 4, 6}},
		"part of a tag":         {with(all, func(f *store.ProjectFilter) { f.Tag = "eve" }), nil},
		"text":                  {with(all, func(f *store.ProjectFilter) { f.Text = "p3" }), []int{1}},
		"text with wildcards":   {with(all, func(f *store.ProjectFilter) { f.Text = "_%" }), []int{0, 1, 2, 3, 4, 5, 6}},
		"text that is wildcard": {with(all, func(f *store.ProjectFilter) { f.Text = "%P" }), nil},
		"severity":              {with(all, func(f *store.ProjectFilter) { f.Severity = "high" }), []int{3, 6}},
		"severity none":         {with(all, func(f *store.ProjectFilter) { f.Severity = "none" }), []int{5}},
		"exploited":             {with(all, func(f *store.ProjectFilter) { f.Exploited = true }), []int{1}},
		"troubled":              {with(all, func(f *store.ProjectFilter) { f.Troubled = true }), []int{1, 4, 5}},
		"never":                 {with(all, func(f *store.ProjectFilter) { f.Never = true }), nil},
		"archived":              {with(all, func(f *store.ProjectFilter) { f.Archived = true }), nil},
	} {
		list := got[store.List[store.Project]](t)(s.ListProjects(t.Context(), c.filter, store.Page{}))
		var have []int
		for _, p := range list.Items {
			have = append(have, slices.Index(ids, p.ID))
		}
		slices.Sort(have)
		same(t, name, c.want, have)
	}
	list := got[store.List[store.Project]](t)(s.ListProjects(t.Context(), store.ProjectFilter{Visible: store.Visible{All: true}}, store.Page{}))
	if len(list.Items) != 8 || !slices.ContainsFunc(list.Items, func(p store.Project) bool { return p.ID == hidden.ID }) {
		t.Errorf("All sees %d projects, want 8", len(list.Items))
	}
	same(t, "tags", []string{"even", "t0", "t2", "t4", "t6"}, got[[]string](t)(s.ProjectTags(t.Context(), o.ID, all.Visible, 10)))
	same(t, "tags of one that is seen", []string{"even", "t2"}, got[[]string](t)(s.ProjectTags(t.Context(), "", store.Visible{Projects: ids[2:3]}, 10)))
	orders(t, s, all)
	_, err := s.ListProjects(t.Context(), with(all, func(f *store.ProjectFilter) { f.Severity = "1=1" }), store.Page{})
	wantKind(t, "a severity that is none", err, errs.Invalid)
}

func with(f store.ProjectFilter, change func(*store.ProjectFilter)) store.ProjectFilter {
	change(&f)
	return f
}

// orders reads the list in every order, page by page.
func orders(t *testing.T, s store.Store, f store.ProjectFilter) {
	t.Helper()
	by := map[string]func(a, b store.Project) int{
		"name":       func(a, b store.Project) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) },
		"risk":       func(a, b store.Project) int { return int(a.Risk - b.Risk) },
		"components": func(a, b store.Project) int { return int(a.Components - b.Components) },
		"scanned":    func(a, b store.Project) int { return a.LastScan.At.Compare(b.LastScan.At) },
		"created":    func(a, b store.Project) int { return a.Created.Compare(b.Created) },
	}
	for sort, compare := range by {
		for _, desc := range []bool{false, true} {
			var items []store.Project
			page := store.Page{Sort: sort, Desc: desc, Limit: 2}
			for {
				list := got[store.List[store.Project]](t)(s.ListProjects(t.Context(), f, page))
				items = append(items, list.Items...)
				if page.Cursor = list.Next; page.Cursor == "" || len(items) > 7 {
					break
				}
			}
			ordered := slices.IsSortedFunc(items, func(a, b store.Project) int {
				c := compare(a, b)
				if c == 0 {
					c = strings.Compare(a.ID, b.ID)
				}
				if desc {
					c = -c
				}
				return c
			})
			if len(items) != 7 || !ordered {
				t.Errorf("sort %s desc %v: %d items, ordered %v", sort, desc, len(items), ordered)
			}
		}
	}
	cursors(t, s, f)
}

// cursors that are made up are refused, never run.
func cursors(t *testing.T, s store.Store, f store.ProjectFilter) {
	t.Helper()
	next := got[store.List[store.Project]](t)(s.ListProjects(t.Context(), f, store.Page{Sort: "risk", Limit: 1})).Next
	for name, page := range map[string]store.Page{
		"of another sort":      {Sort: "name", Cursor: next},
		"of another direction": {Sort: "risk", Desc: true, Cursor: next},
		"of no list":           {Cursor: "x"},
		"of another kind":      {Sort: "risk", Cursor: "eyJzIjoicmlzayIsInYiOiJ4IiwiaSI6IngifQ"},   // {"s":"risk","v":"x","i":"x"}
		"with a fraction":      {Sort: "risk", Cursor: "eyJzIjoicmlzayIsInYiOjEuNSwiaSI6IngifQ"},   // {"s":"risk","v":1.5,"i":"x"}
		"without end":          {Sort: "risk", Cursor: "eyJzIjoicmlzayIsInYiOjFlMzAwLCJpIjoieCJ9"}, // {"s":"risk","v":1e300,"i":"x"}
		"with a list in it":    {Sort: "risk", Cursor: "eyJzIjoicmlzayIsInYiOlsxXSwiaSI6IngifQ"},   // {"s":"risk","v":[1],"i":"x"}
	} {
		_, err := s.ListProjects(t.Context(), f, page)
		wantKind(t, "a cursor "+name, err, errs.Invalid)
	}
	_, err := s.ListProjects(t.Context(), f, store.Page{Sort: "id; drop table projects"})
	wantKind(t, "a sort that is none", err, errs.Invalid)
	unstorable(t, s, f)
}

// unstorable: what one of the databases cannot hold is a fault of who asks for it,
// or nothing is found.
func unstorable(t *testing.T, s store.Store, f store.ProjectFilter) {
	t.Helper()
	for _, text := range []string{"a\x00b", "\xff", "\xc0\xaf"} {
		f.Text = text
		asks := map[string]error{}
		_, asks["project"] = s.Project(t.Context(), text)
		_, asks["user"] = s.UserByEmail(t.Context(), text)
		_, asks["list"] = s.ListProjects(t.Context(), f, store.Page{})
		asks["transaction"] = s.Tx(t.Context(), func(tx store.Store) error {
			_, err := tx.Organisation(t.Context(), text)
			return err
		})
		for name, err := range asks {
			if kind := errs.KindOf(err); err != nil && kind != errs.Invalid && kind != errs.NotFound {
				t.Errorf("%s %q: error %v", name, text, err)
			}
		}
	}
}

// Repositories specifies repositories and versions.
func Repositories(t *testing.T, s store.Store) {
	t.Helper()
	p := newProject(t, s, newOrganisation(t, s, "one").ID, "P")
	r := store.Repository{ID: store.NewID(), Project: p.ID, URL: "https://git.example.org/a.git", Key: "git.example.org/a", Ref: "main", Credential: store.CredentialToken,
		Username: "u", Sealed: []byte("sealed"), KnownHosts: "hosts", Created: noon}
	must(t, s.AddRepository(t.Context(), r))
	r.Revision = 1
	second := newRepository(t, s, p.ID, "git.example.org/b")
	same(t, "Repository", r, got[store.Repository](t)(s.Repository(t.Context(), r.ID)))
	same(t, "RepositoryByKey", r, got[store.Repository](t)(s.RepositoryByKey(t.Context(), r.Key)))
	have := got[[]store.Repository](t)(s.RepositoriesOf(t.Context(), p.ID))
	slices.SortFunc(have, func(a, b store.Repository) int { return strings.Compare(a.Key, b.Key) })
	same(t, "RepositoriesOf", []store.Repository{r, second}, have)
	wantKind(t, "a second of the URL", s.AddRepository(t.Context(), store.Repository{ID: "x", Project: p.ID, Key: r.Key, Credential: "none", Created: noon}), errs.Conflict)
	_, err := s.RepositoryByKey(t.Context(), "none")
	wantKind(t, "none", err, errs.NotFound)

	same(t, "SealedRepositories", []store.Repository{r}, got[[]store.Repository](t)(s.SealedRepositories(t.Context(), "", 10)))
	same(t, "those after the last", 0, len(got[[]store.Repository](t)(s.SealedRepositories(t.Context(), r.ID, 10))))
	same(t, "Reseal of others", false, got[bool](t)(s.Reseal(t.Context(), r.ID, []byte("other"), []byte("new"))))
	same(t, "Reseal", true, got[bool](t)(s.Reseal(t.Context(), r.ID, []byte("sealed"), []byte("new"))))

	e := r
	e.URL, e.Key, e.Ref, e.Credential, e.Username, e.Sealed, e.KnownHosts = "https://git.example.org/c", "git.example.org/c", "", store.CredentialNone, "", nil, ""
	must(t, s.EditRepository(t.Context(), e))
	e.Revision = 2
	same(t, "after an edit", e, got[store.Repository](t)(s.Repository(t.Context(), r.ID)))
	wantKind(t, "an edit of an old revision", s.EditRepository(t.Context(), r), errs.Conflict)
	e.Key = second.Key
	wantKind(t, "an edit to a URL that is taken", s.EditRepository(t.Context(), e), errs.Conflict)
	versions(t, s, p, e, second)
}

func versions(t *testing.T, s store.Store, p store.Project, r, other store.Repository) {
	t.Helper()
	ensure := func(repository, ref string, main bool) store.Version {
		t.Helper()
		return got[store.Version](t)(s.EnsureVersion(t.Context(), store.Version{Project: p.ID, Repository: repository, Ref: ref, Main: main}))
	}
	newFinding(t, s, p.ID, r.ID, "pkg:npm/x@1.0.0", "CVE-2026-2001", severity.High, noon) // of refs/heads/main
	one := ensure(r.ID, "refs/heads/main", true)
	if !one.Main || ensure(r.ID, "refs/heads/main", true).ID != one.ID || !ensure(r.ID, "refs/heads/main", false).Main {
		t.Errorf("the version %+v is not found again as it is", one)
	}
	two, foreign := ensure(r.ID, "refs/heads/two", false), ensure(other.ID, "refs/heads/main", true)
	if two.Main || !foreign.Main || two.ID == one.ID || foreign.ID == one.ID {
		t.Errorf("versions %+v, %+v and %+v", one, two, foreign)
	}
	same(t, "counts", int64(1), got[store.Project](t)(s.Project(t.Context(), p.ID)).Counts.High)
	if two = ensure(r.ID, "refs/heads/two", true); !two.Main {
		t.Error("the version did not become the main one")
	}
	same(t, "counts of another main version", store.Counts{}, got[store.Project](t)(s.Project(t.Context(), p.ID)).Counts)
	var main []string
	for _, v := range got[[]store.Version](t)(s.VersionsOf(t.Context(), p.ID)) {
		main = append(main, fmt.Sprintf("%v %s %v", v.Repository == r.ID, v.Ref, v.Main))
	}
	same(t, "VersionsOf", []string{"false refs/heads/main true", "true refs/heads/two true", "true refs/heads/main false"}, main)
	ensure(r.ID, "refs/heads/main", true)
	same(t, "counts of the first again", int64(1), got[store.Project](t)(s.Project(t.Context(), p.ID)).Counts.High)
	wantKind(t, "deleting another revision", s.DeleteRepository(t.Context(), r.ID, 7), errs.Conflict)
	must(t, s.DeleteRepository(t.Context(), r.ID, r.Revision))
	same(t, "counts without the repository", store.Counts{}, got[store.Project](t)(s.Project(t.Context(), p.ID)).Counts)
	if v := got[store.Version](t)(s.Version(t.Context(), one.ID)); v.Main {
		t.Error("a version of a deleted repository counts")
	}
}

// Schedules specifies which projects are due, and that one scheduler takes each.
func Schedules(t *testing.T, s store.Store) {
	t.Helper()
	o := newOrganisation(t, s, "one")
	var ids []string
	for i, next := range []time.Duration{2 * time.Hour, time.Hour, 3 * time.Hour} {
		p := store.Project{ID: store.NewID(), Organisation: o.ID, Name: fmt.Sprint(i), Visibility: store.Private, Schedule: "@daily", NextScan: noon.Add(next), Created: noon, Updated: noon}
		must(t, s.AddProject(t.Context(), p))
		ids = append(ids, p.ID)
	}
	newProject(t, s, o.ID, "without")
	due := func(after time.Duration, limit int) (out []string) {
		for _, p := range got[[]store.Project](t)(s.DueProjects(t.Context(), noon.Add(after), limit)) {
			out = append(out, p.ID)
		}
		return out
	}
	same(t, "too early", []string(nil), due(59*time.Minute, 9))
	same(t, "due", []string{ids[1], ids[0]}, due(2*time.Hour, 9))
	same(t, "the longest due", ids[1:2], due(9*time.Hour, 1))
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 6 {
		all.Go(func() {
			ok, err := s.TakeDue(t.Context(), ids[1], noon.Add(time.Hour), noon.Add(25*time.Hour))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				taken++
			}
		})
	}
	all.Wait()
	same(t, "takers", 1, taken)
	same(t, "due after one was taken", []string{ids[0], ids[2]}, due(9*time.Hour, 9))
	same(t, "ending a schedule", true, got[bool](t)(s.TakeDue(t.Context(), ids[0], noon.Add(2*time.Hour), time.Time{})))
	same(t, "due after one ended", ids[2:], due(9*time.Hour, 9))
}

// Portfolio specifies what is read across projects.
func Portfolio(t *testing.T, s store.Store) {
	t.Helper()
	o, foreign := newOrganisation(t, s, "one"), newOrganisation(t, s, "two")
	open, private, archived, other := newProject(t, s, o.ID, "Open"), newProject(t, s, o.ID, "Private"), newProject(t, s, o.ID, "Archived"), newProject(t, s, foreign.ID, "Other")
	private.Visibility = store.Private
	must(t, s.EditProject(t.Context(), private))
	newFinding(t, s, open.ID, "", "pkg:npm/left-pad@1.0.0", "CVE-2026-3001", severity.High, noon)
	newFinding(t, s, private.ID, "", "pkg:npm/right-pad@1.0.0", "CVE-2026-3002", severity.Critical, noon.Add(time.Hour))
	newFinding(t, s, archived.ID, "", "pkg:npm/old-pad@1.0.0", "CVE-2026-3003", severity.Low, noon)
	newFinding(t, s, other.ID, "", "pkg:npm/foreign-pad@1.0.0", "CVE-2026-3004", severity.Low, noon.Add(2*time.Hour))
	archived.Archived = true
	must(t, s.Uncount(t.Context(), archived.ID))
	must(t, s.EditProject(t.Context(), archived))
	must(t, s.SetLastScan(t.Context(), open.ID, store.LastScan{ID: "s", At: noon, State: "done", Incomplete: true}))
	must(t, s.SetLastScan(t.Context(), private.ID, store.LastScan{ID: "s", At: noon, State: "failed", Incomplete: true}))
	member, administrator := store.Visible{Organisations: []string{o.ID}}, store.Visible{Administers: []string{o.ID}}
	days(t, s, o.ID)

	same(t, "figures of a member", store.Figures{Counts: store.Counts{High: 1}, Components: 1, Projects: 1, Incomplete: 1}, got[store.Figures](t)(s.Figures(t.Context(), o.ID, member)))
	same(t, "figures of an administrator", store.Figures{Counts: store.Counts{High: 1, Critical: 1, Exploited: 1}, Components: 2, Projects: 2,
		ExploitedProjects: 1, CriticalProjects: 1, Failed: 1, Incomplete: 1}, got[store.Figures](t)(s.Figures(t.Context(), "", administrator)))
	same(t, "figures of nobody", store.Figures{}, got[store.Figures](t)(s.Figures(t.Context(), o.ID, store.Visible{})))

	fresh := func(who store.Visible, since time.Time) (out []string) {
		for _, f := range got[[]store.NewFinding](t)(s.NewFindings(t.Context(), o.ID, who, since, 5)) {
			out = append(out, f.ProjectName+" "+f.Component+" "+f.Version+" "+f.Vulnerability+" "+f.Severity.String()+" "+f.FixedIn)
		}
		return out
	}
	same(t, "new to an administrator", []string{"Private right-pad 1.0.0 CVE-2026-3002 critical 9.0.0", "Open left-pad 1.0.0 CVE-2026-3001 high 9.0.0"}, fresh(administrator, noon.Add(-time.Hour)))
	same(t, "new to a member", []string{"Open left-pad 1.0.0 CVE-2026-3001 high 9.0.0"}, fresh(member, noon.Add(-time.Hour)))
	same(t, "new since noon", []string{"Private right-pad 1.0.0 CVE-2026-3002 critical 9.0.0"}, fresh(administrator, noon))
	searches(t, s, o, member, administrator)
	people(t, s, o, foreign)
}

func days(t *testing.T, s store.Store, organisation string) {
	t.Helper()
	must(t, s.SnapDay(t.Context(), noon.Add(-24*time.Hour)))
	must(t, s.SnapDay(t.Context(), noon))
	must(t, s.SnapDay(t.Context(), noon.Add(time.Hour))) // the same day again
	midnight := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	all := store.Day{Day: midnight, Projects: 2, Components: 2, Counts: store.Counts{High: 1, Critical: 1, Exploited: 1}}
	before := all
	before.Day = midnight.AddDate(0, 0, -1)
	same(t, "days with private projects", []store.Day{before, all}, got[[]store.Day](t)(s.Days(t.Context(), organisation, true, before.Day)))
	same(t, "days of all members", []store.Day{{Day: midnight, Projects: 1, Components: 1, Counts: store.Counts{High: 1}}}, got[[]store.Day](t)(s.Days(t.Context(), organisation, false, midnight)))
}

func searches(t *testing.T, s store.Store, o store.Organisation, member, administrator store.Visible) {
	t.Helper()
	components := func(who store.Visible, text string) (out []string) {
		for _, c := range got[[]store.FoundComponent](t)(s.FindComponents(t.Context(), o.ID, who, text, 5)) {
			out = append(out, fmt.Sprint(c.PURL, " ", c.Name, " ", c.Version, " ", c.Projects))
		}
		return out
	}
	left, right := "pkg:npm/left-pad@1.0.0 left-pad 1.0.0 1", "pkg:npm/right-pad@1.0.0 right-pad 1.0.0 1"
	same(t, "by the beginning of a name", []string{left}, components(member, "LEFT"))
	same(t, "by a part of a name", []string{left, right}, components(administrator, "pad"))
	same(t, "by a part, only what is seen", []string{left}, components(member, "pad"))
	same(t, "by purl", []string{right}, components(administrator, "pkg:npm/right"))
	same(t, "what is hidden, by purl", []string(nil), components(member, "pkg:npm/right-pad@1.0.0"))
	same(t, "of an archived project", []string(nil), components(administrator, "old-pad"))
	same(t, "wildcards", []string(nil), components(administrator, "%p_d"))
	same(t, "nothing", []string(nil), components(administrator, " "))

	vulnerabilities := func(who store.Visible, text string) (out []string) {
		for _, v := range got[[]store.FoundVulnerability](t)(s.FindVulnerabilities(t.Context(), o.ID, who, text, 5)) {
			out = append(out, fmt.Sprint(v.ID, " ", v.Severity, " ", v.Projects, " ", v.Exploited))
		}
		return out
	}
	high, critical := "CVE-2026-3001 high 1 false", "CVE-2026-3002 critical 1 true"
	same(t, "by the beginning of an id", []string{high, critical}, vulnerabilities(administrator, "cve-2026-3"))
	same(t, "by a number", []string{critical}, vulnerabilities(administrator, "2026-3002"))
	same(t, "only what is seen", []string{high}, vulnerabilities(member, "CVE-2026"))
	same(t, "by an alias", []string{high}, vulnerabilities(member, "ghsa-2026-3001"))
	same(t, "by the alias of what is hidden", []string(nil), vulnerabilities(member, "GHSA-2026-3002"))
	same(t, "of another organisation", []string(nil), vulnerabilities(administrator, "CVE-2026-3004"))
	same(t, "no vulnerabilities by nothing", []string(nil), vulnerabilities(administrator, ""))
}

func people(t *testing.T, s store.Store, o, foreign store.Organisation) {
	t.Helper()
	ann, bob, eve := newUser(t, s, "ann@example.org"), newUser(t, s, "bob@example.org"), newUser(t, s, "eve@example.org")
	must(t, s.SetMember(t.Context(), o.ID, ann.ID, "viewer"))
	must(t, s.SetMember(t.Context(), o.ID, bob.ID, "manager"))
	must(t, s.SetMember(t.Context(), foreign.ID, eve.ID, "viewer"))
	find := func(organisation string, who store.Visible, text string) []store.FoundPerson {
		return got[[]store.FoundPerson](t)(s.FindPeople(t.Context(), organisation, who, text, 5))
	}
	found := func(u store.User) store.FoundPerson { return store.FoundPerson{ID: u.ID, Name: u.Name, Email: u.Email} }
	member := store.Visible{Organisations: []string{o.ID}}
	same(t, "by address", []store.FoundPerson{found(ann), found(bob)}, find(o.ID, member, "EXAMPLE.org"))
	same(t, "by name", []store.FoundPerson{found(bob)}, find("", member, "the bob"))
	same(t, "in another organisation", 0, len(find(foreign.ID, member, "eve")))
	same(t, "to a guest", 0, len(find("", store.Visible{Projects: []string{"p"}}, "ann")))
	same(t, "to the installation's administrator", []store.FoundPerson{found(eve)}, find("", store.Visible{All: true}, "eve"))
	same(t, "nobody by nothing", 0, len(find(o.ID, member, "")))
}
