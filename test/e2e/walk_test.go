// Package e2e_test walks through a built server in a real browser as its first
// user does.
package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/test/harness"
)

// built is the folder for the program, of TestMain's.
var built string

// program builds the program once for all tests.
var program = sync.OnceValues(func() (string, error) { return harness.Build(context.Background(), built) })

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "assay-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = dir
	return m.Run()
}

// cluster starts a server on a kind of database.
func cluster(t *testing.T, database string) *harness.Cluster {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	advisories, err := harness.SampleDatabase(t.Context(), binary, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, err := harness.StartCluster(t.Context(), harness.ClusterOptions{Binary: binary, Dir: dir, Database: database,
		Args: []string{"--allow-local-repositories", "--allow-http-repositories", "--private-host", "127.0.0.1", "--db", advisories, "--log-level", "warn"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the servers wrote:\n%s", c.Log())
		}
	})
	return c
}

// each runs a test on both databases: on SQLite in one process, on PostgreSQL with
// an API and two workers that share it and a bucket.
func each(t *testing.T, test func(t *testing.T, c *harness.Cluster)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, cluster(t, "")) })
	t.Run("postgres", func(t *testing.T) { test(t, cluster(t, sqlstoretest.Postgres(t).Empty(t))) })
}

// TestWalk is the way of the first user: set-up, project, live log, findings,
// triage, sign-out; then every page that was met and the others, at both widths,
// in both colours, and without JavaScript.
func TestWalk(t *testing.T) {
	chrome := browser(t)
	each(t, func(t *testing.T, c *harness.Cluster) {
		desktop := open(t, chrome, c.API.URL, view{width: 1440, height: 900})
		link, err := c.API.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		desktop.setUp(link)
		desktop.signOut()
		desktop.signIn()
		desktop.triage(desktop.addHeld(t, "Held", "examples/shop"), "not affected")
		project := desktop.addProject(t, c, "Shop", "examples/shop")
		scan := desktop.watchScan(project)
		finding := desktop.triage(project, "not affected")
		pages := pagesOf(project, scan, finding, desktop)

		phone := open(t, chrome, c.API.URL, view{width: 390, height: 844})
		phone.signIn()
		mobile := phone.addProject(t, c, "Site", "examples/site")
		phone.watchScan(mobile)
		phone.triage(mobile, "risk accepted")

		for _, v := range []struct {
			name string
			view view
		}{
			{"wide", view{width: 1440, height: 900}},
			{"narrow", view{width: 390, height: 844}},
			{"dark", view{width: 1440, height: 900, dark: true}},
			{"plain", view{width: 1440, height: 900, plain: true}},
			{"plain narrow", view{width: 390, height: 844, plain: true}},
		} {
			t.Run(v.name, func(t *testing.T) { everyPage(t, chrome, c, v.view, pages) })
		}
		plain := open(t, chrome, c.API.URL, view{width: 1440, height: 900, plain: true})
		plain.signIn()
		other := plain.addProject(t, c, "Blog", "examples/blog")
		plain.watchScan(other)
		plain.triage(other, "not affected")
		plain.signOut()

		phone.signOut()
		desktop.signOut()
	})
}

// setUp makes the administrator by the link that the first start printed.
func (p *tab) setUp(link string) {
	p.t.Helper()
	if status := p.visit(link); status != 200 {
		p.t.Fatalf("the set-up page has status %d\n%s", status, p.state())
	}
	p.look("setup")
	p.fill("Organisation", harness.Organisation)
	p.fill("Your name", "Ada")
	p.fill("E-mail", harness.Email)
	p.fill("Password", harness.Password)
	p.press("Create the administrator")
	if at := p.path(); at != "/" {
		p.t.Fatalf("set-up led to %s\n%s", at, p.state())
	}
	p.look("the empty overview")
	p.visit(link)
	p.noted("the used link")
	if text := evaluate[string](p, `document.body.innerText`); strings.Contains(text, "Create the administrator") {
		p.t.Errorf("the link works twice:\n%s", text)
	}
	p.visit("/")
}

func (p *tab) signIn() {
	p.t.Helper()
	p.visit("/projects")
	if at := p.path(); !strings.HasPrefix(at, "/sign-in") {
		p.t.Fatalf("who is not signed in was led to %s\n%s", at, p.state())
	}
	p.look("sign-in")
	p.fill("E-mail", harness.Email)
	p.fill("Password", "not the password")
	p.press("Sign in")
	if at := p.path(); !strings.HasPrefix(at, "/sign-in") {
		p.t.Fatalf("a wrong password led to %s\n%s", at, p.state())
	}
	p.forget() // the browser tells of the refusal
	p.fill("E-mail", harness.Email)
	p.fill("Password", harness.Password)
	p.press("Sign in")
	if at := p.path(); at != "/projects" {
		p.t.Fatalf("sign-in led to %s\n%s", at, p.state())
	}
	p.noted("sign-in")
}

func (p *tab) signOut() {
	p.t.Helper()
	p.visit("/")
	p.press("Sign out")
	if at := p.path(); !strings.HasPrefix(at, "/sign-in") {
		p.t.Fatalf("sign-out led to %s\n%s", at, p.state())
	}
	p.visit("/projects")
	if at := p.path(); !strings.HasPrefix(at, "/sign-in") {
		p.t.Errorf("after sign-out a page was shown: %s\n%s", at, p.state())
	}
	p.noted("sign-out")
}

// addProject makes a project of a local repository with a copy of a folder and
// returns its path.
func (p *tab) addProject(t *testing.T, c *harness.Cluster, name, folder string) string {
	t.Helper()
	repository, err := harness.Repository(t.Context(), filepath.Join(t.TempDir(), filepath.Base(folder)), folder)
	if err != nil {
		t.Fatal(err)
	}
	p.visit("/projects/new")
	p.look("projects new")
	p.fill("Repository", "file://"+repository)
	p.fill("Name", name)
	p.press("Add and scan")
	at := p.path()
	if !strings.HasPrefix(at, "/projects/") || strings.HasPrefix(at, "/projects/new") {
		t.Fatalf("adding the project led to %s\n%s", at, p.state())
	}
	p.noted("the new project")
	return strings.SplitN(at, "?", 2)[0]
}

// addHeld makes a project of a repository whose host keeps the scan waiting, and
// opens the scan's page: what the log shows from release on has come to the page
// by itself.
func (p *tab) addHeld(t *testing.T, name, folder string) string {
	t.Helper()
	root := t.TempDir()
	if _, err := harness.Repository(t.Context(), filepath.Join(root, "app"), folder); err != nil {
		t.Fatal(err)
	}
	host, err := harness.StartGitHost(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.Close)
	host.Hold()
	t.Cleanup(host.Release)
	p.visit("/projects/new")
	p.fill("Repository", host.URL+"/app")
	p.fill("Name", name)
	p.press("Add and scan")
	project := strings.SplitN(p.path(), "?", 2)[0]
	p.scanPage(project)
	p.await("the scan is fetching", `/Fetching/.test(document.querySelector('.log').innerText) && /running/i.test(document.querySelector('.title .badge').innerText)`)
	p.look("the scan that runs")
	evaluate[bool](p, `window.stayed = true`)
	host.Release()
	p.await("the page says by itself that the scan is done", ended+` && /Done/.test(document.querySelector('.log').innerText)`)
	if !evaluate[bool](p, `window.stayed === true`) {
		t.Error("the page was loaded again")
	}
	p.noted("the scan that ran")
	return project
}

// scanPage opens the page of a project's newest scan and returns its path.
func (p *tab) scanPage(project string) string {
	p.t.Helper()
	p.visit(project + "/scans")
	scan := evaluate[string](p, `document.querySelector('main a[href^="/scans/"]').getAttribute('href')`)
	scan = strings.SplitN(scan, "#", 2)[0]
	p.visit(scan)
	return scan
}

// watchScan waits for the end of a project's first scan on its page and returns
// its path.
func (p *tab) watchScan(project string) string {
	p.t.Helper()
	scan := p.scanPage(project)
	if p.plain {
		deadline := time.Now().Add(patience)
		for !evaluate[bool](p, ended) && time.Now().Before(deadline) {
			p.visit(scan) // without JavaScript one loads the page again
		}
	}
	p.await("the scan ends and its page says so", ended)
	p.await("the log is shown", `/Fetched/.test(document.querySelector('.log').innerText) && /Done/.test(document.querySelector('.log').innerText)`)
	p.look("the scan that was watched")
	return scan
}

// ended is true on the page of a scan that was done.
const ended = `/^(done|complete|incomplete)$/i.test(document.querySelector('.title .badge').innerText.trim())`

// triage decides on the first finding of a project in the list, and returns the
// path of the page of a finding.
func (p *tab) triage(project, decision string) string {
	p.t.Helper()
	p.visit(project + "/findings")
	before := evaluate[int](p, `document.querySelectorAll('main input[name=id]').length`)
	if before == 0 {
		p.t.Fatalf("the list has no finding to decide on\n%s", p.state())
	}
	finding := evaluate[string](p, fmt.Sprintf(`document.querySelector('main a[href^="%s/findings/"]').getAttribute('href')`, project))
	p.visit(finding)
	p.look("a finding")
	if text := evaluate[string](p, `document.querySelector('main').innerText`); !strings.Contains(text, "You use") || !strings.Contains(text, "affected") {
		p.t.Errorf("the finding does not say why\n%s", p.state())
	}
	p.visit(project + "/findings")
	p.decide(decision)
	p.noted("triage")
	p.visit(project + "/findings")
	if after := evaluate[int](p, `document.querySelectorAll('main input[name=id]').length`); after != before-1 {
		p.t.Errorf("of %d open findings %d are left after a decision on one\n%s", before, after, p.state())
	}
	p.visit(project + "/findings?state=all")
	if text := evaluate[string](p, `document.querySelector('main').innerText`); !strings.Contains(strings.ToLower(text), decision) {
		p.t.Errorf("the decision is not shown\n%s", p.state())
	}
	return finding
}

// decide ticks the first finding and sends the form.
func (p *tab) decide(decision string) {
	p.t.Helper()
	state := map[string]string{"not affected": "not_affected", "risk accepted": "accepted"}[decision]
	until := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	fault := evaluate[string](p, fmt.Sprintf(`(() => {
		const box = document.querySelector('main input[name=id]');
		box.click();
		const form = box.form;
		if (!form) return 'the box belongs to no form';
		const field = form.elements.state;
		if (!field) return 'the form has no state';
		if (field instanceof RadioNodeList) [...field].find((r) => r.value === '%[1]s').click();
		else if (field.tagName === 'SELECT') { field.value = '%[1]s'; field.dispatchEvent(new Event('change', { bubbles: true })); }
		if (form.elements.reason && !form.elements.reason.value) form.elements.reason.selectedIndex = 1;
		if (form.elements.until) form.elements.until.value = '%[2]s';
		if (form.elements.comment) form.elements.comment.value = 'Looked at in the walk';
		return '';
	})()`, state, until))
	if fault != "" {
		p.t.Fatalf("%s\n%s", fault, p.state())
	}
	p.look("the findings with one ticked")
	p.press("Apply")
}

// pagesOf lists every page of the server that a person may open.
func pagesOf(project, scan, finding string, p *tab) []string {
	p.visit("/vulnerabilities")
	vulnerability := evaluate[string](p, `document.querySelector('main a[href^="/vulnerabilities/"]').getAttribute('href')`)
	pages := []string{"/", "/projects", "/projects/new", "/vulnerabilities", vulnerability, "/activity", "/database", "/users", "/groups", "/tokens",
		"/account", "/audit", "/search?q=lodash", "/search?q=zzzz", project, scan, finding}
	for _, view := range []string{"/findings", "/findings?state=all", "/dependencies", "/graph", "/scans", "/settings"} {
		pages = append(pages, project+view)
	}
	return pages
}

// everyPage opens all pages, and what the rail leads to, in one way of looking.
func everyPage(t *testing.T, chrome context.Context, c *harness.Cluster, v view, pages []string) {
	p := open(t, chrome, c.API.URL, v)
	p.signIn()
	rail := evaluate[[]string](p, `[...document.querySelectorAll('nav a[href^="/"]')].map((a) => a.getAttribute('href'))`)
	for _, path := range rail {
		if !slices.Contains(pages, path) {
			pages = append(pages, path)
		}
	}
	for _, path := range pages {
		if status := p.visit(path); status != 200 {
			t.Errorf("%s has status %d\n%s", path, status, p.state())
			continue
		}
		p.look(path)
		if words := evaluate[int](p, `document.querySelector('main').innerText.trim().length`); words < 20 {
			t.Errorf("%s says nothing", path)
		}
		if v.plain {
			if dead := evaluate[[]string](p, `[...document.querySelectorAll('main button')].filter((b) => b.getClientRects().length && !b.form).map((b) => b.innerText || b.getAttribute('aria-label'))`); len(dead) > 0 {
				t.Errorf("%s has buttons that do nothing without JavaScript: %q", path, dead)
			}
		}
	}
	for path, status := range map[string]int64{"/projects/none": 404, "/scans/none": 404, "/nowhere": 404} {
		if got := p.visit(path); got != status {
			t.Errorf("%s has status %d, not %d", path, got, status)
		}
		p.forget() // the browser tells of the refusal
		p.look(path)
	}
}
