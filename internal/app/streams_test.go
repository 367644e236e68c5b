package app_test

import (
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// TestFollowingEndsWithTheRight: who follows a log hears no more of it when the
// session, the token, the account or the membership has ended.
func TestFollowingEndsWithTheRight(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk) {
		d.FollowCheck = 10 * time.Millisecond
		ctx, root := t.Context(), d.Installation()
		s := d.scan(app.NewScan{})
		follow := func(name string, who app.Actor, end func(), want errs.Kind) {
			t.Helper()
			var last error
			for _, err := range d.FollowLog(ctx, who, s.ID, 0) {
				if last = err; err == nil {
					end() // with the first event, after which none comes by itself
				}
			}
			wantKind(t, name, last, want)
		}
		made, err := d.CreateToken(ctx, d.developer, app.TokenInput{Name: "t", Scopes: []app.Scope{app.ScopeRead}})
		d.must(err)
		program, err := d.ActorOfToken(ctx, made.Secret, browser)
		d.must(err)
		follow("a token", program, func() { d.must(d.RevokeToken(ctx, d.developer, made.ID)) }, errs.Anonymous)

		now, cookie := d.Clock.Now(), auth.NewSecret()
		d.must(d.Store.CreateSession(ctx, store.Session{
			Hash: auth.HashSecret(cookie), UserID: d.developer.UserID, CSRF: "c", CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour), Address: "a",
		}))
		signed, err := d.ActorOfSession(ctx, cookie, browser)
		d.must(err)
		follow("a session", signed, func() { d.must(d.SignOut(ctx, cookie, browser)) }, errs.Anonymous)

		leaver := d.Actor(d.organisation, app.Viewer)
		follow("a membership", leaver, func() { d.must(d.RemoveMember(ctx, root, d.organisation, leaver.UserID)) }, errs.NotFound)
		yes := true
		follow("an account", d.developer, func() {
			_, err := d.UpdateUser(ctx, root, d.developer.UserID, 1, app.UserChange{Disabled: &yes})
			d.must(err)
		}, errs.Anonymous)
	})
}

// TestStreamsAreBounded: nobody holds more streams open than a browser with many
// tabs, and a place that was given back is free, once.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	a := app.New(app.Deps{})
	one, other := app.Actor{UserID: "one"}, app.Actor{UserID: "other"}
	var leave func()
	n := 0
	for {
		l, err := a.Listen(one)
		if err != nil {
			wantKind(t, "one too many", err, errs.Busy)
			break
		}
		if leave, n = l, n+1; n > 100 {
			t.Fatal("there is no bound")
		}
	}
	if _, err := a.Listen(other); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	leave()
	leave()
	if _, err := a.Listen(one); err != nil {
		t.Errorf("after one was closed: %v", err)
	}
	_, err := a.Listen(one)
	wantKind(t, "a place that was given back twice", err, errs.Busy)
}
