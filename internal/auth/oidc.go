package auth

import (
	"context"
	"crypto/subtle"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/assay-sca/assay/internal/errs"
)

// OIDC is a provider that speaks OpenID Connect.
type OIDC struct {
	name, title, issuer string
	o                   ProviderOptions

	mu    sync.Mutex
	found *oidc.Provider // nil: not discovered yet
}

var _ Provider = (*OIDC)(nil)

// GoogleIssuer is Google's.
const GoogleIssuer = "https://accounts.google.com"

// NewOIDC returns the provider with this issuer, whose configuration is fetched
// when somebody first signs in: a provider that is away does not keep the server
// from starting.
func NewOIDC(name, title, issuer string, o ProviderOptions) *OIDC {
	return &OIDC{name: name, title: title, issuer: issuer, o: o}
}

// NewGoogle returns the provider for accounts of Google.
func NewGoogle(o ProviderOptions) *OIDC { return NewOIDC("google", "Google", GoogleIssuer, o) }

// Name implements Provider.
func (p *OIDC) Name() string { return p.name }

// Title implements Provider.
func (p *OIDC) Title() string { return p.title }

// discover fetches the provider's configuration once it answers.
func (p *OIDC) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(ctx, p.issuer)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "%s cannot be reached now: %w", p.title, err)
	}
	p.found = found
	return found, nil
}

func (p *OIDC) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, RedirectURL: p.o.Redirect,
		Endpoint: found.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// Start implements Provider.
func (p *OIDC) Start(ctx context.Context, f Flow) (string, error) {
	found, err := p.discover(oidc.ClientContext(ctx, p.o.client()))
	if err != nil {
		return "", err
	}
	return p.config(found).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// claims are what is read of an ID token.
type claims struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // some write the text "true"
	Name     string `json:"name"`
}

// Finish implements Provider.
func (p *OIDC) Finish(ctx context.Context, f Flow, code string) (Identity, error) {
	ctx = oidc.ClientContext(ctx, p.o.client())
	found, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	token, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, refused(p.title, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, errs.E(errs.Denied, "%s did not say who you are", p.title)
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.o.ClientID, Now: p.o.Clock}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, errs.E(errs.Denied, "what %s said cannot be verified: %w", p.title, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return Identity{}, errs.E(errs.Denied, "what %s said is not about this sign-in", p.title)
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return Identity{}, errs.E(errs.Denied, "what %s said cannot be read: %w", p.title, err)
	}
	verified := c.Verified == true || c.Verified == "true"
	return p.o.admit(Identity{Provider: p.name, Subject: id.Subject, Email: c.Email, Name: c.Name}, verified, p.title)
}
