package app

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// ProviderInfo is a service to sign in with.
type ProviderInfo struct {
	Name  string // in addresses: /sign-in/NAME, and /sign-in/NAME/callback
	Title string // on the button
}

// ExternalStart is where to send a browser that signs in elsewhere.
type ExternalStart struct {
	URL    string
	Cookie string // to be kept by the browser until it comes back: HttpOnly, SameSite=Lax, ten minutes
}

// ExternalReturn is what a browser brings back.
type ExternalReturn struct {
	Provider string
	Code     string // of the query
	State    string // of the query
	Error    string // of the query: the user refused, or the like
	Cookie   string // see ExternalStart
}

// ExternalLife is how long a browser may take to sign in elsewhere.
const ExternalLife = 10 * time.Minute

// departure is what the browser's cookie holds meanwhile. Only that browser can
// finish what it began, so it needs no signature: who can write its cookies has
// it already.
type departure struct {
	Flow auth.Flow `json:"f"`
	Next string    `json:"n"`
	At   int64     `json:"t"` // milliseconds
}

// Providers lists the services that one may sign in with.
func (a *App) Providers() []ProviderInfo {
	out := make([]ProviderInfo, len(a.SignInWith))
	for i, p := range a.SignInWith {
		out[i] = ProviderInfo{p.Name(), p.Title()}
	}
	return out
}

func (a *App) provider(name string) (auth.Provider, error) {
	for _, p := range a.SignInWith {
		if p.Name() == name {
			return p, nil
		}
	}
	return nil, errs.E(errs.NotFound, "there is no such service to sign in with")
}

// StartExternal begins to sign in with a provider. Next is the path to show
// afterwards; anything but a path of this server is taken for "/".
func (a *App) StartExternal(ctx context.Context, provider, next string) (ExternalStart, error) {
	p, err := a.provider(provider)
	if err != nil {
		return ExternalStart{}, err
	}
	d := departure{auth.NewFlow(provider), LocalPath(next), a.Clock().UnixMilli()}
	target, err := p.Start(ctx, d.Flow)
	if err != nil {
		return ExternalStart{}, err
	}
	cookie, err := json.Marshal(d)
	return ExternalStart{target, base64.RawURLEncoding.EncodeToString(cookie)}, err
}

// LocalPath is a path of this server, as it was given, or "/" if it was none: an
// address of another server, or something that a browser would take for one.
func LocalPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// FinishExternal ends it: it opens a session for the user whom the provider names
// and returns the path to show. Only users that were invited can sign in, found
// by the identity, or the first time by the address that the provider verified.
func (a *App) FinishExternal(ctx context.Context, in ExternalReturn, c Client) (SignedIn, string, error) {
	p, err := a.provider(in.Provider)
	if err != nil {
		return SignedIn{}, "", err
	}
	d, err := a.arrived(in)
	if err != nil {
		return SignedIn{}, "", err
	}
	if err := a.attempts.from(a.Clock(), c.Address); err != nil {
		return SignedIn{}, "", err
	}
	identity, err := p.Finish(ctx, d.Flow, in.Code)
	if err != nil {
		return SignedIn{}, "", err
	}
	var signed SignedIn
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		user, err := a.known(ctx, tx, identity, c)
		if err != nil {
			return err
		}
		signed, err = a.startSession(ctx, tx, user, c, identity.Provider)
		return err
	})
	return signed, d.Next, err
}

// arrived checks that a browser brings back what it was given.
func (a *App) arrived(in ExternalReturn) (d departure, err error) {
	text, errText := base64.RawURLEncoding.DecodeString(in.Cookie)
	if errText != nil || json.Unmarshal(text, &d) != nil || d.Flow.State == "" || d.Flow.Provider != in.Provider ||
		subtle.ConstantTimeCompare([]byte(d.Flow.State), []byte(in.State)) != 1 {
		return d, errs.E(errs.Denied, "this sign-in was not begun in this browser; begin anew")
	}
	switch age := a.Clock().Sub(time.UnixMilli(d.At)); {
	case age > ExternalLife || age < -ExternalLife:
		return d, errs.E(errs.Denied, "this sign-in took too long; begin anew")
	case in.Error != "" || in.Code == "":
		return d, errs.E(errs.Denied, "the sign-in was cancelled")
	}
	d.Next = LocalPath(d.Next)
	return d, nil
}

// known finds the user whom an identity stands for, and ties them together the
// first time. An address that already signs in with another account of the same
// provider has changed hands there: it opens nothing.
func (a *App) known(ctx context.Context, tx store.Store, i auth.Identity, c Client) (store.User, error) {
	user, err := tx.UserByIdentity(ctx, i.Provider, i.Subject)
	if errs.KindOf(err) == errs.NotFound {
		user, err = a.tie(ctx, tx, i, c)
	}
	if err != nil {
		return store.User{}, err
	}
	if user.Disabled {
		return store.User{}, errs.E(errs.Anonymous, "this account is disabled")
	}
	return user, nil
}

func (a *App) tie(ctx context.Context, tx store.Store, i auth.Identity, c Client) (store.User, error) {
	uninvited := errs.E(errs.Denied, "nobody with the address %s was invited here; ask an administrator", i.Email)
	user, err := tx.UserByEmail(ctx, i.Email)
	if errs.KindOf(err) == errs.NotFound || err == nil && user.Disabled {
		return store.User{}, uninvited
	}
	if err != nil {
		return store.User{}, err
	}
	has, err := tx.Identities(ctx, user.ID)
	if err != nil {
		return store.User{}, err
	}
	for _, other := range has {
		if other.Provider == i.Provider {
			return store.User{}, errs.E(errs.Denied, "this address belongs to another account of the service; ask an administrator")
		}
	}
	if err := tx.AddIdentity(ctx, store.Identity{Provider: i.Provider, Subject: i.Subject, UserID: user.ID}); err != nil {
		return store.User{}, err
	}
	who := Actor{UserID: user.ID, Address: c.Address}
	return user, a.audit(ctx, tx, who, store.Event{Action: "user.identity", Object: "user:" + user.ID, Detail: map[string]any{"provider": i.Provider}})
}
