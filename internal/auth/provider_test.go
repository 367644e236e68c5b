package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
)

// idp is a provider for tests: it speaks OpenID Connect and GitHub's dialect, and
// checks what clients must get right.
type idp struct {
	*httptest.Server
	t   *testing.T
	key *ecdsa.PrivateKey

	mu    sync.Mutex
	codes map[string]url.Values // the query of each code's authorisation

	claims     map[string]any // of the ID token, over the usual ones
	user       string         // GitHub's /user
	emails     string         // GitHub's /user/emails
	away       atomic.Bool
	withoutID  bool              // no id_token
	signingKey *ecdsa.PrivateKey // nil: key
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, codes: map[string]url.Values{}}
	known := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: "ES256"}}, Algorithms: []string{"ES256"}}
	mux := http.NewServeMux()
	mux.Handle("/", known)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /login/oauth/access_token", p.token)
	mux.HandleFunc("GET /api/v3/user", func(w http.ResponseWriter, r *http.Request) { p.api(w, r, p.user) })
	mux.HandleFunc("GET /api/v3/user/emails", func(w http.ResponseWriter, r *http.Request) { p.api(w, r, p.emails) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.away.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	known.SetIssuer(p.URL)
	return p
}

// authorise is the person's browser at the provider: it brings back a code.
func (p *idp) authorise(address string) (code, state string) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code = NewSecret()
	p.codes[code] = u.Query()
	return code, u.Query().Get("state")
}

// token exchanges a code, once, for who knows the client's secret and the
// verifier of its challenge.
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	asked, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	w.Header().Set("Content-Type", "application/json")
	if !known || id != "client" || secret != "hush" || asked.Get("code_challenge_method") != "S256" || asked.Get("code_challenge") != challenge || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant", "error_description": "hush"})
		return
	}
	answer := map[string]any{"access_token": "access", "token_type": "Bearer"}
	if !p.withoutID {
		answer["id_token"] = p.idToken(asked.Get("nonce"))
	}
	json.NewEncoder(w).Encode(answer)
}

func (p *idp) idToken(nonce string) string {
	claims := map[string]any{
		"iss": p.URL, "aud": "client", "sub": "42", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"email": "Ada@Example.org", "email_verified": true, "name": "Ada",
	}
	maps.Copy(claims, p.claims)
	text, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	key := p.key
	if p.signingKey != nil {
		key = p.signingKey
	}
	return oidctest.SignIDToken(key, "k", "ES256", string(text))
}

func (p *idp) api(w http.ResponseWriter, r *http.Request, body string) {
	if r.Header.Get("Authorization") != "Bearer access" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Write([]byte(body))
}

var now = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

func options(redirect string) ProviderOptions {
	return ProviderOptions{ClientID: "client", ClientSecret: "hush", Redirect: redirect, Clock: func() time.Time { return now }}
}

// signIn walks from departure to return.
func signIn(t *testing.T, at *idp, p Provider, change func(*Flow)) (Identity, error) {
	t.Helper()
	flow := NewFlow(p.Name())
	address, err := p.Start(t.Context(), flow)
	if err != nil {
		return Identity{}, err
	}
	code, state := at.authorise(address)
	if state != flow.State {
		t.Errorf("the state came back as %q, want %q", state, flow.State)
	}
	if change != nil {
		change(&flow)
	}
	return p.Finish(t.Context(), flow, code)
}

func TestOIDC(t *testing.T) {
	t.Parallel()
	ada := Identity{Provider: "sso", Subject: "42", Email: "ada@example.org", Name: "Ada"}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		at     func(*idp)
		o      func(*ProviderOptions)
		change func(*Flow)
		want   Identity
		kind   errs.Kind
	}{
		{name: "verified", want: ada},
		{name: "verified as a text", at: func(p *idp) { p.claims = map[string]any{"email_verified": "true"} }, want: ada},
		{name: "admitted domain", o: func(o *ProviderOptions) { o.Domains = []string{"example.net", "Example.org"} }, want: ada},
		{name: "other domain", o: func(o *ProviderOptions) { o.Domains = []string{"example.net"} }, kind: errs.Denied},
		{name: "not verified", at: func(p *idp) { p.claims = map[string]any{"email_verified": false} }, kind: errs.Denied},
		{name: "not known to be verified", at: func(p *idp) { p.claims = map[string]any{"email_verified": nil} }, kind: errs.Denied},
		{name: "no address", at: func(p *idp) { p.claims = map[string]any{"email": ""} }, kind: errs.Denied},
		{name: "another nonce", at: func(p *idp) { p.claims = map[string]any{"nonce": "replayed"} }, kind: errs.Denied},
		{name: "another flow's nonce", change: func(f *Flow) { f.Nonce = NewSecret() }, kind: errs.Denied},
		{name: "another flow's verifier", change: func(f *Flow) { f.Verifier = NewSecret() }, kind: errs.Denied},
		{name: "for another client", at: func(p *idp) { p.claims = map[string]any{"aud": "other"} }, kind: errs.Denied},
		{name: "of another issuer", at: func(p *idp) { p.claims = map[string]any{"iss": "https://login.example.org"} }, kind: errs.Denied},
		{name: "expired", at: func(p *idp) { p.claims = map[string]any{"exp": now.Add(-time.Minute).Unix()} }, kind: errs.Denied},
		{name: "signed by another", at: func(p *idp) { p.signingKey = stranger }, kind: errs.Denied},
		{name: "no token", at: func(p *idp) { p.withoutID = true }, kind: errs.Denied},
		{name: "wrong secret", o: func(o *ProviderOptions) { o.ClientSecret = "x" }, kind: errs.Denied},
		{name: "away", at: func(p *idp) { p.away.Store(true) }, kind: errs.Unavailable},
		{name: "away at the return", change: func(*Flow) {}, kind: errs.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			at := newIDP(t)
			if test.at != nil {
				test.at(at)
			}
			o := options("https://assay.example.org/sign-in/sso/callback")
			if test.o != nil {
				test.o(&o)
			}
			if test.name == "away at the return" {
				test.change = func(*Flow) { at.away.Store(true) }
			}
			got, err := signIn(t, at, NewOIDC("sso", "SSO", at.URL, o), test.change)
			compare(t, got, err, test.want, test.kind)
		})
	}
}

func compare(t *testing.T, got Identity, err error, want Identity, kind errs.Kind) {
	t.Helper()
	if kind != errs.KindOf(err) || (err == nil) != (kind == errs.Unknown) {
		t.Fatalf("error %v, want one of kind %d", err, kind)
	}
	if err != nil && strings.Contains(err.Error(), "hush") {
		t.Errorf("the error repeats what may be secret: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

// TestDiscoverLater: a provider that was away is asked again.
func TestDiscoverLater(t *testing.T) {
	t.Parallel()
	at := newIDP(t)
	at.away.Store(true)
	p := NewOIDC("sso", "SSO", at.URL, options("https://assay.example.org/"))
	if _, err := signIn(t, at, p, nil); errs.KindOf(err) != errs.Unavailable {
		t.Fatalf("while it is away: %v", err)
	}
	at.away.Store(false)
	for range 2 {
		if _, err := signIn(t, at, p, nil); err != nil {
			t.Errorf("when it is back: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewGoogle(options("https://assay.example.org/")).Start(ctx, NewFlow("google")); err == nil {
		t.Error("Google was discovered without a network")
	}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	const user, emails = `{"id": 7, "login": "ada", "name": "Ada L"}`, `[{"email":"old@example.org","primary":false,"verified":true},{"email":"Ada@example.org","primary":true,"verified":true}]`
	ada := Identity{Provider: "github", Subject: "7", Email: "ada@example.org", Name: "Ada L"}
	nameless := ada
	nameless.Name = "ada"
	tests := []struct {
		name, user, emails string
		secret             string
		change             func(*Flow)
		want               Identity
		kind               errs.Kind
	}{
		{name: "primary address", user: user, emails: emails, want: ada},
		{name: "no name", user: `{"id": 7, "login": "ada", "name": null}`, emails: emails, want: nameless},
		{name: "not verified", user: user, emails: strings.Replace(emails, `"primary":true,"verified":true`, `"primary":true,"verified":false`, 1), kind: errs.Denied},
		{name: "no primary address", user: user, emails: `[{"email":"old@example.org","primary":false,"verified":true}]`, kind: errs.Denied},
		{name: "no address", user: user, emails: `[]`, kind: errs.Denied},
		{name: "nobody", user: `{}`, emails: emails, kind: errs.Denied},
		{name: "nonsense", user: `<html>`, emails: emails, kind: errs.Unavailable},
		{name: "another flow's verifier", user: user, emails: emails, change: func(f *Flow) { f.Verifier = NewSecret() }, kind: errs.Denied},
		{name: "wrong secret", user: user, emails: emails, secret: "x", kind: errs.Denied},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			at := newIDP(t)
			at.user, at.emails = test.user, test.emails
			o := options("https://assay.example.org/sign-in/github/callback")
			if test.secret != "" {
				o.ClientSecret = test.secret
			}
			got, err := signIn(t, at, NewGitHub(at.URL+"/", o), test.change)
			compare(t, got, err, test.want, test.kind)
		})
	}
}

// TestPublicGitHub: without an address of one's own, people go to the public one.
func TestPublicGitHub(t *testing.T) {
	t.Parallel()
	address, err := NewGitHub("", options("https://assay.example.org/")).Start(t.Context(), NewFlow("github"))
	if err != nil || !strings.HasPrefix(address, "https://github.com/login/oauth/authorize?") {
		t.Errorf("address %q, error %v", address, err)
	}
}
