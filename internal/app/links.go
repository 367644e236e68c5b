package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// SetupInput is what the first page asks.
type SetupInput struct {
	Link         string // the secret of the one-time link
	Organisation string // a name
	Name         string
	Email        string
	Password     string
}

// Link is a secret for an address that works once. It is shown when it is made
// and never again.
type Link struct {
	Secret  string
	Expires time.Time
}

// LinkInfo is what the page of a link says.
type LinkInfo struct {
	Purpose string // store.LinkSetup, LinkInvitation, LinkPassword
	Email   string // of the user; empty: setup
	Name    string
	Expires time.Time
}

// UseLinkInput is what the page of an invitation or a new password asks.
type UseLinkInput struct {
	Link     string
	Name     string // empty: as it is
	Password string
}

// SetupNeeded tells whether there is no user yet.
func (a *App) SetupNeeded(ctx context.Context) (out0 bool, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// SetupLink makes the link for the first administrator and ends those made
// before. Its secret is empty if there is a user already.
func (a *App) SetupLink(ctx context.Context) (out0 Link, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// Setup creates the installation's administrator and the first organisation.
// Denied: the link is not good; Conflict: it was done before.
func (a *App) Setup(ctx context.Context, in SetupInput, c Client) (out0 SignedIn, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// OpenLink tells what a link is for, without using it; NotFound if it is unknown,
// used or expired.
func (a *App) OpenLink(ctx context.Context, secret string) (out0 LinkInfo, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// UseLink sets the password that a link allows to set, ends the user's other
// sessions and signs in.
func (a *App) UseLink(ctx context.Context, in UseLinkInput, c Client) (out0 SignedIn, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}
