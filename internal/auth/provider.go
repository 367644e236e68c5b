package auth

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// Identity is who somebody is by the word of another service.
type Identity struct {
	Provider string
	Subject  string // never given to another person, unlike the address
	Email    string // verified by the provider, lower case
	Name     string
}

// Flow is what ties a browser's return to its departure. It is made for each.
type Flow struct {
	Provider string
	State    string
	Nonce    string
	Verifier string // of PKCE
}

// NewFlow begins a sign-in with a provider.
func NewFlow(provider string) Flow {
	return Flow{Provider: provider, State: NewSecret(), Nonce: NewSecret(), Verifier: NewSecret()}
}

// Provider is a service that people sign in with.
type Provider interface {
	// Name is a word for addresses, Title what the button says.
	Name() string
	Title() string
	// Start is where to send the browser.
	Start(ctx context.Context, f Flow) (string, error)
	// Finish turns the code that the browser brought back into an identity. Denied:
	// the provider does not vouch for an address that is admitted.
	Finish(ctx context.Context, f Flow, code string) (Identity, error)
}

// ProviderOptions are what the providers have in common.
type ProviderOptions struct {
	ClientID     string
	ClientSecret string
	Redirect     string   // this server's address for the return: …/sign-in/NAME/callback
	Domains      []string // of addresses that are admitted; empty: all
	Client       *http.Client
	Clock        func() time.Time // nil: the tokens' expiry is compared with the system's clock
}

func (o ProviderOptions) client() *http.Client {
	if o.Client != nil {
		return o.Client
	}
	return &http.Client{Timeout: 10 * time.Second}
}

// admit checks the address that a provider gave.
func (o ProviderOptions) admit(i Identity, verified bool, title string) (Identity, error) {
	i.Email = strings.ToLower(strings.TrimSpace(i.Email))
	_, domain, ok := strings.Cut(i.Email, "@")
	switch {
	case i.Subject == "":
		return Identity{}, errs.E(errs.Denied, "%s did not say who you are", title)
	case !ok || !verified:
		return Identity{}, errs.E(errs.Denied, "%s has not verified your address", title)
	case len(o.Domains) > 0 && !slices.ContainsFunc(o.Domains, func(d string) bool { return strings.EqualFold(d, domain) }):
		return Identity{}, errs.E(errs.Denied, "addresses of %q are not admitted", domain)
	}
	return i, nil
}
