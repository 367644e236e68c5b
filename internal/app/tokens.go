package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Token is a program's key, without its secret.
type Token struct {
	ID           string
	Name         string
	Project      string // empty: a person's
	Organisation string // that it is narrowed to; empty: none
	Scopes       []Scope
	CreatedBy    string // an actor
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero: never
	UsedAt       time.Time // zero: never
}

// TokenInput is what a new token is to be.
type TokenInput struct {
	Name         string
	Scopes       []Scope
	Expires      time.Time // zero: never, for a project's token; a person's lives a year at most
	Project      string    // empty: the actor's own
	Organisation string    // narrows the actor's own to one organisation; empty: all
}

// NewToken is a token with its secret, which is not shown again.
type NewToken struct {
	Token
	Secret string
}

// Tokens lists the tokens of a project, or with an empty project the actor's own,
// newest first, without those that were revoked.
func (a *App) Tokens(ctx context.Context, who Actor, project string, p store.Page) (out0 store.List[Token], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// CreateToken makes a token: the actor's own by a session only, a project's as
// its manager, with scopes that the actor has.
func (a *App) CreateToken(ctx context.Context, who Actor, in TokenInput) (out0 NewToken, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// RevokeToken ends one of the actor's tokens, or one of a project as its manager.
func (a *App) RevokeToken(ctx context.Context, who Actor, id string) error {
	return errs.E(errs.Unavailable, "not built yet")
}
