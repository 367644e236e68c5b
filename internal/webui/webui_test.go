package webui

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// visitor is a browser without scripts at a server of its own.
type visitor struct {
	t      *testing.T
	kit    *apptest.Kit
	server *httptest.Server
	client *http.Client
}

func visit(t *testing.T) *visitor {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstoretest.SQLite(t), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	kit := apptest.New(t, db)
	server := httptest.NewServer(New(kit.App, Options{Version: "1"}))
	t.Cleanup(server.Close)
	return (&visitor{t: t, kit: kit, server: server}).another()
}

// another is a second browser at the same server.
func (v *visitor) another() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &visitor{t: v.t, kit: v.kit, server: v.server, client: client}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (v *visitor) do(method, path string, form url.Values, headers ...string) answer {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.server.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return v.sent(r)
}

// sent sends a request and reads the answer.
func (v *visitor) sent(r *http.Request) answer {
	v.t.Helper()
	w, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{w.StatusCode, w.Header, string(text)}
}

func (v *visitor) get(path string) answer { return v.do(http.MethodGet, path, nil) }

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// send fills in a form of a page and sends it: name, value, name, value…
func (v *visitor) send(page, action string, pairs ...string) answer {
	v.t.Helper()
	form := url.Values{}
	shown := v.get(page)
	if token := csrfField.FindStringSubmatch(shown.body); token != nil {
		form.Set("csrf", token[1])
	}
	if revision := regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(shown.body); revision != nil {
		form.Set("revision", revision[1])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.do(http.MethodPost, action, form)
}

// setUp makes the administrator as people do.
func (v *visitor) setUp() {
	v.t.Helper()
	link, err := v.kit.SetupLink(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	a := v.send("/setup?link="+link.Secret, "/setup", "link", link.Secret, "organisation", "Example Ltd",
		"name", "Ada Example", "email", "ada@example.org", "password", "correct horse battery")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/" {
		v.t.Fatalf("set-up answered %d to %q: %s", a.status, a.header.Get("Location"), a.body)
	}
}

// main is the page's own part: the frame is left out.
func (a answer) main() string {
	_, main, found := strings.Cut(a.body, "<main")
	if !found {
		return a.body
	}
	return main
}

func (a answer) want(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.main())
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page lacks %q: %s", part, a.main())
		}
	}
	return a
}

func TestFirstStartToSignOut(t *testing.T) {
	t.Parallel()
	v := visit(t)
	if a := v.get("/projects"); a.header.Get("Location") != "/sign-in?next=%2Fprojects" {
		t.Errorf("a stranger is sent to %q", a.header.Get("Location"))
	}
	v.get("/setup").want(t, http.StatusOK, "no administrator yet")
	v.get("/setup?link=wrong").want(t, http.StatusOK, "This link does not work", "no administrator yet")
	v.setUp()
	v.get("/").want(t, http.StatusOK, "No projects yet", "Ada Example")
	v.get("/setup").want(t, http.StatusSeeOther)

	other := v.another()
	other.send("/sign-in", "/sign-in", "email", "ada@example.org", "password", "wrong").
		want(t, http.StatusUnprocessableEntity, "role=\"alert\"")
	a := other.send("/sign-in", "/sign-in", "email", "ada@example.org", "password", "correct horse battery", "next", "/projects?tag=x")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/projects?tag=x" {
		t.Fatalf("signing in answered %d to %q", a.status, a.header.Get("Location"))
	}
	other.get("/account").want(t, http.StatusOK, "Signed-in browsers", "Sign out all others")
	other.send("/account", "/sign-out").want(t, http.StatusSeeOther)
	other.get("/account").want(t, http.StatusSeeOther)
}

func TestFormsNeedTheirToken(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	u := &ui{app: v.kit.App}
	for _, route := range append(u.entrance(), append(u.portfolio(), u.pages()...)...) {
		method, path, _ := strings.Cut(route.pattern, " ")
		if method != http.MethodPost {
			continue
		}
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x")
		t.Run(path, func(t *testing.T) {
			for name, form := range map[string]url.Values{"none": {"x": {"y"}}, "another": {"csrf": {"A554OVMuPfgwR5NRzUYezjEm"}}} {
				if a := v.do(http.MethodPost, path, form); a.status != http.StatusForbidden {
					t.Errorf("with the token %s the form answers %d", name, a.status)
				}
			}
			if a := v.do(http.MethodPost, path, url.Values{}, "Content-Type", "text/plain"); a.status != http.StatusBadRequest {
				t.Errorf("a text that is no form answers %d", a.status)
			}
		})
	}
}

func TestPagesNeedASession(t *testing.T) {
	t.Parallel()
	v := visit(t)
	u := &ui{app: v.kit.App}
	for _, route := range append(u.portfolio(), u.pages()...) {
		method, path, _ := strings.Cut(route.pattern, " ")
		path = strings.ReplaceAll(regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x"), "/x/x", "/x/1")
		if path == "/x" {
			path = "/"
		}
		var form url.Values
		if method == http.MethodPost {
			form = url.Values{"csrf": {"A554OVMuPfgwR5NRzUYezjEm"}}
		}
		if a := v.do(method, path, form); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/sign-in") {
			t.Errorf("%s answers a stranger with %d to %q", route.pattern, a.status, a.header.Get("Location"))
		}
	}
}

func TestProjectFromFormToDanger(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	v.send("/projects/new", "/projects/new", "url", "nonsense", "credential_kind", "token", "credential", "s3cr3t-value").
		want(t, http.StatusUnprocessableEntity, `id="f-url-fault"`, "nonsense")
	if a := v.send("/projects/new", "/projects/new", "url", "nonsense", "credential_kind", "token", "credential", "s3cr3t-value"); strings.Contains(a.body, "s3cr3t") {
		t.Error("a secret came back with the form")
	}
	a := v.send("/projects/new", "/projects/new", "name", "<b>shop</b> & co", "tags", "Payments, backend").want(t, http.StatusSeeOther)
	project := a.header.Get("Location")
	v.get(project).want(t, http.StatusOK, "&lt;b&gt;shop&lt;/b&gt; &amp; co", "The project was added.", "Not scanned yet", "assay push")
	if strings.Contains(v.get(project).body, "The project was added.") {
		t.Error("the message is shown twice")
	}
	v.get("/projects?tag=backend").want(t, http.StatusOK, "&lt;b&gt;shop")
	v.get("/projects?q=nothing").want(t, http.StatusOK, "No project fits")

	v.send("/projects/new", "/projects/new", "url", "https://git.example.org/team/cart.git").want(t, http.StatusSeeOther)
	v.send("/projects/new", "/projects/new", "url", "git@git.example.org:team/cart", "name", "second").
		want(t, http.StatusUnprocessableEntity, `id="f-url-fault"`, "belongs to the project &#34;cart&#34; already")

	settings := project + "/settings"
	v.send(settings, settings, "part", "scanning", "schedule", "every day").want(t, http.StatusUnprocessableEntity, `id="f-schedule-fault"`)
	v.send(settings, settings, "part", "scanning", "exclude", "a/**\r\n[").want(t, http.StatusUnprocessableEntity, `id="f-exclude-fault"`, "Number 2 is no pattern")
	v.send(settings, settings+"/channels", "kind", "webhook", "where", "nowhere", "minimum", "high").want(t, http.StatusUnprocessableEntity, `id="f-where-fault"`)
	v.send("/projects/new", "/projects/new", "name", "<B>SHOP</b> & co").want(t, http.StatusUnprocessableEntity, `id="f-name-fault"`)
	v.send(settings, settings, "part", "scanning", "schedule", "@daily", "exclude", "a/**\r\nb/**").want(t, http.StatusSeeOther)
	v.get(settings).want(t, http.StatusOK, "@daily", "a/**\nb/**")
	v.send(settings, settings, "part", "general", "name", "shop", "visibility", "organisation").want(t, http.StatusSeeOther)
	stale := url.Values{"csrf": {csrfField.FindStringSubmatch(v.get(settings).body)[1]}, "revision": {"1"}, "part": {"scanning"}, "schedule": {""}}
	v.do(http.MethodPost, settings, stale).want(t, http.StatusConflict, "Somebody else changed this meanwhile")

	v.send(settings, settings+"/channels", "kind", "e-mail", "where", "a@example.org, b@example.org", "minimum", "high").want(t, http.StatusSeeOther)
	v.get(settings).want(t, http.StatusOK, "a@example.org, b@example.org")
	v.send(settings, settings+"/archive").want(t, http.StatusSeeOther)
	v.get(project).want(t, http.StatusOK, "The project was archived.", "Undo", "archived")
	v.send(settings, settings+"/delete", "confirm", "shopp").want(t, http.StatusBadRequest, "nothing was deleted")
	v.send(settings, settings+"/delete", "confirm", "shop").want(t, http.StatusSeeOther)
	v.get(project).want(t, http.StatusNotFound, "There is nothing here")
}

func TestOthersProjectsAreAbsent(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	other := v.kit.Organisation("other")
	hidden := v.kit.AddProject(other, "hidden", store.VisibleToOrganisation)
	viewer := v.kit.Actor(v.kit.Organisation("third"), app.Viewer)
	link, err := v.kit.NewPasswordLink(t.Context(), v.kit.Installation(), viewer.UserID)
	if err != nil {
		t.Fatal(err)
	}
	w := v.another()
	w.send(app.LinkPath(link), "/welcome", "link", link.Secret, "password", "another long password").want(t, http.StatusSeeOther)
	for _, path := range []string{"", "/scans", "/settings", "/findings", "/dependencies", "/graph"} {
		if a := w.get("/projects/" + hidden + path); a.status != http.StatusNotFound {
			t.Errorf("the project's page %q answers %d to a stranger", path, a.status)
		}
	}
	w.get(app.LinkPath(link)).want(t, http.StatusNotFound, "ask for a new one")
}

func TestThemeWithoutScript(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	a := v.send("/account", "/theme", "theme", "dark", "back", "/projects?sort=name")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/projects?sort=name" {
		t.Fatalf("answered %d to %q", a.status, a.header.Get("Location"))
	}
	v.get("/").want(t, http.StatusOK, `data-theme="dark"`)
	v.send("/account", "/theme", "theme", "", "back", "//evil.example.com")
	if strings.Contains(v.get("/").body, "data-theme") {
		t.Error("the system's colours are not back")
	}
}

func TestRedirectsStayHere(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/projects?x=y#z": "/projects?x=y#z", "": "/", "projects": "/", "//example.com": "/", `/\example.com`: "/",
		"https://example.com/": "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/",
	} {
		if got := local(path); got != want {
			t.Errorf("local(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestFirstPageIsSmall adds up what a browser that has nothing yet fetches for
// the overview.
func TestFirstPageIsSmall(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	total := 0
	for _, path := range append([]string{"/"}, assetPaths(t, v)...) {
		a := v.do(http.MethodGet, path, nil, "Accept-Encoding", "gzip")
		if a.status != http.StatusOK || a.header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s answers %d, packed %q", path, a.status, a.header.Get("Content-Encoding"))
		}
		if path != "/" && !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept: %q", path, a.header.Get("Cache-Control"))
		}
		if _, err := gzip.NewReader(strings.NewReader(a.body)); err != nil {
			t.Fatal(err)
		}
		total += len(a.body)
	}
	if total > 60_000 {
		t.Errorf("the first page has %d bytes on the wire, more than 60,000", total)
	}
	t.Logf("%d bytes on the wire", total)
}

// assetPaths are all assets of the server: more than any page loads.
func assetPaths(t *testing.T, v *visitor) []string {
	t.Helper()
	found := regexp.MustCompile(`/assets/[0-9a-f]+/`).FindString(v.get("/").body)
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	if found != a.prefix {
		t.Fatalf("the page's assets are at %q, those of the program at %q", found, a.prefix)
	}
	var paths []string
	for _, name := range sortedKeys(a.files) {
		paths = append(paths, a.url(name))
	}
	return paths
}

func TestPolicyIsStrict(t *testing.T) {
	t.Parallel()
	v := visit(t)
	for _, path := range []string{"/sign-in", "/assets/0/app.css", "/nothing"} {
		a := v.get(path)
		csp := a.header.Get("Content-Security-Policy")
		if strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") {
			t.Errorf("%s has the policy %q", path, csp)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
	}
}

func TestFailuresTellPeopleNothingInternal(t *testing.T) {
	t.Parallel()
	u := galleryUI(t)
	body := u.galleryPage(t, errorShown(errors.New("pq: relation secrets does not exist")))
	if strings.Contains(body, "relation") || !strings.Contains(body, "Something went wrong here") {
		t.Errorf("the page of an unknown error says: %s", body)
	}
}
