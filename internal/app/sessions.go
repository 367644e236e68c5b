package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// Client is where a request comes from.
type Client struct {
	Address string // of the network, without a port
	Agent   string // as the browser calls itself
}

// SignInInput is what the form of signing in asks.
type SignInInput struct {
	Email, Password string
}

// SignedIn is a new session. The cookie's value is a secret: HttpOnly,
// SameSite=Lax.
type SignedIn struct {
	Cookie  string
	Expires time.Time
	Actor   Actor
}

// Session is a signed-in browser, as its owner may see it.
type Session struct {
	ID        string
	Current   bool
	Address   string
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// SignIn opens a session by address and password. Anonymous: they are wrong, or
// the account is disabled; Busy: too many attempts.
func (a *App) SignIn(ctx context.Context, in SignInInput, c Client) (out0 SignedIn, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// SignOut ends the session of a cookie; an unknown one is no error.
func (a *App) SignOut(ctx context.Context, cookie string, c Client) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// ActorOfSession is who a cookie stands for; Anonymous if its session is unknown,
// expired or its user disabled.
func (a *App) ActorOfSession(ctx context.Context, cookie string, c Client) (out0 Actor, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// ActorOfToken is who a token's secret stands for; Anonymous if it is unknown,
// expired or revoked, or its user disabled.
func (a *App) ActorOfToken(ctx context.Context, secret string, c Client) (out0 Actor, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// ActorOfUser is who a user is, as by a session but without one: for programs that
// the operator runs on the server's own machine, and for tests.
func (a *App) ActorOfUser(ctx context.Context, user string, c Client) (out0 Actor, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// Sessions lists the actor's own sessions, last used first.
func (a *App) Sessions(ctx context.Context, who Actor) (out0 []Session, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// EndSession ends one of the actor's own sessions.
func (a *App) EndSession(ctx context.Context, who Actor, id string) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// EndOtherSessions ends all of the actor's sessions but the current one.
func (a *App) EndOtherSessions(ctx context.Context, who Actor) error {
	return errs.E(errs.Unavailable, "not built yet")
}
