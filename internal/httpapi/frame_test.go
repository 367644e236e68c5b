package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// echo are operations that tests make requests to.
func echo(a *api, r huma.API) {
	type in struct {
		Fail string `query:"fail"`
		Body struct {
			Name   string `json:"name" minLength:"2"`
			Secret string `json:"secret,omitempty" maxLength:"5"`
		}
	}
	type out struct {
		ETag string `header:"ETag"`
		Body struct {
			Name string `json:"name"`
		}
	}
	register(a, r, huma.Operation{OperationID: "make", Method: http.MethodPost, Path: "/things"}, func(_ context.Context, _ app.Actor, in *in) (*out, error) {
		if in.Fail != "" {
			return nil, failures()[in.Fail]
		}
		o := &out{ETag: etag(7)}
		o.Body.Name = in.Body.Name
		return o, nil
	})
	type change struct{ IfMatch }
	register(a, r, huma.Operation{OperationID: "change", Method: http.MethodPut, Path: "/things/1"}, func(_ context.Context, _ app.Actor, in *change) (*struct{}, error) {
		revision, err := in.revision()
		if err == nil && revision != 7 {
			err = errs.Changed("thing")
		}
		return nil, err
	})
	register(a, r, huma.Operation{OperationID: "list", Method: http.MethodGet, Path: "/things"}, func(ctx context.Context, _ app.Actor, in *Paging) (*Listed[string], error) {
		p := in.page()
		return listed(ctx, store.List[string]{Items: []string{p.Sort, p.Cursor}, Next: "on&on"}, func(s string) string { return s }), nil
	})
	type file struct{ Upload }
	type size struct{ Body int64 }
	register(a, r, upload(huma.Operation{OperationID: "upload", Method: http.MethodPost, Path: "/files"}, 2<<20, "application/octet-stream", "application/json"), func(_ context.Context, _ app.Actor, in *file) (*size, error) {
		n, err := io.Copy(io.Discard, in.stream)
		return &size{n}, err
	})
	add(a, r, huma.Operation{OperationID: "open", Method: http.MethodGet, Path: "/open"}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
}

func failures() map[string]error {
	var faults app.Faults
	faults.Add("name", "is taken")
	return map[string]error{
		"invalid": errs.E(errs.Invalid, "no"), "faults": faults.Err(), "anonymous": errs.E(errs.Anonymous, "who?"), "denied": errs.E(errs.Denied, "no"),
		"absent": errs.E(errs.NotFound, "no"), "conflict": errs.E(errs.Conflict, "no"), "large": errs.E(errs.TooLarge, "no"), "busy": errs.E(errs.Busy, "later"),
		"unavailable": errs.E(errs.Unavailable, "dial tcp 10.0.0.1: password=hunter2"), "damaged": errs.E(errs.Damaged, "hunter2"), "unknown": errors.New("hunter2"),
		"gone": &http.MaxBytesError{Limit: 5},
	}
}

// site is an API, and the token that requests are made with.
type site struct {
	t       *testing.T
	handler http.Handler
	kit     *apptest.Kit
	token   string
}

// newSite is an API with a user.
func newSite(t *testing.T, o Options, operations func(*api, huma.API)) *site {
	t.Helper()
	s := emptySite(t, o, operations)
	s.token = s.tokenOf(s.kit.Actor(s.kit.Organisation("acme"), app.Developer))
	return s
}

// emptySite is an API over an empty store.
func emptySite(t *testing.T, o Options, operations func(*api, huma.API)) *site {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstoretest.SQLite(t), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	kit := apptest.New(t, db)
	handler, _ := build(kit.App, o, operations)
	return &site{t: t, handler: handler, kit: kit}
}

func (s *site) tokenOf(who app.Actor) string {
	s.t.Helper()
	made, err := s.kit.CreateToken(s.t.Context(), who, app.TokenInput{
		Name: "test", Scopes: []app.Scope{app.ScopeRead, app.ScopeScan, app.ScopeTriage, app.ScopeManage}, Expires: s.kit.Clock.Now().Add(time.Hour),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Secret
}

// do makes a request with the site's token; headers are names and values, an empty
// value for none.
func (s *site) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, Prefix+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// problem is an answer's problem.
func problem(t *testing.T, w *httptest.ResponseRecorder) huma.ErrorModel {
	t.Helper()
	var p huma.ErrorModel
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s is not a problem: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	return p
}

func TestProblems(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	s := newSite(t, Options{Log: slog.New(slog.NewTextHandler(&logged, nil))}, echo)
	for name, want := range map[string]int{
		"invalid": 422, "faults": 422, "anonymous": 401, "denied": 403, "absent": 404, "conflict": 409, "large": 413, "busy": 429,
		"unavailable": 503, "damaged": 500, "unknown": 500, "gone": 413,
	} {
		w := s.do("POST", "/things?fail="+name, `{"name":"good"}`)
		p := problem(t, w)
		if w.Code != want || p.Detail == "" || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%s: got %d %s, want %d", name, w.Code, w.Body, want)
		}
		if wait := w.Header().Get("Retry-After"); (wait != "") != (want == 429 || want == 503) {
			t.Errorf("%s: Retry-After %q", name, wait)
		}
	}
	if !strings.Contains(logged.String(), "hunter2") {
		t.Errorf("the log has no causes: %s", logged.String())
	}
	p := problem(t, s.do("POST", "/things?fail=faults", `{"name":"good"}`))
	if diff := cmp.Diff([]*huma.ErrorDetail{{Location: "body.name", Message: "is taken"}}, p.Errors); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{}, echo)
	large := `{"name":"` + strings.Repeat("x", 1<<20) + `"}`
	for _, test := range []struct {
		name, method, path, body string
		headers                  []string
		want                     int
	}{
		{"good", "POST", "/things", `{"name":"good"}`, nil, 200},
		{"no body", "POST", "/things", "", []string{"Content-Type", "application/json"}, 400},
		{"not JSON", "POST", "/things", `{"name":hunter2`, nil, 400},
		{"an unknown field", "POST", "/things", `{"name":"good","hunter2":"hunter2"}`, nil, 422},
		{"too short", "POST", "/things", `{"name":"h"}`, nil, 422},
		{"too long a secret", "POST", "/things", `{"name":"good","secret":"hunter2"}`, nil, 422},
		{"another type in a field", "POST", "/things", `{"name":["hunter2"]}`, nil, 422},
		{"a form", "POST", "/things", "name=good", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"no type", "POST", "/things", `{"name":"good"}`, []string{"Content-Type", ""}, 415},
		{"too large", "POST", "/things", large, nil, 413},
		{"an unknown query", "GET", "/things?hunter2=1", "", nil, 422},
		{"a bad limit", "GET", "/things?limit=0", "", nil, 422},
		{"no such path", "GET", "/nothing", "", nil, 404},
		{"no such method", "DELETE", "/things", "", nil, 405},
		{"no credentials", "GET", "/things", "", []string{"Authorization", ""}, 401},
		{"a bad token", "GET", "/things", "", []string{"Authorization", "Bearer hunter2"}, 401},
		{"another scheme", "GET", "/things", "", []string{"Authorization", "Basic aHVudGVyMg=="}, 401},
		{"open", "GET", "/open", "", []string{"Authorization", ""}, 204},
		{"the wrong type of file", "POST", "/files", "x", []string{"Content-Type", "text/plain"}, 415},
		{"a file that is JSON", "POST", "/files", `{"any":"thing"}`, nil, 200},
		{"a file", "POST", "/files", "x", []string{"Content-Type", "application/octet-stream"}, 200},
		{"too large a file", "POST", "/files", large + large, []string{"Content-Type", "application/octet-stream"}, 413},
		{"without If-Match", "PUT", "/things/1", "", nil, 428},
		{"with a bad If-Match", "PUT", "/things/1", "", []string{"If-Match", "x"}, 412},
		{"with an old If-Match", "PUT", "/things/1", "", []string{"If-Match", `"6"`}, 412},
		{"with the right If-Match", "PUT", "/things/1", "", []string{"If-Match", `"7"`}, 204},
	} {
		w := s.do(test.method, test.path, test.body, test.headers...)
		if w.Code != test.want || (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: got %d %s, want %d", test.name, w.Code, w.Body, test.want)
		}
		if w.Code >= 400 {
			problem(t, w)
			// A field's own name may be told, not its value.
			if strings.Contains(strings.ReplaceAll(w.Body.String(), "body.hunter2", ""), "hunter2") && test.path != "/things?hunter2=1" {
				t.Errorf("%s: the answer repeats the request: %s", test.name, w.Body)
			}
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{}, echo)
	w := s.do("GET", "/things?limit=2&sort=-name&cursor=here", "")
	if want := `{"items":["name","here"],"next":"on&on"}`; strings.TrimSpace(w.Body.String()) != want {
		t.Errorf("got %s, want %s", w.Body, want)
	}
	if want := `</api/v1/things?cursor=on%26on&limit=2&sort=-name>; rel="next"`; w.Header().Get("Link") != want {
		t.Errorf("got %s, want %s", w.Header().Get("Link"), want)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	s := emptySite(t, Options{}, echo)
	link, err := s.kit.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.kit.Setup(t.Context(), app.SetupInput{
		Link: link.Secret, Organisation: "Acme", Name: "Ada", Email: "ada@example.org", Password: "correct horse battery",
	}, app.Client{Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	cookie := DefaultCookie + "=" + in.Cookie
	for _, test := range []struct {
		name, method, path, cookie, csrf string
		want                             int
	}{
		{"reads", "GET", "/things", cookie, "", 200},
		{"changes", "POST", "/things", cookie, in.Actor.CSRF, 200},
		{"without the session's token", "POST", "/things", cookie, "", 403},
		{"with another's token", "POST", "/things", cookie, in.Actor.CSRF + "x", 403},
		{"no session", "GET", "/things", DefaultCookie + "=guess", "", 401},
		{"no session, but an open operation", "GET", "/open", DefaultCookie + "=guess", "", 204},
	} {
		body := map[string]string{"POST": `{"name":"good"}`}[test.method]
		if w := s.do(test.method, test.path, body, "Cookie", test.cookie, "X-CSRF-Token", test.csrf); w.Code != test.want {
			t.Errorf("%s: got %d %s, want %d", test.name, w.Code, w.Body, test.want)
		}
	}
	if err := s.kit.SignOut(t.Context(), in.Cookie, app.Client{}); err != nil {
		t.Fatal(err)
	}
	if w := s.do("GET", "/things", "", "Cookie", cookie); w.Code != 401 {
		t.Errorf("after signing out: got %d %s", w.Code, w.Body)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{ActorRate: 0.3, AddressRate: 1}, echo)
	codes := map[int]int{}
	for range 5 {
		codes[s.do("GET", "/things", "").Code]++
	}
	if diff := cmp.Diff(map[int]int{200: 3, 429: 2}, codes); diff != "" {
		t.Errorf("an actor, mismatch (-want +got):\n%s", diff)
	}
	s.kit.Clock.Add(4 * time.Second)
	if w := s.do("GET", "/things", ""); w.Code != 200 {
		t.Errorf("later: got %d %s", w.Code, w.Body)
	}
	clear(codes)
	for range 12 {
		codes[s.do("GET", "/open", "", "Authorization", "").Code]++
	}
	if codes[204] != 8 || codes[429] != 4 { // 10 a burst, 6 used, 4 refilled
		t.Errorf("an address: got %v", codes)
	}
}

func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	clock := apptest.NewClock()
	l := newLimiter(1, clock.Now)
	for i := range 2 * remembered {
		if !l.allow(strconv.Itoa(i)) {
			t.Fatalf("%d was refused", i)
		}
	}
	if len(l.known) > remembered {
		t.Errorf("%d are known", len(l.known))
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{}, echo)
	const key = "Idempotency-Key"
	first := s.do("POST", "/things", `{"name":"good"}`, key, "a")
	again := s.do("POST", "/things", `{"name":"good"}`, key, "a")
	if first.Code != 200 || again.Code != 200 || again.Body.String() != first.Body.String() || again.Header().Get("ETag") != first.Header().Get("ETag") || again.Header().Get(sameHeader) != "true" {
		t.Errorf("got %d %s %v, then %d %s %v", first.Code, first.Body, first.Header(), again.Code, again.Body, again.Header())
	}
	for _, test := range []struct {
		name, path, body, key string
		want                  int
	}{
		{"another body", "/things", `{"name":"other"}`, "a", 409},
		{"another query", "/things?fail=busy", `{"name":"good"}`, "a", 409},
		{"another key", "/things", `{"name":"other"}`, "b", 200},
		{"too long", "/things", `{"name":"good"}`, strings.Repeat("k", 201), 400},
		{"ours fails", "/things?fail=unavailable", `{"name":"good"}`, "c", 503},
		{"and the key is free", "/things", `{"name":"good"}`, "c", 200},
		{"a refusal", "/things?fail=conflict", `{"name":"good"}`, "d", 409},
		{"is kept", "/things?fail=conflict", `{"name":"good"}`, "d", 409},
	} {
		if w := s.do("POST", test.path, test.body, key, test.key); w.Code != test.want {
			t.Errorf("%s: got %d %s, want %d", test.name, w.Code, w.Body, test.want)
		}
	}
	large := strings.Repeat("x", 3<<19)
	for range 2 {
		if w := s.do("POST", "/files", large, key, "e", "Content-Type", "application/octet-stream"); w.Code != 200 || strings.TrimSpace(w.Body.String()) != "1572864" {
			t.Errorf("a file: got %d %s", w.Code, w.Body)
		}
	}
	s.token = s.tokenOf(s.kit.Actor(s.kit.Organisation("other"), app.Developer))
	if w := s.do("POST", "/things", `{"name":"theirs"}`, key, "a"); w.Code != 200 {
		t.Errorf("another's key: got %d %s", w.Code, w.Body)
	}
}

// TestIdempotencyAtOnce sends a second request while the first is worked.
func TestIdempotencyAtOnce(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	s := newSite(t, Options{}, func(a *api, r huma.API) {
		register(a, r, huma.Operation{OperationID: "slow", Method: http.MethodPost, Path: "/slow"}, func(context.Context, app.Actor, *struct{}) (*struct{}, error) {
			close(began)
			<-end
			return nil, nil
		})
	})
	done := make(chan int)
	go func() { done <- s.do("POST", "/slow", "", "Idempotency-Key", "a").Code }()
	<-began
	if w := s.do("POST", "/slow", "", "Idempotency-Key", "a"); w.Code != 409 {
		t.Errorf("meanwhile: got %d %s", w.Code, w.Body)
	}
	close(end)
	if code := <-done; code != 204 {
		t.Errorf("the first: got %d", code)
	}
	if w := s.do("POST", "/slow", "", "Idempotency-Key", "a"); w.Code != 204 {
		t.Errorf("afterwards: got %d %s", w.Code, w.Body)
	}
}
