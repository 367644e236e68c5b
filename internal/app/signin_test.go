package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

const goodPassword = "correct horse battery"

var browser = app.Client{Address: "192.0.2.9", Agent: "Browser/1.0"}

// setUp makes the first administrator as a person would.
func setUp(t *testing.T, k *apptest.Kit) app.SignedIn {
	t.Helper()
	link, err := k.SetupLink(t.Context())
	fatal(t, err)
	signed, err := k.Setup(t.Context(), app.SetupInput{
		Link: link.Secret, Organisation: "Example Works", Name: "Ada", Email: " Ada@Example.org", Password: goodPassword,
	}, browser)
	fatal(t, err)
	return signed
}

func TestSetup(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx := t.Context()
		old, err := k.SetupLink(ctx)
		fatal(t, err)
		_, err = k.Setup(ctx, app.SetupInput{Link: "made up"}, browser)
		wantKind(t, "a made-up link", err, errs.NotFound)
		link, err := k.SetupLink(ctx)
		fatal(t, err)
		if _, err := k.OpenLink(ctx, old.Secret); err != nil {
			t.Errorf("the link of a host that started before: %v", err)
		}
		_, err = k.Setup(ctx, app.SetupInput{Link: link.Secret, Email: "ada", Password: "short"}, browser)
		want := []string{"organisation", "name", "email", "password"}
		if diff := cmp.Diff(want, faultyFields(t, err)); diff != "" {
			t.Errorf("an empty form: faulty fields (-want +got):\n%s", diff)
		}
		if needed, err := k.SetupNeeded(ctx); err != nil || !needed {
			t.Errorf("set-up needed: %v, error %v", needed, err)
		}
		signed := setUp(t, k)
		if needed, err := k.SetupNeeded(ctx); err != nil || needed {
			t.Errorf("set-up needed again: %v, error %v", needed, err)
		}
		if again, err := k.SetupLink(ctx); err != nil || again.Secret != "" {
			t.Errorf("another link: %v, error %v; want none", again, err)
		}
		_, err = k.Setup(ctx, app.SetupInput{Link: link.Secret}, browser)
		wantKind(t, "a link after another was used", err, errs.NotFound)
		_, err = k.Setup(ctx, app.SetupInput{Link: old.Secret}, browser)
		wantKind(t, "the other host's link", err, errs.NotFound)
		who, err := k.ActorOfSession(ctx, signed.Cookie, browser)
		fatal(t, err)
		all, err := k.Organisations(ctx, who)
		if err != nil || !who.Installation || len(all) != 1 || all[0].Organisation.Slug != "example-works" || all[0].Role != app.Administrator {
			t.Errorf("the administrator %+v is in %+v, error %v", who, all, err)
		}
	})
}

// TestSetupAtOnce lets the links of two hosts be used at the same moment: one wins.
func TestSetupAtOnce(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ended := make(chan error, 2)
		for _, name := range []string{"ada", "eve"} {
			link, err := k.SetupLink(t.Context())
			fatal(t, err)
			go func() {
				_, err := k.Setup(t.Context(), app.SetupInput{
					Link: link.Secret, Organisation: name + " works", Name: name, Email: name + "@example.org", Password: goodPassword,
				}, browser)
				ended <- err
			}()
		}
		one, other := <-ended, <-ended
		if (one == nil) == (other == nil) {
			t.Errorf("got errors %v and %v, want one of them", one, other)
		}
	})
}

func TestSetupLinkExpires(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	link, err := k.SetupLink(t.Context())
	fatal(t, err)
	k.Clock.Add(24 * time.Hour)
	_, err = k.OpenLink(t.Context(), link.Secret)
	wantKind(t, "an expired link", err, errs.NotFound)
}

// faultyFields names the fields of a refused form.
func faultyFields(t *testing.T, err error) []string {
	t.Helper()
	var faults app.Faults
	if !errors.As(err, &faults) || errs.KindOf(err) != errs.Invalid {
		t.Fatalf("error %v, want faults", err)
	}
	var fields []string
	for _, f := range faults {
		fields = append(fields, f.Field)
	}
	return fields
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx := t.Context()
		first := setUp(t, k)
		_, err := k.SignIn(ctx, app.SignInInput{Email: "ada@example.org", Password: "wrong"}, browser)
		_, other := k.SignIn(ctx, app.SignInInput{Email: "eve@example.org", Password: "wrong"}, browser)
		wantKind(t, "a wrong password", err, errs.Anonymous)
		if other == nil || err == nil || other.Error() != err.Error() {
			t.Errorf("an unknown user is told %q, a wrong password %q: want the same", other, err)
		}
		again := browser
		again.Cookie, again.Agent = first.Cookie, strings.Repeat("é", 200)
		second, err := k.SignIn(ctx, app.SignInInput{Email: " ADA@example.org ", Password: goodPassword}, again)
		fatal(t, err)
		if second.Cookie == first.Cookie || second.Actor.CSRF == first.Actor.CSRF || len(second.Cookie) < 43 {
			t.Error("signing in did not make new secrets")
		}
		_, err = k.ActorOfSession(ctx, first.Cookie, browser)
		wantKind(t, "the browser's old session", err, errs.Anonymous)
		_, err = k.Store.Session(ctx, []byte(second.Cookie))
		wantKind(t, "the cookie itself in the store", err, errs.NotFound)

		fatal(t, k.SignOut(ctx, second.Cookie, browser))
		fatal(t, k.SignOut(ctx, second.Cookie, browser))
		_, err = k.ActorOfSession(ctx, second.Cookie, browser)
		wantKind(t, "a session that was ended", err, errs.Anonymous)
		_, err = k.ActorOfSession(ctx, "", browser)
		wantKind(t, "no cookie", err, errs.Anonymous)
		wantActions(t, k, "session.end", "session.create", "session.refuse", "session.refuse", "session.create", "installation.setup")
	})
}

// wantActions compares the newest events of the audit log.
func wantActions(t *testing.T, k *apptest.Kit, want ...string) {
	t.Helper()
	l, err := k.AuditEvents(t.Context(), app.System(), store.AuditFilter{}, store.Page{Limit: len(want)})
	fatal(t, err)
	var actions []string
	for _, e := range l.Items {
		actions = append(actions, e.Action)
		for _, secret := range []string{goodPassword, "csrf", "Cookie"} {
			if strings.Contains(e.Detail, secret) {
				t.Errorf("event %d has a secret: %s", e.Seq, e.Detail)
			}
		}
	}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Errorf("the audit log (-want +got):\n%s", diff)
	}
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	signed, ctx := setUp(t, k), t.Context()
	used := func() error { return errOf(k.ActorOfSession(ctx, signed.Cookie, browser)) }
	for range 3 { // each use puts off the end
		k.Clock.Add(11 * time.Hour)
		fatal(t, used())
	}
	k.Clock.Add(12*time.Hour + time.Second)
	wantKind(t, "an idle session", used(), errs.Anonymous)
	k.Clock.Add(-12 * time.Hour)
	for k.Clock.Now().Add(11 * time.Hour).Before(signed.Expires) {
		fatal(t, used())
		k.Clock.Add(11 * time.Hour)
	}
	k.Clock.Add(11 * time.Hour)
	wantKind(t, "a session of two weeks", used(), errs.Anonymous)
	fatal(t, k.ExpireSignIns(ctx))
	_, err := k.Store.Session(ctx, auth.HashSecret(signed.Cookie))
	wantKind(t, "an expired session in the store", err, errs.NotFound)
}

// TestLastUseIsWrittenSeldom: reading does not write, but once a minute.
func TestLastUseIsWrittenSeldom(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	signed, ctx := setUp(t, k), t.Context()
	made, err := k.CreateToken(ctx, signed.Actor, app.TokenInput{Name: "t", Scopes: []app.Scope{app.ScopeRead}})
	fatal(t, err)
	seen := func() [2]time.Time {
		t.Helper()
		fatal(t, errOf(k.ActorOfSession(ctx, signed.Cookie, browser)))
		fatal(t, errOf(k.ActorOfToken(ctx, made.Secret, browser)))
		s, err := k.Store.Session(ctx, auth.HashSecret(signed.Cookie))
		fatal(t, err)
		token, err := k.Store.Token(ctx, made.ID)
		fatal(t, err)
		return [2]time.Time{s.SeenAt, token.UsedAt}
	}
	start := seen()
	k.Clock.Add(59 * time.Second)
	if seen() != start {
		t.Error("written within the same minute")
	}
	k.Clock.Add(time.Second)
	if now := seen(); now != [2]time.Time{k.Clock.Now(), k.Clock.Now()} {
		t.Errorf("after a minute: %v", now)
	}
}

func TestSignInIsThrottled(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	setUp(t, k)
	try := func(password string, c app.Client) error {
		return errOf(k.SignIn(t.Context(), app.SignInInput{Email: "ada@example.org", Password: password}, c))
	}
	for range 10 {
		wantKind(t, "a guess", try("guess", browser), errs.Anonymous)
	}
	wantKind(t, "even the right password after ten guesses", try(goodPassword, browser), errs.Busy)
	if err := try(goodPassword, app.Client{Address: "198.51.100.1"}); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	k.Clock.Add(time.Minute)
	if err := try(goodPassword, browser); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	for range 9 {
		wantKind(t, "a guess", try("guess", browser), errs.Anonymous)
	}
	if err := try(goodPassword, browser); err != nil {
		t.Errorf("signing in did not give the attempts back: %v", err)
	}
}

func TestInvitationAndPassword(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, root := t.Context(), setUp(t, k).Actor
		organisation := k.Organisation("works")
		invited, err := k.InviteUser(ctx, root, app.InviteInput{Organisation: organisation, Email: "bob@example.org", Role: app.Developer})
		fatal(t, err)
		info, err := k.OpenLink(ctx, invited.Link.Secret)
		if err != nil || info.Purpose != store.LinkInvitation || info.Email != "bob@example.org" {
			t.Errorf("the link says %+v, error %v", info, err)
		}
		_, err = k.SignIn(ctx, app.SignInInput{Email: "bob@example.org"}, browser)
		wantKind(t, "signing in without a password", err, errs.Anonymous)
		_, err = k.UseLink(ctx, app.UseLinkInput{Link: invited.Link.Secret, Name: "Bob", Password: "bob@example.org"}, browser)
		if diff := cmp.Diff([]string{"password"}, faultyFields(t, err)); diff != "" {
			t.Errorf("one's address as password (-want +got):\n%s", diff)
		}
		signed, err := k.UseLink(ctx, app.UseLinkInput{Link: invited.Link.Secret, Name: "Bob", Password: goodPassword}, browser)
		if err != nil || signed.Actor.Name != "Bob" || signed.Actor.In(organisation) != app.Developer {
			t.Fatalf("signed in as %+v, error %v", signed.Actor, err)
		}
		_, err = k.UseLink(ctx, app.UseLinkInput{Link: invited.Link.Secret, Password: goodPassword}, browser)
		wantKind(t, "a used link", err, errs.NotFound)

		second, err := k.SignIn(ctx, app.SignInInput{Email: "bob@example.org", Password: goodPassword}, browser)
		fatal(t, err)
		err = k.ChangePassword(ctx, second.Actor, app.ChangePasswordInput{Old: "wrong", New: "another horse battery"})
		if diff := cmp.Diff([]string{"old"}, faultyFields(t, err)); diff != "" {
			t.Errorf("a wrong old password (-want +got):\n%s", diff)
		}
		fatal(t, k.ChangePassword(ctx, second.Actor, app.ChangePasswordInput{Old: goodPassword, New: "another horse battery"}))
		_, err = k.ActorOfSession(ctx, signed.Cookie, browser)
		wantKind(t, "another session after the password changed", err, errs.Anonymous)
		fatal(t, errOf(k.ActorOfSession(ctx, second.Cookie, browser)))
		own := second.Actor
		own.TokenID = "t"
		wantKind(t, "changing it with a token", k.ChangePassword(ctx, own, app.ChangePasswordInput{New: goodPassword}), errs.Denied)

		link, err := k.NewPasswordLink(ctx, root, second.Actor.UserID)
		fatal(t, err)
		_, err = k.UseLink(ctx, app.UseLinkInput{Link: link.Secret, Password: "a third horse battery"}, browser)
		fatal(t, err)
		_, err = k.ActorOfSession(ctx, second.Cookie, browser)
		wantKind(t, "a session from before the link was used", err, errs.Anonymous)
		disabledIsOut(t, k, root, second.Actor.UserID)
	})
}

// disabledIsOut: disabling ends everything at once.
func disabledIsOut(t *testing.T, k *apptest.Kit, root app.Actor, user string) {
	t.Helper()
	ctx, yes := t.Context(), true
	signed, err := k.SignIn(ctx, app.SignInInput{Email: "bob@example.org", Password: "a third horse battery"}, browser)
	fatal(t, err)
	link, err := k.NewPasswordLink(ctx, root, user)
	fatal(t, err)
	u, err := k.User(ctx, root, user)
	fatal(t, err)
	_, err = k.UpdateUser(ctx, root, user, u.Revision-1, app.UserChange{Disabled: &yes})
	wantKind(t, "an old revision", err, errs.Conflict)
	_, err = k.UpdateUser(ctx, root, user, u.Revision, app.UserChange{Disabled: &yes})
	fatal(t, err)
	_, err = k.ActorOfSession(ctx, signed.Cookie, browser)
	wantKind(t, "the session of a disabled user", err, errs.Anonymous)
	_, err = k.SignIn(ctx, app.SignInInput{Email: "bob@example.org", Password: "a third horse battery"}, browser)
	wantKind(t, "a disabled user", err, errs.Anonymous)
	_, err = k.UseLink(ctx, app.UseLinkInput{Link: link.Secret, Password: goodPassword}, browser)
	wantKind(t, "the link of a disabled user", err, errs.NotFound)
	_, err = k.NewPasswordLink(ctx, root, user)
	wantKind(t, "a link for a disabled user", err, errs.Conflict)
}

// TestLockedOut: the operator lets the only administrator in again.
func TestLockedOut(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	ctx, root := t.Context(), setUp(t, k).Actor
	_, err := k.PasswordLinkFor(ctx, k.Actor(k.Organisation("o"), app.Administrator), "ada@example.org")
	wantKind(t, "an organisation's administrator", err, errs.Denied)
	_, err = k.PasswordLinkFor(ctx, app.System(), "eve@example.org")
	wantKind(t, "an unknown address", err, errs.NotFound)
	link, err := k.PasswordLinkFor(ctx, app.System(), "Ada@example.org")
	fatal(t, err)
	signed, err := k.UseLink(ctx, app.UseLinkInput{Link: link.Secret, Password: "another horse battery"}, browser)
	if err != nil || signed.Actor.UserID != root.UserID {
		t.Errorf("signed in as %+v, error %v", signed.Actor, err)
	}
}

// TestDisabledInTheStore: a session that outlived its user's disabling opens nothing.
func TestDisabledInTheStore(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	signed := setUp(t, k)
	u, err := k.Store.User(t.Context(), signed.Actor.UserID)
	fatal(t, err)
	u.Disabled = true
	fatal(t, k.Store.UpdateUser(t.Context(), u))
	_, err = k.ActorOfSession(t.Context(), signed.Cookie, browser)
	wantKind(t, "the session of a disabled user", err, errs.Anonymous)
}

// TestLinksAtOnce: of many who use a link at the same moment, one does.
func TestLinksAtOnce(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx := t.Context()
		link, err := k.SetupLink(ctx)
		fatal(t, err)
		atOnce(t, func(i int) error {
			return errOf(k.Setup(ctx, app.SetupInput{Link: link.Secret, Organisation: "Works", Name: "Ada", Email: fmt.Sprintf("ada%d@example.org", i), Password: goodPassword}, browser))
		})
		users, err := k.Users(ctx, app.System(), store.UserFilter{}, store.Page{})
		if err != nil || len(users.Items) != 1 {
			t.Fatalf("%d users, error %v; want 1", len(users.Items), err)
		}
		link, err = k.NewPasswordLink(ctx, app.System(), users.Items[0].ID)
		fatal(t, err)
		atOnce(t, func(int) error {
			return errOf(k.UseLink(ctx, app.UseLinkInput{Link: link.Secret, Password: goodPassword}, browser))
		})
	})
}

// atOnce does something several times at once, of which exactly one is to succeed.
func atOnce(t *testing.T, do func(i int) error) {
	t.Helper()
	var good atomic.Int64
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			err := do(i)
			switch errs.KindOf(err) {
			case errs.NotFound, errs.Conflict:
			default:
				if err != nil {
					t.Error(err)
				}
				good.Add(1)
			}
		})
	}
	all.Wait()
	if good.Load() != 1 {
		t.Errorf("%d succeeded, want 1", good.Load())
	}
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	ctx, first := t.Context(), setUp(t, k)
	var last app.SignedIn
	for range 3 {
		var err error
		last, err = k.SignIn(ctx, app.SignInInput{Email: "ada@example.org", Password: goodPassword}, browser)
		fatal(t, err)
	}
	all, err := k.Sessions(ctx, last.Actor)
	current := slices.IndexFunc(all, func(s app.Session) bool { return s.Current })
	if err != nil || len(all) != 4 || current < 0 || all[current].ID != last.Actor.Session {
		t.Fatalf("%d sessions, the current is number %d, error %v", len(all), current, err)
	}
	wantKind(t, "a session that there is not", k.EndSession(ctx, last.Actor, "00"), errs.NotFound)
	wantKind(t, "another person's", k.EndSession(ctx, k.Installation(), first.Actor.Session), errs.NotFound)
	fatal(t, k.EndSession(ctx, last.Actor, first.Actor.Session))
	fatal(t, k.EndOtherSessions(ctx, last.Actor))
	if all, err = k.Sessions(ctx, last.Actor); err != nil || len(all) != 1 || !all[0].Current {
		t.Errorf("left: %v, error %v; want the current session", all, err)
	}
}

// vouching is a provider that says what it is told to.
type vouching struct{ identity auth.Identity }

func (v *vouching) Name() string  { return "test" }
func (v *vouching) Title() string { return "Test" }
func (v *vouching) Start(_ context.Context, f auth.Flow) (string, error) {
	return "https://login.example.org/?state=" + f.State, nil
}
func (v *vouching) Finish(_ context.Context, _ auth.Flow, code string) (auth.Identity, error) {
	if code != "good" {
		return auth.Identity{}, errs.E(errs.Denied, "no")
	}
	return v.identity, nil
}

func TestSignInElsewhere(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, provider := t.Context(), &vouching{auth.Identity{Provider: "test", Subject: "1", Email: "ada@example.org"}}
		k.SignInWith = []auth.Provider{provider}
		root := setUp(t, k).Actor
		begin := func(next string) app.ExternalReturn {
			t.Helper()
			start, err := k.StartExternal(ctx, "test", next)
			fatal(t, err)
			u, err := url.Parse(start.URL)
			fatal(t, err)
			return app.ExternalReturn{Provider: "test", Code: "good", State: u.Query().Get("state"), Cookie: start.Cookie}
		}
		back := func(change func(*app.ExternalReturn)) error {
			t.Helper()
			in := begin("/")
			change(&in)
			_, _, err := k.FinishExternal(ctx, in, browser)
			return err
		}
		signed, next, err := k.FinishExternal(ctx, begin("/projects?q=x"), browser)
		if err != nil || next != "/projects?q=x" || signed.Actor.UserID != root.UserID {
			t.Fatalf("signed in as %+v to %q, error %v", signed.Actor, next, err)
		}
		provider.identity.Email = "renamed@example.org"
		if err := back(func(*app.ExternalReturn) {}); err != nil {
			t.Errorf("with another address, but the same subject: %v", err)
		}
		wantKind(t, "another state", back(func(in *app.ExternalReturn) { in.State = "x" }), errs.Denied)
		wantKind(t, "another browser", back(func(in *app.ExternalReturn) { in.Cookie = begin("/").Cookie }), errs.Denied)
		wantKind(t, "no cookie", back(func(in *app.ExternalReturn) { in.Cookie, in.State = "", "" }), errs.Denied)
		wantKind(t, "an empty cookie", back(func(in *app.ExternalReturn) { in.Cookie, in.State = "e30", "" }), errs.Denied)
		wantKind(t, "a refusal", back(func(in *app.ExternalReturn) { in.Error = "access_denied" }), errs.Denied)
		wantKind(t, "a bad code", back(func(in *app.ExternalReturn) { in.Code = "bad" }), errs.Denied)
		wantKind(t, "an unknown provider", back(func(in *app.ExternalReturn) { in.Provider = "other" }), errs.NotFound)
		wantKind(t, "too late", back(func(*app.ExternalReturn) { k.Clock.Add(app.ExternalLife + time.Second) }), errs.Denied)

		provider.identity = auth.Identity{Provider: "test", Subject: "2", Email: "ada@example.org"}
		wantKind(t, "an address that changed hands at the provider", back(func(*app.ExternalReturn) {}), errs.Denied)
		provider.identity = auth.Identity{Provider: "test", Subject: "3", Email: "eve@example.org"}
		wantKind(t, "somebody who was not invited", back(func(*app.ExternalReturn) {}), errs.Denied)
		eve, err := k.InviteUser(ctx, root, app.InviteInput{Organisation: k.Organisation("o"), Email: "eve@example.org", Role: app.Viewer})
		fatal(t, err)
		if err := back(func(*app.ExternalReturn) {}); err != nil {
			t.Errorf("somebody who was invited: %v", err)
		}
		yes := true
		_, err = k.UpdateUser(ctx, root, eve.User.ID, 1, app.UserChange{Disabled: &yes})
		fatal(t, err)
		wantKind(t, "a disabled user", back(func(*app.ExternalReturn) {}), errs.Anonymous)
	})
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"/projects?q=1#x": "/projects?q=1#x", "": "/", "projects": "/", "//evil.example.org": "/", "/\\evil.example.org": "/",
		"https://evil.example.org": "/", "javascript:alert(1)": "/", "/\t/evil.example.org": "/", "/%2f/x": "/%2f/x", "/a\r\nb": "/",
	} {
		if got := app.LocalPath(given); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", given, got, want)
		}
	}
}

// TestNoSecretInJSON: what the use-cases answer with is safe to write out.
func TestNoSecretInJSON(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	root := setUp(t, k).Actor
	u, err := k.Store.User(t.Context(), root.UserID)
	fatal(t, err)
	seen, err := k.Users(t.Context(), root, store.UserFilter{}, store.Page{})
	fatal(t, err)
	text, err := json.Marshal(seen)
	if err != nil || u.Password == "" || strings.Contains(string(text), "argon2") {
		t.Errorf("users as JSON: %s, error %v", text, err)
	}
}
