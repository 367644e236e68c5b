package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// people is an API of the operations about people, with an administrator of the
// organisation whose token the site has.
func people(t *testing.T) (*site, string) {
	t.Helper()
	s := emptySite(t, Options{ActorRate: -1, AddressRate: -1}, func(a *api, r huma.API) {
		a.users(r)
		a.organisations(r)
		a.groups(r)
		a.tokens(r)
		a.grants(r)
		a.audit(r)
	})
	organisation := s.kit.Organisation("acme")
	s.token = s.tokenOf(s.kit.Actor(organisation, app.Administrator))
	return s, organisation
}

// want makes a request and reads its answer into a map, after checking the status.
func (s *site) want(code int, method, path, body string, headers ...string) (map[string]any, *httptest.ResponseRecorder) {
	s.t.Helper()
	w := s.do(method, path, body, headers...)
	if w.Code != code {
		s.t.Fatalf("%s %s: got %d %s, want %d", method, path, w.Code, w.Body, code)
	}
	var out map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			s.t.Fatal(err)
		}
	}
	return out, w
}

// TestPeopleWalk invites somebody, puts them into a group that a project grants a
// role, and finds all of it in the audit log.
func TestPeopleWalk(t *testing.T) {
	t.Parallel()
	s, o := people(t)
	project := s.kit.AddProject(o, "web", store.Private)
	invited, w := s.want(201, "POST", "/organisations/"+o+"/members", `{"email":"Bob@example.org","role":"viewer"}`)
	bob, _ := invited["user"].(map[string]any)
	link, _ := invited["link"].(map[string]any)
	if bob["email"] != "bob@example.org" || link["secret"] == "" || w.Header().Get(onceHeader) != "true" {
		t.Fatalf("invited: %v %v", invited, w.Header())
	}
	user, _ := bob["id"].(string)
	group, _ := s.want(201, "POST", "/organisations/"+o+"/groups", `{"name":"team"}`)
	id, _ := group["id"].(string)
	s.want(204, "PUT", "/groups/"+id+"/members/"+user, "")
	s.want(204, "PUT", "/projects/"+project+"/grants/group:"+id, `{"role":"approver"}`)
	grants, _ := s.want(200, "GET", "/projects/"+project+"/grants", "")
	want := map[string]any{"items": []any{map[string]any{"subject": "group:" + id, "name": "team", "role": "approver"}}}
	if diff := cmp.Diff(want, grants); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	who, err := s.kit.ActorOfUser(t.Context(), user, app.Client{})
	if err != nil || who.Grants[project] != app.Approver {
		t.Errorf("the invited may %v, error %v", who.Grants, err)
	}
	s.want(204, "PUT", "/organisations/"+o+"/members/"+user, `{"role":"manager"}`)
	members, _ := s.want(200, "GET", "/organisations/"+o+"/members", "")
	if list, _ := members["items"].([]any); len(list) != 2 {
		t.Errorf("members: %v", members)
	}
	s.want(200, "GET", "/groups/"+id+"/members", "")
	s.want(204, "DELETE", "/projects/"+project+"/grants/group:"+id, "")
	s.want(204, "DELETE", "/groups/"+id+"/members/"+user, "")
	s.want(204, "DELETE", "/groups/"+id, "")
	s.want(204, "DELETE", "/organisations/"+o+"/members/"+user, "")

	events, _ := s.want(200, "GET", "/audit/events?organisation="+o, "")
	var actions []string
	list, _ := events["items"].([]any)
	for _, e := range list {
		event, _ := e.(map[string]any)
		action, _ := event["action"].(string)
		actions = append(actions, action)
	}
	wanted := []string{"member.remove", "group.delete", "group.remove", "grant.remove", "member.update", "grant.set", "group.add", "group.create", "member.invite"}
	if diff := cmp.Diff(wanted, actions); diff != "" {
		t.Errorf("the audit log (-want +got):\n%s", diff)
	}
	s.want(403, "GET", "/audit/events", "")
	s.want(403, "GET", "/audit/verification", "")
	s.token = s.tokenOf(s.kit.Installation())
	report, _ := s.want(200, "GET", "/audit/verification", "")
	if report["broken"] != nil || report["events"].(float64) < 9 {
		t.Errorf("verified: %v", report)
	}
}

// TestRevisions: a change says what it is meant for.
func TestRevisions(t *testing.T) {
	t.Parallel()
	s, o := people(t)
	_, w := s.want(200, "GET", "/organisations/"+o, "")
	tag := w.Header().Get("ETag")
	s.want(428, "PUT", "/organisations/"+o, `{"name":"New"}`)
	renamed, w := s.want(200, "PUT", "/organisations/"+o, `{"name":"New"}`, "If-Match", tag)
	if renamed["name"] != "New" || renamed["slug"] != "acme" || renamed["role"] != "administrator" || w.Header().Get("ETag") == tag {
		t.Errorf("renamed: %v %v", renamed, w.Header())
	}
	if w := s.do("PUT", "/organisations/"+o, `{"name":"Newer"}`, "If-Match", tag); w.Code != http.StatusConflict && w.Code != http.StatusPreconditionFailed {
		t.Errorf("an old revision: got %d %s", w.Code, w.Body)
	}
	user := s.kit.Actor(o, app.Viewer).UserID
	_, w = s.want(200, "GET", "/users/"+user, "")
	changed, _ := s.want(200, "PATCH", "/users/"+user, `{"disabled":true}`, "If-Match", w.Header().Get("ETag"))
	if changed["disabled"] != true {
		t.Errorf("changed: %v", changed)
	}
	found, _ := s.want(200, "GET", "/users?state=disabled&organisation="+o, "")
	if list, _ := found["items"].([]any); len(list) != 1 {
		t.Errorf("disabled: %v", found)
	}
}

// TestSecretsAreShownOnce: neither again, nor kept with the answers, nor listed.
func TestSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	s, o := people(t)
	project := s.kit.AddProject(o, "web", store.VisibleToOrganisation)
	const body = `{"name":"ci","scopes":["read","scan"]}`
	made, _ := s.want(201, "POST", "/projects/"+project+"/tokens", body, "Idempotency-Key", "k")
	secret, _ := made["secret"].(string)
	if !strings.HasPrefix(secret, "assay_") {
		t.Fatalf("made: %v", made)
	}
	again := s.do("POST", "/projects/"+project+"/tokens", body, "Idempotency-Key", "k")
	if again.Code != 409 || strings.Contains(again.Body.String(), secret) {
		t.Errorf("again: %d %s", again.Code, again.Body)
	}
	w := s.do("GET", "/projects/"+project+"/tokens", "")
	var list Items[Token]
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Items) != 1 || strings.Contains(w.Body.String(), secret) {
		t.Errorf("listed: %s, error %v", w.Body, err)
	}
	manager := s.token
	s.token = secret
	s.want(403, "POST", "/projects/"+project+"/tokens", body)
	s.want(204, "DELETE", "/tokens/"+list.Items[0].ID, "")
	s.want(401, "GET", "/organisations", "")
	s.token = manager
	s.want(404, "DELETE", "/tokens/"+store.NewID(), "")
	s.want(422, "POST", "/projects/"+project+"/tokens", `{"name":"ci","scopes":["root"]}`)
	s.want(422, "POST", "/projects/"+project+"/tokens", `{"name":"","scopes":["read"]}`)
	s.want(422, "POST", "/projects/"+project+"/tokens", `{"name":"ci","scopes":["read"],"expires":"2020-01-01T00:00:00Z"}`)
}

// TestOwnAccount needs a session for what lasts.
func TestOwnAccount(t *testing.T) {
	t.Parallel()
	s, o := people(t)
	me, _ := s.want(200, "GET", "/account", "")
	user, _ := me["id"].(string)
	renamed, _ := s.want(200, "PATCH", "/account", `{"name":"Ada Lovelace"}`)
	if renamed["name"] != "Ada Lovelace" {
		t.Errorf("renamed: %v", renamed)
	}
	s.want(403, "POST", "/account/tokens", `{"name":"t","scopes":["read"]}`)
	s.want(403, "PUT", "/account/password", `{"new":"correct horse battery"}`)

	link, err := s.kit.NewPasswordLink(t.Context(), app.System(), user)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.kit.UseLink(t.Context(), app.UseLinkInput{Link: link.Secret, Password: "correct horse battery"}, app.Client{Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	s.token = ""
	session := []string{"Cookie", DefaultCookie + "=" + signed.Cookie, "X-CSRF-Token", signed.Actor.CSRF}
	made, _ := s.want(201, "POST", "/account/tokens", `{"name":"t","scopes":["manage","read"],"organisation":"`+o+`"}`, session...)
	if diff := cmp.Diff([]any{"read", "manage"}, made["scopes"]); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	s.want(403, "POST", "/account/tokens", `{"name":"t","scopes":["read"]}`, session[:2]...) // without the token of forms
	s.want(204, "PUT", "/account/password", `{"old":"correct horse battery","new":"another horse battery"}`, session...)
	sessions, _ := s.want(200, "GET", "/account/sessions", "", session...)
	list, _ := sessions["items"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["current"] != true {
		t.Fatalf("sessions: %v", sessions)
	}
	s.want(404, "DELETE", "/account/sessions/00", "", session...)
	s.want(204, "DELETE", "/account/sessions", "", session...)
	id, _ := list[0].(map[string]any)["id"].(string)
	s.want(204, "DELETE", "/account/sessions/"+id, "", session...)
	s.want(401, "GET", "/account", "", session...)
}
