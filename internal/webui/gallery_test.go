package webui

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// galleryNow is when the gallery's pages are made.
var galleryNow = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

// shown is a page of the gallery: its address and how it is made.
type shown struct {
	path string
	make func(r *request) reply
}

// TestGallery makes every page with realistic data and checks what holds for all
// of them. With ASSAY_GALLERY=folder it leaves them there, with the assets, for
// people to look at with any file server.
func TestGallery(t *testing.T) {
	t.Parallel()
	u := galleryUI(t)
	folder := os.Getenv("ASSAY_GALLERY")
	if folder != "" {
		saveAssets(t, u, folder)
	}
	for name, page := range framePages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := u.galleryPage(t, page)
			checkPage(t, body)
			if folder != "" {
				save(t, filepath.Join(folder, name+".html"), []byte(body))
			}
		})
	}
}

func galleryUI(t *testing.T) *ui {
	t.Helper()
	u, err := newUI(nil, Options{Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	u.app = &app.App{Deps: app.Deps{Clock: func() time.Time { return galleryNow }}}
	u.counts = func(context.Context, app.Actor) (counts, error) {
		return counts{Running: 2, Waiting: 5, Database: "good", DatabaseSays: "built 3 hours ago"}, nil
	}
	return u
}

// galleryPage answers a request for a page of the gallery and returns its body.
func (u *ui) galleryPage(t *testing.T, page shown) string {
	t.Helper()
	raw := httptest.NewRequestWithContext(t.Context(), http.MethodGet, page.path, nil)
	r := &request{Request: raw, ui: u, now: galleryNow, csrf: "token", actor: app.Actor{
		UserID: "u1", Name: "Ada Example", Email: "ada@example.org", Members: map[string]app.Role{"o1": app.Administrator},
	}}
	w := httptest.NewRecorder()
	if err := page.make(r).send(w, r); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// checkPage checks what holds for every page: it is well-formed, has one heading,
// every id once, a label for every field, and nothing that the policy forbids.
func checkPage(t *testing.T, body string) {
	t.Helper()
	if n := strings.Count(body, "<h1"); n != 1 {
		t.Errorf("the page has %d headings h1", n)
	}
	for _, forbidden := range []string{" style=", " onclick=", "<style", "ZgotmplZ", "<no value>", "%!"} {
		if at := strings.Index(body, forbidden); at >= 0 {
			t.Errorf("the page has %q: …%s…", forbidden, body[max(0, at-60):min(len(body), at+60)])
		}
	}
	checkTags(t, body)
}

// checkTags reads the page tag by tag.
func checkTags(t *testing.T, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(body))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	ids, labels, fields := map[string]int{}, map[string]bool{}, []string{}
	inLabel := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		switch tag := token.(type) {
		case xml.EndElement:
			if tag.Name.Local == "label" {
				inLabel--
			}
		case xml.StartElement:
			at := attributes(tag)
			if at["id"] != "" {
				ids[at["id"]]++
			}
			switch tag.Name.Local {
			case "label":
				labels[at["for"]] = true
				inLabel++
			case "input", "select", "textarea":
				if at["type"] != "hidden" && at["aria-hidden"] == "" && at["aria-label"] == "" && inLabel == 0 {
					fields = append(fields, at["id"])
				}
			}
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements have the id %q", n, id)
		}
	}
	for _, field := range fields {
		if !labels[field] {
			t.Errorf("the field %q has no label", field)
		}
	}
}

func attributes(tag xml.StartElement) map[string]string {
	all := map[string]string{}
	for _, a := range tag.Attr {
		all[a.Name.Local] = a.Value
	}
	return all
}

func saveAssets(t *testing.T, u *ui, folder string) {
	t.Helper()
	for name, file := range u.assets.files {
		save(t, filepath.Join(folder, u.assets.prefix, name), file.plain)
	}
}

func save(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}

// framePages are the pages of the frame, of projects and of a person.
func framePages() map[string]shown {
	return map[string]shown{
		"overview": {"/", func(r *request) reply { return show("overview", r.overviewPage(galleryOverview())) }},
		"overview-empty": {"/", func(r *request) reply {
			return show("overview", r.overviewPage(app.Overview{}))
		}},
		"projects": {"/projects?tag=backend", func(r *request) reply {
			p := r.projectsPage(r.listing(), store.List[store.Project]{Items: galleryProjects(), Next: "abc"})
			p.offerTags([]string{"backend", "frontend", "payments"})
			return show("projects", p)
		}},
		"projects-none": {"/projects?q=nothing", func(r *request) reply {
			return show("projects", r.projectsPage(r.listing(), store.List[store.Project]{}))
		}},
		"project": {"/projects/p1", func(r *request) reply {
			p := r.projectPage(galleryProject(), galleryScans(), galleryScans())
			p.begin(galleryFindings(5).Items)
			p.compose("p1", app.DependencyList{All: 1284, Ecosystems: []app.EcosystemCount{
				{Name: "npm", Components: 1012, Known: true}, {Name: "golang", Components: 203, Known: true}, {Name: "conan", Components: 69},
			}, Licences: []app.LicenceCount{{Name: "MIT", Components: 812}, {Name: "Apache-2.0", Components: 203}, {Components: 141}, {Name: "ISC", Components: 70}, {Name: "BSD-3-Clause", Components: 40}, {Name: "MPL-2.0", Components: 12}, {Name: "GPL-3.0-only", Components: 6}}})
			return show("project", p)
		}},
		"project-empty": {"/projects/p1", func(r *request) reply {
			view := galleryProject()
			view.LastScan, view.Counts = store.LastScan{}, store.Counts{}
			return show("project", r.projectPage(view, nil, nil))
		}},
		"project-scans": {"/projects/p1/scans", func(r *request) reply {
			scans := store.List[app.ScanRow]{Items: galleryScans(), Next: "x"}
			return show("project_scans", r.scansOf(galleryProject(), r.listing(), scans, r.form("/projects/p1/scans")))
		}},
		"project-settings": {"/projects/p1/settings", func(r *request) reply {
			p := r.settingsOf(galleryProject())
			p.Grants = []grantPart{{app.Grant{Subject: "user:u2", Name: "Grace Example", Role: app.Approver}, false, rolesUpTo(app.Approver, app.Manager)},
				{app.Grant{Subject: "group:g1", Name: "Payments", Role: app.Developer}, true, rolesUpTo(app.Developer, app.Manager)}}
			p.Subjects = []option{{Value: "user:u3", Label: "Alan Example (alan@example.org)"}}
			return show("project_settings", *p)
		}},
		"project-new": {"/projects/new", func(r *request) reply {
			f := r.form("/projects/new").with("url", "https://git.example.org/team", "credential_kind", "token")
			f.Faults = map[string]string{"url": "This repository belongs to the project storefront already.", "credential": "It is empty."}
			return show("project_new", newProjectPage{
				Frame: r.frame("Add a project"), Form: f, Credentials: credentialOptions("token"), Visibilities: visibilityOptions(),
			})
		}},
		"search": {"/search?q=lod", func(r *request) reply { return show("search", r.searchPage(gallerySearch())) }},
		"search-none": {"/search?q=zzz", func(r *request) reply {
			return show("search", r.searchPage(app.SearchResult{Text: "zzz"}))
		}},
		"account": {"/account", func(r *request) reply { return show("account", galleryAccount(r)) }},
		"sign-in": {"/sign-in", func(r *request) reply {
			p := r.signInPage(r.form("/sign-in"), "/")
			p.Form.Fault = "The address or the password is wrong."
			p.Providers = []link{{"Google", "/sign-in/google"}, {"GitHub", "/sign-in/github"}}
			return show("sign_in", p)
		}},
		"setup":         {"/setup?link=abc", func(r *request) reply { return show("setup", r.setupPage(r.form("/setup"), "abc")) }},
		"setup-no-link": {"/setup", func(r *request) reply { return show("setup", r.setupPage(r.form("/setup"), "")) }},
		"error-404":     errorShown(errs.E(errs.NotFound, "there is no project p9, or you may not see it")),
		"error-409":     errorShown(errs.Changed("project")),
		"error-503":     errorShown(errs.E(errs.Unavailable, "the database does not answer")),
	}
}

func errorShown(err error) shown {
	return shown{"/projects/p9", func(*request) reply {
		return raw(func(w http.ResponseWriter, r *request) error {
			r.ui.fail(w, r, err)
			return nil
		})
	}}
}

func galleryOverview() app.Overview {
	o := app.Overview{
		Figures: store.Figures{Counts: galleryCounts(31, 214, 412, 96), Projects: 148, Components: 41230, ExploitedProjects: 6, Failed: 2, Incomplete: 3, Never: 1, Behind: 12},
		Change:  &app.OverviewChange{Days: 30, Counts: store.Counts{Critical: -4, High: -20, Exploited: 3}, Projects: 5},
		Since:   galleryNow.Add(-40 * time.Hour), NewMore: true,
	}
	o.Figures.Exploited, o.Figures.Unknown = 9, 14
	for i := range 31 {
		day := galleryCounts(int64(38-i/3+i%4), int64(250-i), int64(380+i+(i*7)%11), int64(90+i%9))
		day.Unknown = 14
		o.Days = append(o.Days, store.Day{Day: galleryNow.AddDate(0, 0, i-30).Truncate(24 * time.Hour), Counts: day})
	}
	for i, v := range []string{"CVE-2026-21441", "GHSA-4r6h-8v6p-xvw6", "CVE-2026-1002", "CVE-2025-68121", "GO-2026-4337"} {
		o.New = append(o.New, store.NewFinding{
			ID: int64(i + 1), Project: "p1", ProjectName: []string{"storefront", "billing-service"}[i%2], Vulnerability: v,
			Severity:  []severity.Level{severity.Critical, severity.High, severity.Medium, severity.Unknown, severity.Low}[i],
			Component: []string{"lodash", "golang.org/x/net", "org.springframework.boot:spring-boot-autoconfigure", "werkzeug", "qs"}[i],
			Version:   "4.17.20", Exploited: i == 0, At: galleryNow.Add(-time.Duration(i*5+2) * time.Hour),
		})
	}
	all := galleryProjects()
	o.Worst, o.Troubled = all[:5], []store.Project{all[2], all[3]}
	return o
}

func galleryCounts(c, h, m, l int64) store.Counts {
	return store.Counts{Critical: c, High: h, Medium: m, Low: l}
}

func galleryProjects() []store.Project {
	names := []string{"storefront", "billing-service", "mobile-api", "data-pipeline", "identity", "an-internal-tool-with-a-very-long-name-that-nobody-ever-shortened-2", "docs-site", "search-indexer"}
	var all []store.Project
	for i, name := range names {
		p := store.Project{
			ID: fmt.Sprintf("p%d", i+1), Name: name, Visibility: store.VisibleToOrganisation, Components: int64(1800 - 213*i), Revision: 3, Created: galleryNow.AddDate(-1, 0, 0),
			Counts: galleryCounts(int64(7-i)*int64(1-i/7), int64(40-5*i), int64(80-9*i), int64(20-2*i)), Tags: [][]string{{"backend", "payments"}, {"backend"}, nil}[i%3],
			LastScan: store.LastScan{ID: fmt.Sprintf("s%d", i), At: galleryNow.Add(-time.Duration(3*i*i+1) * time.Hour), State: "done", Incomplete: i == 3}, Behind: i == 4,
		}
		switch i {
		case 0:
			p.Description, p.Counts.Exploited = "The shop and its checkout", 2
		case 2:
			p.LastScan.State = "failed"
		case 4:
			p.Visibility = store.Private
		case 6:
			p.Counts = store.Counts{}
		case 7:
			p.LastScan, p.Counts, p.Components = store.LastScan{}, store.Counts{}, 0
		}
		all = append(all, p)
	}
	return all
}

func galleryProject() app.ProjectView {
	view := app.ProjectView{Project: galleryProjects()[0], Role: app.Manager}
	view.ReleasePattern, view.Schedule, view.Exclude = store.DefaultReleasePattern, "30 4 * * *", []string{"**/testdata/**", "examples/**"}
	view.LastScan.Incomplete = true
	view.Repositories = []app.RepositoryView{{
		Repository:    store.Repository{ID: "r1", URL: "https://git.example.org/shop/storefront.git", Ref: "main", Credential: store.CredentialToken, Username: "assay", Revision: 2},
		HasCredential: true,
	}}
	view.Versions = []store.Version{{ID: 1, Repository: "r1", Ref: "main", Main: true}, {ID: 2, Repository: "r1", Ref: "v2.3.0"}}
	view.Channels = []store.Channel{
		{ID: "c1", Kind: store.ChannelEmail, Name: "e-mail", To: []string{"shop@example.org"}, Minimum: "high"},
		{ID: "c2", Kind: store.ChannelSlack, Name: "slack", URL: "https://chat.example.org", Secret: true, Minimum: "critical", Muted: true},
	}
	return view
}

func galleryScans() []app.ScanRow {
	var rows []app.ScanRow
	for i := range 14 {
		created := galleryNow.Add(-time.Duration(i) * 26 * time.Hour)
		s := store.Scan{
			ID: fmt.Sprintf("s%d", i), State: store.ScanDone, Trigger: []store.Trigger{store.TriggerPush, store.TriggerSchedule, store.TriggerManual}[i%3], Ref: "main", Commit: "9f2c41d07be3a5588c0d",
			CreatedAt: created, StartedAt: created.Add(2 * time.Second), FinishedAt: created.Add(time.Duration(9+i) * time.Second),
			Critical: 7 + i%2, High: 40 - i, Medium: 80 + i%5, Low: 20, Components: 1284, FilesRead: 18, FilesFailed: 3, FilesOther: 5, ReleaseSeq: 4, Incomplete: i == 0 || i == 5,
			Appeared: (i * 3) % 4, Disappeared: i % 2, Languages: []string{"JavaScript", "Go", "C++"}, Analysis: store.AnalysisFull,
			Notices: []string{"conan: the database has no advisories for 69 components.", "services/cart/package-lock.json: line 18,402: unexpected end of the file."},
		}
		switch i {
		case 1:
			s.Analysis = store.AnalysisSkipped
		case 2:
			s.Ref, s.AskedRelease = "v2.3.0", "Storefront 2.3"
		case 4:
			s.State, s.Error, s.Critical, s.High, s.Medium, s.Low = store.ScanFailed, "fetch the repository: the host refused the token", 0, 0, 0, 0
		}
		rows = append(rows, app.ScanRow{Scan: s, Project: app.ProjectRef{ID: "p1", Name: "storefront"}})
	}
	running := store.Scan{ID: "s99", State: store.ScanRunning, Stage: store.StageAnalyse, Trigger: store.TriggerManual, Ref: "release/2.4", CreatedAt: galleryNow.Add(-20 * time.Second)}
	return append([]app.ScanRow{{Scan: running, Project: app.ProjectRef{ID: "p1", Name: "storefront"}}}, rows...)
}

func gallerySearch() app.SearchResult {
	return app.SearchResult{
		Text: "lod", Projects: galleryProjects()[:2],
		Components: []store.FoundComponent{
			{ID: 1, PURL: "pkg:npm/lodash@4.17.20", Ecosystem: "npm", Name: "lodash", Version: "4.17.20", Projects: 31},
			{ID: 2, PURL: "pkg:npm/lodash.merge@4.6.2", Ecosystem: "npm", Name: "lodash.merge", Version: "4.6.2", Projects: 100},
		},
		Vulnerabilities: []store.FoundVulnerability{{ID: "CVE-2021-23337", Severity: severity.High, Summary: "Command injection in lodash's template", Exploited: true, Projects: 12}},
		People:          []store.FoundPerson{{ID: "u9", Name: "Lodovica Example", Email: "lodovica@example.org"}},
	}
}

func galleryAccount(r *request) accountPage {
	agents := []string{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"}
	p := accountPage{
		Frame: r.frame("Account"), Name: r.form("/account/name").with("name", "Ada Example"), Password: r.form("/account/password"),
		User: app.UserDetail{User: app.User{Email: "ada@example.org", HasPassword: true}, Memberships: []app.Membership{{Organisation: store.Organisation{Name: "Example Ltd"}, Role: app.Administrator}}},
	}
	for i, agent := range agents {
		s := app.Session{ID: fmt.Sprint(i), Current: i == 0, Address: "192.0.2.7", Agent: agent, CreatedAt: galleryNow.AddDate(0, 0, -3), SeenAt: galleryNow.Add(-time.Duration(i) * time.Hour)}
		p.Sessions = append(p.Sessions, sessionRow{s, browserOf(agent)})
	}
	return p
}
