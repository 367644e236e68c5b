package webui

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/store"
)

// found is a project that was scanned: app needs web 2.0.0, which needs parse
// 1.0.0, which has a vulnerability.
type found struct {
	*visitor
	project, scan string
	finding       string // path
}

func scanned(t *testing.T) *found {
	t.Helper()
	v := visit(t)
	v.setUp()
	created := v.send("/projects/new", "/projects/new", "name", "shop").want(t, http.StatusSeeOther)
	f := &found{visitor: v, project: strings.TrimPrefix(created.header.Get("Location"), "/projects/")}
	f.store()
	list := v.get("/projects/"+f.project+"/findings").want(t, http.StatusOK, "CVE-2026-1")
	f.finding = regexp.MustCompile(`/projects/[a-z0-9]+/findings/\d+`).FindString(list.main())
	return f
}

func (f *found) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// store puts there what a scan would have stored.
func (f *found) store() {
	f.t.Helper()
	ctx, s := f.t.Context(), f.kit.Store
	project, err := s.Project(ctx, f.project)
	f.must(err)
	inv, err := pipeline.StoreInventory(ctx, s, madeOf())
	f.must(err)
	release := f.release()
	matches := f.matches(inv, release)
	scan, _, err := s.AddScan(ctx, store.Scan{
		ID: store.NewID(), OrganisationID: project.Organisation, ProjectID: f.project, Trigger: store.TriggerPush, Priority: 1,
		RequestedBy: "system", Stage: store.StageCompare, CreatedAt: f.kit.Clock.Now(), Ref: "main",
	})
	f.must(err)
	f.scan = scan.ID
	f.must(s.Tx(ctx, func(tx store.Store) error {
		version, err := tx.EnsureVersion(ctx, store.Version{Project: f.project, Ref: "main", Main: true})
		if err != nil {
			return err
		}
		if _, err := tx.SetVersionInventory(ctx, version.ID, inv, scan.Seq); err != nil {
			return err
		}
		var all []store.Found
		for _, used := range inv.Components {
			for _, said := range matches.Findings[used.ID] {
				all = append(all, store.Found{Component: used.ID, Direct: used.Direct, Scope: used.Scope, Key: store.ComponentKey("parse", "1.0.0"), Finding: said})
			}
		}
		if _, err = tx.MergeFindings(ctx, store.Merge{Version: version.ID, ScanSeq: scan.Seq, Release: release, At: f.kit.Clock.Now(), Found: all}); err != nil {
			return err
		}
		return tx.SetLastScan(ctx, f.project, store.LastScan{ID: scan.ID, At: f.kit.Clock.Now(), State: string(store.ScanDone)})
	}))
}

func madeOf() *inventory.Inventory {
	return &inventory.Inventory{
		Components: []inventory.Component{
			{PURL: "pkg:npm/parse@1.0.0", Ecosystem: "npm", Name: "parse", Version: "1.0.0", Scope: inventory.ScopeRuntime, Licences: []string{"MIT"}},
			{PURL: "pkg:npm/web@2.0.0", Ecosystem: "npm", Name: "web", Version: "2.0.0", Direct: true, Scope: inventory.ScopeRuntime},
		},
		Units: []inventory.Unit{{
			ID: "package-lock:package-lock.json", Kind: "package-lock", Path: "package-lock.json",
			Occurrences: []inventory.Occurrence{
				{Component: 1, Written: "web", Path: "package-lock.json", Line: 7, Direct: true, Scope: inventory.ScopeRuntime, Declared: []string{"^2.0.0"}},
				{Component: 0, Written: "parse", Path: "package-lock.json", Line: 12, Scope: inventory.ScopeRuntime},
			},
			Edges: []inventory.Edge{{From: 0, To: 1}},
		}},
	}
}

// release imports a release of the database and returns its seq.
func (f *found) release() int64 {
	f.t.Helper()
	var seq int64
	f.must(f.kit.Store.Tx(f.t.Context(), func(tx store.Store) error {
		r, err := tx.AddRelease(f.t.Context(), store.Release{
			Digest: "sha256:1", Schema: "2.0.0", Name: "2026-03-14", Blob: "sha256:00", Size: 1, Built: f.kit.Clock.Now().Add(-time.Hour), Imported: f.kit.Clock.Now(),
			Status: store.ReleaseStatus{Records: 1, Ecosystems: map[string]int{"npm": 1}},
		})
		seq = r.Seq
		return err
	}))
	return seq
}

// matches stores what the release says of the components.
func (f *found) matches(inv store.StoredInventory, release int64) store.Matched {
	f.t.Helper()
	ctx := f.t.Context()
	ids, err := f.kit.Store.ComponentIDs(ctx, []string{"pkg:npm/parse@1.0.0"})
	f.must(err)
	r := store.MatchResult{Release: release, Findings: map[int64][]store.ComponentFinding{ids["pkg:npm/parse@1.0.0"]: {{
		Vulnerability: "CVE-2026-1", Aliases: []string{"GHSA-1"}, Severity: severity.High, Summary: "A <crafted> text", FixedIn: []string{"1.0.1"},
		CVSS:       []severity.CVSS{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", Score: 7.5, Level: severity.High}},
		Advisories: []store.FindingAdvisory{{ID: "GHSA-1", Provider: "GitHub", Range: "<1.0.1"}},
		Evidence:   []finding.Evidence{{Advisory: "GHSA-1", Interval: "<1.0.1", Version: "1.0.0", Scheme: "npm"}},
	}}}}
	for _, used := range inv.Components {
		r.Components = append(r.Components, used.ID)
	}
	f.must(f.kit.Store.SaveMatches(ctx, r))
	m, err := f.kit.Store.MatchesOf(ctx, r.Components)
	f.must(err)
	return m
}

func TestAFindingIsExplained(t *testing.T) {
	t.Parallel()
	f := scanned(t)
	f.get(f.finding).want(t, http.StatusOK,
		"You use parse 1.0.0. GHSA-1 says that versions before 1.0.1 are affected", "✔ 1.0.1 fixed", "Fixed in 1.0.1; you use 1.0.0.",
		"It comes through web 2.0.0", "package-lock.json:12", "A &lt;crafted&gt; text", "First found by a scan.")
	base := "/projects/" + f.project
	f.get(base+"/findings").want(t, http.StatusOK, "through web")
	f.get(base+"/dependencies").want(t, http.StatusOK, "parse", "^2.0.0", "MIT", "2 components")
	f.get(base+"/graph").want(t, http.StatusOK, "parse", "2 packages of 2", "edge-marked")
	f.get(base+"/graph?colour=scope&all=yes&q=pars").want(t, http.StatusOK, "1 package found")
	f.get("/vulnerabilities?severity=high").want(t, http.StatusOK, "CVE-2026-1")
	f.get("/vulnerabilities?severity=low").want(t, http.StatusOK, "Nothing fits these filters")
	f.get("/vulnerabilities/CVE-2026-1").want(t, http.StatusOK, "shop")
	f.get("/scans/"+f.scan).want(t, http.StatusOK, "waiting", "Nothing yet", "Cancel")
	f.get("/activity?state=waiting").want(t, http.StatusOK, "Cancel the scan of shop")
	f.send("/activity", "/scans/"+f.scan+"/cancel").want(t, http.StatusSeeOther)
	f.get("/scans/"+f.scan).want(t, http.StatusOK, "cancelled", "Scan again", "It left no log")
}

func TestFindingsAreFilteredByTheAddress(t *testing.T) {
	t.Parallel()
	f := scanned(t)
	list := "/projects/" + f.project + "/findings"
	for query, there := range map[string]bool{
		"?severity=high": true, "?severity=low": false, "?severity=low&severity=high": true, "?state=fixed": false, "?state=all": true,
		"?direct=yes": false, "?scope=runtime": true, "?scope=dev": false, "?fixable=yes": true, "?exploited=yes": false, "?q=CVE-2026": true,
		"?q=pars": true, "?q=zzz": false, "?gone=yes": false, "?sort=component": true, "?sort=-epss": true, "?ecosystem=npm": true, "?ecosystem=Go": false,
	} {
		if a := f.get(list+query).want(t, http.StatusOK); strings.Contains(a.main(), f.finding+`"`) != there {
			t.Errorf("%s: found is %v, want %v", query, !there, there)
		}
	}
	f.get(list+"?sort=nonsense").want(t, http.StatusBadRequest)
	f.get(list+"?cursor=nonsense").want(t, http.StatusBadRequest)
}

func TestTriageWithoutScript(t *testing.T) {
	t.Parallel()
	f := scanned(t)
	list := "/projects/" + f.project + "/findings"
	id := f.finding[strings.LastIndex(f.finding, "/")+1:]
	ticked := func(pairs ...string) answer {
		return f.send(list, list, append([]string{"back", list, "which", "ticked", "undo", "yes"}, pairs...)...)
	}
	ticked("state", "fixed").want(t, http.StatusUnprocessableEntity, "Tick at least one finding")
	ticked("id", id, "state", "not_affected").want(t, http.StatusUnprocessableEntity, `value="`+id+`" checked`, "Choose the reason")
	ticked("id", id, "state", "accepted", "until", "2020-01-01", "comment", "known").want(t, http.StatusUnprocessableEntity)
	ticked("id", id, "state", "accepted", "until", "2026-06-01", "comment", "Only <b>we</b> write these texts").want(t, http.StatusSeeOther)
	f.get(list).want(t, http.StatusOK, "accepted until 2026-06-01", "Undo", "No open findings")
	f.get(f.finding).want(t, http.StatusOK, "risk accepted", "Only &lt;b&gt;we&lt;/b&gt; write these texts", "Ada Example")
	f.send(list, list, "ids", id, "state", "open", "back", list).want(t, http.StatusSeeOther)
	all := []string{"back", list + "?severity=high", "which", "all", "state", "not_affected", "reason", "component_not_present"}
	f.send(list, list, all...).want(t, http.StatusOK, "This is for all 1 finding", `name="confirmed"`, `value="component_not_present" selected`)
	f.get(list+"?state=not_affected").want(t, http.StatusOK, "Nothing fits")
	f.send(list, list, append(all, "confirmed", "yes")...).want(t, http.StatusSeeOther)
	f.get(list+"?state=not_affected").want(t, http.StatusOK, f.finding)
	f.send(f.finding, f.finding, "state", "fixed").want(t, http.StatusSeeOther)
	stale := url.Values{"csrf": {csrfField.FindStringSubmatch(f.get(f.finding).body)[1]}, "revision": {"1"}, "state": {"open"}}
	f.do(http.MethodPost, f.finding, stale).want(t, http.StatusConflict, "Somebody else changed this meanwhile")
}

func TestDecidingNeedsAnApprover(t *testing.T) {
	t.Parallel()
	f := scanned(t)
	project, err := f.kit.Store.Project(t.Context(), f.project)
	f.must(err)
	viewer := f.kit.Actor(project.Organisation, app.Viewer)
	link, err := f.kit.NewPasswordLink(t.Context(), f.kit.Installation(), viewer.UserID)
	f.must(err)
	w := f.another()
	w.send(app.LinkPath(link), "/welcome", "link", link.Secret, "password", "another long password").want(t, http.StatusSeeOther)
	page := w.get(f.finding).want(t, http.StatusOK, "Deciding needs the role approver")
	form := url.Values{"csrf": {csrfField.FindStringSubmatch(page.body)[1]}, "revision": {"1"}, "state": {"fixed"}}
	if a := w.do(http.MethodPost, f.finding, form); a.status != http.StatusForbidden && a.status != http.StatusUnprocessableEntity {
		t.Errorf("a viewer's decision answers %d", a.status)
	}
	if strings.Contains(w.get(f.finding).main(), "badge-good") {
		t.Error("a viewer decided")
	}
	w.get("/audit").want(t, http.StatusForbidden)
	w.get("/users").want(t, http.StatusForbidden)
}

func TestAdministrationWithoutScript(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	made := v.send("/tokens", "/tokens", "name", "pipeline", "scopes", "read", "scopes", "scan", "days", "30").want(t, http.StatusOK, "copy the secret now")
	secret := regexp.MustCompile(`data-copy="([^"]+)"`).FindStringSubmatch(made.main())[1]
	if again := v.get("/tokens").want(t, http.StatusOK, "pipeline"); strings.Contains(again.body, secret) {
		t.Error("the secret is shown twice")
	}
	v.send("/tokens", "/tokens", "name", "", "days", "30").want(t, http.StatusUnprocessableEntity, `role="alert"`)
	revoke := regexp.MustCompile(`/tokens/[a-z0-9]+/revoke`).FindString(v.get("/tokens").main())
	v.send("/tokens", revoke).want(t, http.StatusSeeOther)
	v.get("/tokens").want(t, http.StatusOK, "No tokens")

	organisation := regexp.MustCompile(`name="organisation" value="([^"]+)"`).FindStringSubmatch(v.get("/groups").main())[1]
	group := v.send("/groups", "/groups", "organisation", organisation, "name", "Security").want(t, http.StatusSeeOther).header.Get("Location")
	v.send("/groups", "/groups", "organisation", organisation, "name", "Security").want(t, v.send("/groups", "/groups", "organisation", organisation, "name", "Security").status)
	person := regexp.MustCompile(`<option value="([^"]+)">Ada`).FindStringSubmatch(v.get(group).main())[1]
	v.send(group, group, "do", "add", "user", person).want(t, http.StatusSeeOther)
	v.get(group).want(t, http.StatusOK, "ada@example.org", "Take out")
	v.send(group, group+"?do=delete", "confirm", "Securit").want(t, http.StatusUnprocessableEntity)
	v.send(group, group+"?do=delete", "confirm", "Security").want(t, http.StatusSeeOther)

	invited := v.send("/users", "/users", "email", "grace@example.org", "name", "Grace", "organisation", organisation, "role", "viewer").
		want(t, http.StatusOK, "Send this link to grace@example.org", "/welcome?link=")
	user := regexp.MustCompile(`/users/[a-z0-9]+">Grace`).FindString(invited.main())
	user = strings.TrimSuffix(user, `">Grace`)
	v.send(user, user, "do", "role", "organisation", organisation, "role", "manager").want(t, http.StatusSeeOther)
	v.send(user, user, "do", "disable").want(t, http.StatusSeeOther)
	v.get(user).want(t, http.StatusOK, "disabled", `value="manager" selected`)
	v.get("/audit?action=group").want(t, http.StatusOK, "group.create", "Ada Example")
	v.send("/audit", "/audit/verify").want(t, http.StatusOK, "are as they were written")
	v.get("/activity").want(t, http.StatusOK, "No scan yet")
	v.get("/database").want(t, http.StatusOK, "No advisory database yet", `type="file"`)
}

// TestJoining goes the way of somebody who has an account and is asked into another
// organisation: by the link, past the sign-in, to a question.
func TestJoining(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	works, bob := v.kit.Organisation("works"), v.kit.Actor(v.kit.Organisation("other"), app.Viewer)
	link, err := v.kit.NewPasswordLink(t.Context(), v.kit.Installation(), bob.UserID)
	if err != nil {
		t.Fatal(err)
	}
	w := v.another()
	w.send(app.LinkPath(link), "/welcome", "link", link.Secret, "password", "another long password").want(t, http.StatusSeeOther)
	asked := v.send("/users", "/users", "email", bob.Email, "organisation", works, "role", "manager").
		want(t, http.StatusOK, "Send this link to "+bob.Email, "nobody is taken in unasked", "Asked, not answered yet", "works Ltd as manager")
	path := regexp.MustCompile(`/welcome\?link=[^"<]+`).FindString(asked.main())
	signIn := "/sign-in?" + url.Values{"next": {path}}.Encode()
	if out := v.another().get(path); out.status != http.StatusSeeOther || out.header.Get("Location") != signIn {
		t.Errorf("signed out: got %d to %q", out.status, out.header.Get("Location"))
	}
	v.get(path).want(t, http.StatusOK, "This invitation is for", bob.Email, "Sign out")
	secret := strings.TrimPrefix(path, "/welcome?link=")
	v.send("/account", "/join", "link", secret).want(t, http.StatusForbidden)
	w.get(path).want(t, http.StatusOK, "Join works Ltd", "manager: also changes projects", "Not now")
	w.send(path, "/join", "link", secret).want(t, http.StatusSeeOther)
	w.get("/account").want(t, http.StatusOK, "works Ltd", "manager")
	w.get(path).want(t, http.StatusNotFound)

	eve := v.kit.Actor(v.kit.Organisation("third"), app.Viewer)
	if err := v.kit.Store.SetPassword(t.Context(), eve.UserID, "x"); err != nil {
		t.Fatal(err)
	}
	v.send("/users", "/users", "email", eve.Email, "organisation", works, "role", "viewer").want(t, http.StatusOK, eve.Email)
	v.send("/users", "/users/withdraw", "organisation", works, "user", eve.UserID).want(t, http.StatusSeeOther)
	if again := v.get("/users"); strings.Contains(again.main(), "not answered yet") {
		t.Error("an invitation that was taken back is still listed")
	}
}

func TestUploadsNeedTheirToken(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	body := func(token string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + token +
			"\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.db\"\r\n\r\nnonsense\r\n--x--\r\n"
	}
	post := func(token string) answer {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.server.URL+"/database", strings.NewReader(body(token)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		return v.sent(r)
	}
	if a := post("another"); a.status != http.StatusForbidden {
		t.Errorf("an upload with another token answers %d", a.status)
	}
	token := csrfField.FindStringSubmatch(v.get("/database").body)[1]
	post(token).want(t, http.StatusUnprocessableEntity, `role="alert"`)
}

// TestUploadsAreBounded: a form of fields without end, which anybody who is signed
// in can send, is not kept in memory; nor is it read to its end.
func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	v := visit(t)
	v.setUp()
	body := &fields{}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.server.URL+"/database", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	answered, err := v.client.Do(r)
	if err == nil { // else the connection ended while the form was being sent
		answered.Body.Close()
		if answered.StatusCode < http.StatusBadRequest {
			t.Errorf("fields without a file answer %d", answered.StatusCode)
		}
	}
	if n := body.sent.Load(); n >= most {
		t.Errorf("%d bytes of fields were read", n)
	}
}

// fields is a form of fields, of which none is a file.
type fields struct {
	sent  atomic.Int64
	field int
}

const most = 64 << 20

func (f *fields) Read(p []byte) (int, error) {
	if f.sent.Load() >= most {
		return 0, io.EOF
	}
	f.field++
	n := copy(p, fmt.Sprintf("--x\r\nContent-Disposition: form-data; name=\"%d\"\r\n\r\nx\r\n", f.field))
	f.sent.Add(int64(n))
	return n, nil
}
