package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
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

// Providers lists the services that one may sign in with.
func (a *App) Providers() []ProviderInfo { return nil }

// StartExternal begins to sign in with a provider. Next is the path to show
// afterwards; anything but a path of this server is taken for "/".
func (a *App) StartExternal(ctx context.Context, provider, next string) (out0 ExternalStart, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// FinishExternal ends it: it opens a session for the user whom the provider names
// and returns the path to show. Only users that were invited can sign in, found
// by the identity, or the first time by the address that the provider verified.
func (a *App) FinishExternal(ctx context.Context, in ExternalReturn, c Client) (out0 SignedIn, out1 string, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}
