package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

const emptyInventory = `{"schema":"assay.scan/v1","units":[],"components":[],"coverage":{"files":[]}}`

// scanSite is a site with a project.
func scanSite(t *testing.T) (*site, string) {
	t.Helper()
	s := emptySite(t, Options{}, (*api).scans)
	organisation := s.kit.Organisation("acme")
	s.token = s.tokenOf(s.kit.Actor(organisation, app.Developer))
	p := store.Project{ID: store.NewID(), Organisation: organisation, Name: "shop", Visibility: store.VisibleToOrganisation, Created: s.kit.Clock.Now(), Updated: s.kit.Clock.Now()}
	if err := s.kit.Store.AddProject(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return s, p.ID
}

// push pushes an inventory and returns the scan.
func (s *site) push(project, ref string) scanBody {
	s.t.Helper()
	w := s.do("POST", "/projects/"+project+"/inventories?ref="+ref, emptyInventory)
	var b scanBody
	if err := json.Unmarshal(w.Body.Bytes(), &b); err != nil || w.Code != http.StatusCreated || w.Header().Get("Location") != Prefix+"/scans/"+b.ID {
		s.t.Fatalf("push: %d %s at %q", w.Code, w.Body, w.Header().Get("Location"))
	}
	return b
}

func TestPushInventory(t *testing.T) {
	t.Parallel()
	s, project := scanSite(t)
	if b := s.push(project, "v1"); b.State != "queued" || b.Stage != "compare" || b.Ref != "v1" || b.Trigger != "push" || b.Project != project {
		t.Errorf("pushed: %+v", b)
	}
	for _, tt := range []struct {
		name, body, kind string
		want             int
		detail           string
	}{
		{"no document", "{}", "application/json", 422, "schema is missing"},
		{"no JSON", "PK", "application/json", 422, "this is no JSON object"},
		{"another type", "x", "text/plain", 415, ""},
		{"its place", strings.Replace(emptyInventory, `"units":[]`, `"units":[{"id":"x","kind":"y","path":"z"}]`, 1), "application/json", 422, "units[0].id is not its kind and path"},
	} {
		w := s.do("POST", "/projects/"+project+"/inventories", tt.body, "Content-Type", tt.kind)
		if p := problem(t, w); w.Code != tt.want || !strings.HasPrefix(p.Detail, tt.detail) {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
}

// TestCreateReleaseScan asks for a release once, although twice by one key, and
// names the field that is wrong.
func TestCreateReleaseScan(t *testing.T) {
	t.Parallel()
	s, project := scanSite(t)
	r := store.Repository{ID: store.NewID(), Project: project, URL: "https://git.example.org/shop", Key: "git.example.org/shop", Ref: "main", Created: s.kit.Clock.Now()}
	if err := s.kit.Store.AddRepository(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	path := "/projects/" + project + "/scans"
	var first string
	for range 2 {
		w := s.do("POST", path, `{"release":"App v1.0"}`, "Idempotency-Key", "k")
		var b scanBody
		if err := json.Unmarshal(w.Body.Bytes(), &b); err != nil || w.Code != http.StatusCreated || b.AskedRelease != "App v1.0" || b.Ref != "" || first != "" && b.ID != first {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		first = b.ID
	}
	for body, want := range map[string]string{
		`{"release":"App v1.0","ref":"main"}`: "stands in the place of a ref: give only one of them",
		`{"release":"latest"}`:                "has no version number in it, such as 1.0 in App v1.0",
	} {
		w := s.do("POST", path, body)
		if p := problem(t, w); w.Code != 422 || len(p.Errors) != 1 || !strings.HasSuffix(p.Errors[0].Location, "release") || !strings.HasSuffix(p.Errors[0].Message, want) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := s.do("POST", path, `{"release":"`+strings.Repeat("1", 101)+`"}`); w.Code != 422 {
		t.Errorf("a long name: %d %s", w.Code, w.Body)
	}
}

// TestScanLists pages through scans and filters them.
func TestScanLists(t *testing.T) {
	t.Parallel()
	s, project := scanSite(t)
	a, b, c := s.push(project, "a"), s.push(project, "b"), s.push(project, "c")
	if w := s.do("POST", "/scans/"+b.ID+"/cancel", ""); w.Code != 200 {
		t.Fatalf("cancel: %d %s", w.Code, w.Body)
	}
	if w := s.do("POST", "/scans/"+b.ID+"/cancel", ""); w.Code != 409 {
		t.Errorf("cancel again: %d %s", w.Code, w.Body)
	}
	list := func(path string) ([]string, string) {
		w := s.do("GET", path, "")
		var out Items[scanBody]
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		ids := []string{}
		for _, item := range out.Items {
			if item.ProjectName != "shop" {
				t.Errorf("%s: the project's name is %q", path, item.ProjectName)
			}
			ids = append(ids, item.ID)
		}
		return ids, out.Next
	}
	first, next := list("/projects/" + project + "/scans?limit=2")
	rest, _ := list("/scans?limit=2&cursor=" + next)
	if diff := cmp.Diff([]string{c.ID, b.ID, a.ID}, append(first, rest...)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got, _ := list("/scans?state=cancelled&state=failed"); !cmp.Equal(got, []string{b.ID}) {
		t.Errorf("cancelled: %v", got)
	}
	if w := s.do("GET", "/scans?state=lost", ""); w.Code != 422 {
		t.Errorf("an unknown state: %d", w.Code)
	}
	w := s.do("GET", "/activity", "")
	var activity map[string]int
	if err := json.Unmarshal(w.Body.Bytes(), &activity); err != nil || activity["queued"] != 2 || activity["cancelled"] != 1 {
		t.Errorf("activity: %s", w.Body)
	}
	if w := s.do("POST", "/scans/"+b.ID+"/retry", ""); w.Code != 201 {
		t.Errorf("retry: %d %s", w.Code, w.Body)
	}
}

// TestFollowScan listens over a connection until the scan ends, from a line on.
func TestFollowScan(t *testing.T) {
	t.Parallel()
	s, project := scanSite(t)
	b := s.push(project, "a")
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	lines := []store.LogLine{{Seq: 1, At: s.kit.Clock.Now(), Level: "info", Stage: "compare", Text: "one"}, {Seq: 2, At: s.kit.Clock.Now(), Level: "info", Stage: "compare", Text: "two\nlines"}}
	if err := s.kit.Store.AddLog(t.Context(), b.ID, lines); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+Prefix+"/scans/"+b.ID+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Last-Event-ID", "1")
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	var got strings.Builder
	part := make([]byte, 4096)
	for cancelled := false; ; {
		n, err := answer.Body.Read(part)
		got.Write(part[:n])
		if err != nil {
			break
		}
		if !cancelled && strings.Contains(got.String(), `"state":"queued"`) {
			cancelled = true
			if w := s.do("POST", "/scans/"+b.ID+"/cancel", ""); w.Code != 200 {
				t.Fatalf("cancel: %d %s", w.Code, w.Body)
			}
		}
	}
	var events []string
	for _, e := range strings.Split(strings.TrimSpace(got.String()), "\n\n") {
		events = append(events, strings.Join(strings.Split(e, "\n")[:strings.Count(e, "\n")], " "))
	}
	if diff := cmp.Diff([]string{"id: 2 event: line", "event: scan", "event: scan"}, events); diff != "" || !strings.Contains(got.String(), `two\nlines`) || !strings.Contains(got.String(), `"state":"cancelled"`) {
		t.Errorf("mismatch (-want +got):\n%s\n%s", diff, got.String())
	}
}

// TestScanAbsent answers of scans that nobody may see as of none.
func TestScanAbsent(t *testing.T) {
	t.Parallel()
	s, project := scanSite(t)
	b := s.push(project, "a")
	s.token = s.tokenOf(s.kit.Actor(s.kit.Organisation("other"), app.Administrator))
	for _, path := range []string{"", "/log", "/events", "/analyses", "/analyses/advisories", "/vulnerabilities", "/coverage"} {
		here, there := s.do("GET", "/scans/"+b.ID+path, ""), s.do("GET", "/scans/"+store.NewID()+path, "")
		if here.Code != 404 || here.Body.String() != there.Body.String() {
			t.Errorf("%q: %d %s, and of none %s", path, here.Code, here.Body, there.Body)
		}
	}
}
