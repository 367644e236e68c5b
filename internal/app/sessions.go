package app

import (
	"context"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Client is where a request comes from.
type Client struct {
	Address string // of the network, without a port
	Agent   string // as the browser calls itself
	Cookie  string // the session that the browser has, which signing in ends
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

// seenStep is how exactly it is known when a session or a token was last used: so
// often at most is it written.
const seenStep = time.Minute

// maxAgent bounds in bytes what is kept of a browser's name.
const maxAgent = 200

// signInDefaults fills in what was not said of signing in.
func (d Deps) signInDefaults() Deps {
	if d.Passwords == nil {
		d.Passwords = auth.NewPasswords(auth.PasswordOptions{})
	}
	if d.SessionIdle == 0 {
		d.SessionIdle = 12 * time.Hour
	}
	if d.SessionLife == 0 {
		d.SessionLife = 14 * 24 * time.Hour
	}
	if d.FollowCheck == 0 {
		d.FollowCheck = 15 * time.Second
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return d
}

// attempts bound guessing: of one account from one address, of one account from
// anywhere, and from one address of anything. The second is wide, as it lets a
// stranger keep somebody out.
type attempts struct {
	pair, account, address *auth.Throttle
}

func newAttempts() attempts {
	const keys = 20_000
	return attempts{
		pair:    auth.NewThrottle(10, time.Minute, keys),
		account: auth.NewThrottle(100, 10*time.Second, keys),
		address: auth.NewThrottle(50, 5*time.Second, keys),
	}
}

func (t attempts) try(now time.Time, email, address string) error {
	if err := t.from(now, address); err != nil {
		return err
	}
	if err := t.pair.Try(now, pairOf(email, address)); err != nil {
		return err
	}
	return t.account.Try(now, clip(email, maxEmail))
}

// from takes an attempt of an address, whatever is tried.
func (t attempts) from(now time.Time, address string) error {
	return t.address.Try(now, auth.Network(address))
}

func (t attempts) forgive(email, address string) {
	t.pair.Forgive(pairOf(email, address))
	t.account.Forgive(clip(email, maxEmail))
}

// pairOf names an account and where it is tried from. What is made up as an
// account may be long; the memory is not filled with it.
func pairOf(email, address string) string {
	return auth.Network(address) + " " + clip(email, maxEmail)
}

// errWrong is the same for everything that may be wrong with a sign-in.
func errWrong() error { return errs.E(errs.Anonymous, "the address or the password is wrong") }

// SignIn opens a session by address and password. Anonymous: they are wrong, or
// the account is disabled; Busy: too many attempts.
func (a *App) SignIn(ctx context.Context, in SignInInput, c Client) (SignedIn, error) {
	email := cleanEmail(in.Email)
	if err := a.attempts.try(a.Clock(), email, c.Address); err != nil {
		return SignedIn{}, err
	}
	user, err := a.Store.UserByEmail(ctx, email)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return SignedIn{}, err
	}
	good, err := a.Passwords.Verify(ctx, user.Password, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if !good || user.Disabled {
		return SignedIn{}, a.refuseSignIn(ctx, user, c)
	}
	a.attempts.forgive(email, c.Address)
	if err := a.strengthen(ctx, user, in.Password); err != nil {
		return SignedIn{}, err
	}
	return a.openSession(ctx, user, c, "password")
}

// refuseSignIn notes an attempt, also on an account that there is not: an answer
// that comes sooner would tell.
func (a *App) refuseSignIn(ctx context.Context, user store.User, c Client) error {
	a.Log.WarnContext(ctx, "sign-in refused", "user", user.ID, "address", c.Address)
	who := Actor{UserID: user.ID, Address: c.Address}
	if err := a.audit(ctx, a.Store, who, store.Event{Action: "session.refuse", Object: "user:" + user.ID}); err != nil {
		return err
	}
	return errWrong()
}

// strengthen hashes a password anew that was hashed at a lower cost.
func (a *App) strengthen(ctx context.Context, user store.User, password string) error {
	if !a.Passwords.Outdated(user.Password) {
		return nil
	}
	encoded, err := a.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.Store.SetPassword(ctx, user.ID, encoded)
}

// openSession signs a user in, in a transaction of its own.
func (a *App) openSession(ctx context.Context, user store.User, c Client, by string) (signed SignedIn, err error) {
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		signed, err = a.startSession(ctx, tx, user, c, by)
		return err
	})
	return signed, err
}

// startSession makes a session with new secrets and ends the one that the browser
// had: a cookie that somebody planted is worth nothing after signing in.
func (a *App) startSession(ctx context.Context, tx store.Store, user store.User, c Client, by string) (SignedIn, error) {
	now, cookie := a.Clock(), auth.NewSecret()
	s := store.Session{
		Hash: auth.HashSecret(cookie), UserID: user.ID, CSRF: auth.NewSecret(), CreatedAt: now, SeenAt: now,
		ExpiresAt: now.Add(a.SessionLife), Address: c.Address, Agent: clip(strings.ToValidUTF8(c.Agent, "?"), maxAgent),
	}
	if c.Cookie != "" {
		if err := tx.DeleteSession(ctx, auth.HashSecret(c.Cookie)); err != nil {
			return SignedIn{}, err
		}
	}
	if err := tx.CreateSession(ctx, s); err != nil {
		return SignedIn{}, err
	}
	if err := tx.SetSeen(ctx, user.ID, now); err != nil {
		return SignedIn{}, err
	}
	who, err := a.actorOf(ctx, tx, user, "", c)
	if err != nil {
		return SignedIn{}, err
	}
	who.CSRF, who.Session = s.CSRF, sessionID(s.Hash)
	err = a.audit(ctx, tx, who, store.Event{Action: "session.create", Object: "user:" + user.ID, Detail: map[string]any{"by": by}})
	return SignedIn{Cookie: cookie, Expires: s.ExpiresAt, Actor: who}, err
}

// sessionID names a session. It is made of the hash, of which nobody makes a
// cookie.
func sessionID(hash []byte) string { return hex.EncodeToString(hash[:16]) }

// SignOut ends the session of a cookie; an unknown one is no error.
func (a *App) SignOut(ctx context.Context, cookie string, c Client) error {
	hash := auth.HashSecret(cookie)
	s, err := a.Store.Session(ctx, hash)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		if err := tx.DeleteSession(ctx, hash); err != nil {
			return err
		}
		who := Actor{UserID: s.UserID, Address: c.Address}
		return a.audit(ctx, tx, who, store.Event{Action: "session.end", Object: "user:" + s.UserID})
	})
}

// ActorOfSession is who a cookie stands for; Anonymous if its session is unknown,
// expired or its user disabled.
func (a *App) ActorOfSession(ctx context.Context, cookie string, c Client) (Actor, error) {
	s, err := a.Store.Session(ctx, auth.HashSecret(cookie))
	now := a.Clock()
	if errs.KindOf(err) == errs.NotFound || err == nil && (!now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) > a.SessionIdle) {
		return Actor{}, errs.E(errs.Anonymous, "your session has ended; sign in again")
	}
	if err != nil {
		return Actor{}, err
	}
	who, err := a.enabled(ctx, s.UserID, "", c)
	if err != nil {
		return Actor{}, err
	}
	who.CSRF, who.Session = s.CSRF, sessionID(s.Hash)
	if now.Sub(s.SeenAt) >= seenStep {
		a.noteUse(ctx, s.UserID, func(tx store.Store) error { return tx.SawSession(ctx, s.Hash, now) })
	}
	return who, nil
}

// noteUse writes when something was last used. That it cannot is logged and keeps
// nobody from reading.
func (a *App) noteUse(ctx context.Context, user string, note func(tx store.Store) error) {
	err := a.Store.Tx(ctx, func(tx store.Store) error {
		if err := note(tx); err != nil || user == "" {
			return err
		}
		return tx.SetSeen(ctx, user, a.Clock())
	})
	if err != nil && errs.KindOf(err) != errs.NotFound { // not found: ended in between
		a.Log.WarnContext(ctx, "cannot note the last use of a session or token", "error", err)
	}
}

// ActorOfUser is who a user is, as by a session but without one: for programs that
// the operator runs on the server's own machine, and for tests.
func (a *App) ActorOfUser(ctx context.Context, user string, c Client) (Actor, error) {
	return a.enabled(ctx, user, "", c)
}

// enabled is the actor of a user who is not disabled.
func (a *App) enabled(ctx context.Context, user, organisation string, c Client) (Actor, error) {
	u, err := a.Store.User(ctx, user)
	if errs.KindOf(err) == errs.NotFound || err == nil && u.Disabled {
		return Actor{}, errs.E(errs.Anonymous, "this account is disabled")
	}
	if err != nil {
		return Actor{}, err
	}
	return a.actorOf(ctx, a.Store, u, organisation, c)
}

// actorOf gathers a user's rights, narrowed to an organisation if one is given.
func (a *App) actorOf(ctx context.Context, st store.Store, u store.User, organisation string, c Client) (Actor, error) {
	who := Actor{
		UserID: u.ID, Name: u.Name, Email: u.Email, Address: c.Address,
		Installation: u.Administrator, Members: map[string]Role{}, Grants: map[string]Role{},
	}
	roles, err := st.Memberships(ctx, u.ID)
	if err != nil {
		return Actor{}, err
	}
	for id, role := range roles {
		if organisation == "" || id == organisation {
			who.Members[id] = Role(role)
		}
	}
	if organisation != "" && who.Installation {
		who.Installation, who.Members[organisation] = false, Administrator
	}
	grants, err := st.UserGrants(ctx, u.ID, organisation)
	if err != nil {
		return Actor{}, err
	}
	for _, g := range grants {
		if role := Role(g.Role); role.AtLeast(who.Grants[g.Project]) {
			who.Grants[g.Project] = role
		}
	}
	return who, nil
}

// Sessions lists the actor's own sessions, last used first.
func (a *App) Sessions(ctx context.Context, who Actor) ([]Session, error) {
	if err := who.needPerson(ScopeRead); err != nil {
		return nil, err
	}
	all, err := a.Store.UserSessions(ctx, who.UserID)
	out := make([]Session, 0, len(all))
	for _, s := range all {
		if now := a.Clock(); now.Before(s.ExpiresAt) && now.Sub(s.SeenAt) <= a.SessionIdle {
			id := sessionID(s.Hash)
			out = append(out, Session{id, id == who.Session, s.Address, s.Agent, s.CreatedAt, s.SeenAt, s.ExpiresAt})
		}
	}
	return out, err
}

// EndSession ends one of the actor's own sessions.
func (a *App) EndSession(ctx context.Context, who Actor, id string) error {
	if err := who.needPerson(ScopeManage); err != nil {
		return err
	}
	all, err := a.Store.UserSessions(ctx, who.UserID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if sessionID(s.Hash) != id {
			continue
		}
		return a.Store.Tx(ctx, func(tx store.Store) error {
			if err := tx.DeleteSession(ctx, s.Hash); err != nil {
				return err
			}
			return a.audit(ctx, tx, who, store.Event{Action: "session.end", Object: "user:" + who.UserID})
		})
	}
	return errs.E(errs.NotFound, "there is no such session")
}

// EndOtherSessions ends all of the actor's sessions but the current one.
func (a *App) EndOtherSessions(ctx context.Context, who Actor) error {
	if err := who.needPerson(ScopeManage); err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		if err := a.endOthers(ctx, tx, who); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{Action: "session.end", Object: "user:" + who.UserID, Detail: map[string]any{"others": true}})
	})
}

// endOthers ends the actor's sessions but the current one.
func (a *App) endOthers(ctx context.Context, tx store.Store, who Actor) error {
	all, err := tx.UserSessions(ctx, who.UserID)
	if err != nil {
		return err
	}
	var current []byte
	for _, s := range all {
		if sessionID(s.Hash) == who.Session {
			current = s.Hash
		}
	}
	return tx.DeleteSessions(ctx, who.UserID, current)
}

// ExpireSignIns removes sessions, links and kept answers that are over: what
// somebody does now and then.
func (a *App) ExpireSignIns(ctx context.Context) error {
	now := a.Clock()
	if _, err := a.Store.ExpireSessions(ctx, now, now.Add(-a.SessionIdle)); err != nil {
		return err
	}
	if _, err := a.Store.ExpireLinks(ctx, now.Add(-linkGrace)); err != nil {
		return err
	}
	_, err := a.Store.ExpireAnswers(ctx, now.Add(-answerLife))
	return err
}

// linkGrace is how long a link that expired is told from one that never was, and
// answerLife how long answers are kept for requests that are sent again.
const (
	linkGrace  = 30 * 24 * time.Hour
	answerLife = 24 * time.Hour
)

// clip shortens a text from outside to so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xC0 == 0x80 { // not within a character
		most--
	}
	return s[:most]
}
