package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
)

// world is two organisations with the same in each, and people of every kind.
type world struct {
	*site
	api    huma.API
	ids    map[string]string // values of path parameters that are there, in the first organisation
	people map[string]string // tokens
}

const (
	asNobody        = "nobody"
	asViewer        = "viewer of the first"
	asAdministrator = "administrator of the first"
	asStranger      = "administrator of the second"
	asRoot          = "administrator of the installation"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	s := emptySite(t, Options{ActorRate: -1, AddressRate: -1}, (*api).nouns)
	_, r := build(s.kit.App, Options{}, (*api).nouns)
	w := &world{site: s, api: r, ids: map[string]string{}, people: map[string]string{asNobody: ""}}
	first, second := s.kit.Organisation("first"), s.kit.Organisation("second")
	admin := s.kit.Actor(first, app.Administrator)
	w.ids["organisation"] = first
	w.people[asAdministrator] = s.tokenOf(admin)
	w.people[asViewer] = s.tokenOf(s.kit.Actor(first, app.Viewer))
	w.people[asStranger] = s.tokenOf(s.kit.Actor(second, app.Administrator))
	w.people[asRoot] = s.tokenOf(s.kit.Installation())
	member := s.kit.Actor(first, app.Developer)
	w.ids["user"] = member.UserID
	w.ids["subject"] = "user:" + member.UserID
	w.fill(admin)
	return w
}

// fill makes one of everything in the first organisation.
func (w *world) fill(admin app.Actor) {
	w.t.Helper()
	ctx := w.t.Context()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	p, err := w.kit.CreateProject(ctx, admin, app.NewProject{
		Organisation: w.ids["organisation"], ProjectSettings: app.ProjectSettings{Name: "shop"},
		Repositories: []app.NewRepository{{URL: "https://git.example.org/team/shop.git"}},
	})
	must(err)
	w.ids["project"], w.ids["repository"] = p.ID, p.Repositories[0].ID
	s, err := w.kit.CreateScan(ctx, admin, app.NewScan{Project: p.ID})
	must(err)
	w.ids["scan"], w.ids["analyzer"] = s.ID, "advisories"
	g, err := w.kit.CreateGroup(ctx, admin, w.ids["organisation"], "security")
	must(err)
	w.ids["group"] = g.ID
	token, err := w.kit.CreateToken(ctx, admin, app.TokenInput{Name: "ci", Project: p.ID, Scopes: []app.Scope{app.ScopeScan}, Expires: w.kit.Clock.Now().Add(time.Hour)})
	must(err)
	w.ids["token"] = token.ID
	w.ids["vulnerability"], w.ids["finding"], w.ids["session"], w.ids["release"], w.ids["version"], w.ids["component"] = "CVE-2026-1", "1", "none", "1", "1", "1"
}

// operation is one of the document's.
type operation struct {
	id, method, path string
	*huma.Operation
}

// operations lists the document's, in the order of their paths.
func (w *world) operations() []operation {
	var out []operation
	paths := w.api.OpenAPI().Paths
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				out = append(out, operation{o.OperationID, o.Method, path, o})
			}
		}
	}
	return out
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// about tells whether an operation is about something of an organisation's.
func (o operation) about() bool { return inPath.MatchString(o.path) }

// request makes the operation's request with the first organisation's ids and a
// body as its schema wants it.
func (w *world) request(o operation, as string, change func(r *http.Request, body *string)) *httptest.ResponseRecorder {
	w.t.Helper()
	path := inPath.ReplaceAllStringFunc(o.path, func(name string) string {
		id, ok := w.ids[strings.Trim(name, "{}")]
		if !ok {
			w.t.Fatalf("%s: the test has no %s", o.id, name)
		}
		return id
	})
	query := ""
	for _, p := range o.Parameters {
		if p.In == "query" && p.Required {
			query += fmt.Sprintf("&%s=%v", p.Name, w.example(p.Schema, 0))
		}
	}
	if query != "" {
		path += "?" + query[1:]
	}
	body, contentType := "", ""
	if o.RequestBody != nil {
		for contentType = range o.RequestBody.Content {
			break
		}
		if schema := o.RequestBody.Content[contentType].Schema; schema != nil {
			text, err := json.Marshal(w.example(schema, 0))
			if err != nil {
				w.t.Fatal(err)
			}
			body = string(text)
		}
	}
	r := httptest.NewRequestWithContext(w.t.Context(), o.method, Prefix+path, nil)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for _, p := range o.Parameters {
		if p.In == "header" && p.Name == "If-Match" {
			r.Header.Set("If-Match", `"1"`)
		}
	}
	if token := w.people[as]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if change != nil {
		change(r, &body)
	}
	// A stream goes on for as long as its scan does.
	limit := 20 * time.Second
	if r, ok := o.Responses["200"]; ok && r.Content["text/event-stream"] != nil {
		limit = 200 * time.Millisecond
	}
	ctx, stop := context.WithTimeout(w.t.Context(), limit)
	defer stop()
	sent := httptest.NewRequestWithContext(ctx, o.method, r.URL.String(), strings.NewReader(body))
	sent.Header = r.Header
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, sent)
	return answer
}

// example is a value that a schema allows, with what it requires and no more.
func (w *world) example(s *huma.Schema, depth int) any {
	if s.Ref != "" {
		s = w.api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case depth > 5:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		out := map[string]any{}
		for _, name := range s.Required {
			out[name] = w.example(s.Properties[name], depth+1)
		}
		return out
	case huma.TypeArray:
		return []any{w.example(s.Items, depth+1)}
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeBoolean:
		return false
	}
	switch s.Format {
	case "date-time":
		return apptest.Start.Add(time.Hour)
	case "email":
		return "somebody@example.org"
	}
	length := 8
	if s.MinLength != nil {
		length = max(length, *s.MinLength)
	}
	return strings.Repeat("a", length)
}

// TestEveryPathIsRead: what a path names, its operation reads.
func TestEveryPathIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, o := range w.operations() {
		read := map[string]bool{}
		for _, p := range o.Parameters {
			read[p.Name] = p.In == "path"
		}
		for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
			if !read[m[1]] {
				t.Errorf("%s does not read {%s}: is the type that it embeds exported?", o.id, m[1])
			}
		}
		if o.Summary == "" || len(o.Tags) == 0 {
			t.Errorf("%s has no summary or no tag", o.id)
		}
	}
}

// TestNoRights drives every operation without credentials, with bad ones, and as
// an administrator of another organisation.
func TestNoRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, o := range w.operations() {
		if len(o.Security) == 0 {
			continue
		}
		if got := w.request(o, asNobody, nil); got.Code != http.StatusUnauthorized {
			t.Errorf("%s by nobody: got %d %s", o.id, got.Code, got.Body)
		}
		bad := func(r *http.Request, _ *string) { r.Header.Set("Authorization", "Bearer made-up") }
		if got := w.request(o, asNobody, bad); got.Code != http.StatusUnauthorized {
			t.Errorf("%s with a bad token: got %d %s", o.id, got.Code, got.Body)
		}
		got := w.request(o, asStranger, nil)
		if o.about() && got.Code != http.StatusNotFound && got.Code != http.StatusForbidden {
			t.Errorf("%s by a stranger: got %d %s", o.id, got.Code, got.Body)
		}
		for name, id := range w.ids {
			if len(id) > 10 && strings.Contains(got.Body.String(), id) {
				t.Errorf("%s tells a stranger of a %s: %s", o.id, name, got.Body)
			}
		}
	}
}

// ofViewers are operations that change something and that whoever may read may use.
func ofViewers() map[string]string {
	return map[string]string{
		"rename-account":       "one's own",
		"change-password":      "one's own",
		"end-session":          "one's own",
		"see-overview":         "notes when one looked",
		"end-other-sessions":   "one's own",
		"create-account-token": "one's own",
		"revoke-token":         "one's own; others' are not found",
		"sign-out":             "one's own",
	}
}

// TestFewRights drives every operation that changes something as a viewer.
func TestFewRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, o := range w.operations() {
		if len(o.Security) == 0 || o.method == http.MethodGet {
			continue
		}
		if _, ok := ofViewers()[o.id]; ok {
			continue
		}
		if got := w.request(o, asViewer, nil); got.Code != http.StatusForbidden && got.Code != http.StatusNotFound {
			t.Errorf("%s by a viewer: got %d %s", o.id, got.Code, got.Body)
		}
	}
}

// TestRights drives every operation as somebody who may: it is carried out, or
// refused for what it says, and never fails.
func TestRights(t *testing.T) {
	t.Parallel()
	for _, as := range []string{asAdministrator, asRoot} {
		t.Run(as, func(t *testing.T) {
			t.Parallel()
			shared := newWorld(t)
			for _, o := range shared.operations() {
				w := shared
				if o.method == http.MethodDelete {
					w = newWorld(t) // what is gone must not hide what others find
				}
				got := w.request(o, as, nil)
				switch {
				case got.Code >= 500, got.Code == http.StatusUnauthorized, got.Code == http.StatusBadRequest, got.Code == http.StatusMethodNotAllowed:
					t.Errorf("%s: got %d %s", o.id, got.Code, got.Body)
				case as == asRoot && got.Code == http.StatusForbidden && !needsSession(got.Body.String()):
					t.Errorf("%s: got %d %s", o.id, got.Code, got.Body)
				case got.Code >= 400:
					problem(t, got)
				}
			}
		})
	}
}

// needsSession tells whether a token was refused what only a session may do.
func needsSession(answer string) bool { return strings.Contains(answer, "sign in") }

// TestBadBodies sends every operation with a body what it does not take.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, o := range w.operations() {
		if o.RequestBody == nil {
			continue
		}
		other := func(r *http.Request, body *string) { r.Header.Set("Content-Type", "text/plain"); *body = "x" }
		if got := w.request(o, asRoot, other); got.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s with text: got %d %s", o.id, got.Code, got.Body)
		}
		if uploadLimit(o.Operation) > 0 {
			continue
		}
		for name, text := range map[string]string{
			"an unknown field": `{"hunter2":"hunter2"}`, "a list": `["hunter2"]`, "a text": `"hunter2"`, "a number": `1`, "null": `null`,
			"half of it": `{"a":`, "deep": strings.Repeat(`{"a":`, 20_000),
		} {
			got := w.request(o, asRoot, func(_ *http.Request, body *string) { *body = text })
			if got.Code != http.StatusUnprocessableEntity && got.Code != http.StatusBadRequest {
				t.Errorf("%s with %s: got %d %s", o.id, name, got.Code, got.Body)
			}
			if strings.Contains(strings.ReplaceAll(got.Body.String(), "body.hunter2", ""), "hunter2") {
				t.Errorf("%s with %s: the answer repeats the request: %s", o.id, name, got.Body)
			}
		}
	}
}
