package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/auth"
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

// tokenLife is how long a person's token lives at most, and when none is said.
const tokenLife = 366 * 24 * time.Hour

// maxTokens bounds how many a person or a project has.
const maxTokens = 200

// Scopes lists the scopes, least first.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeScan, ScopeTriage, ScopeManage} }

// grants is the role that a project's token needs to use a scope.
func (s Scope) grants() Role {
	switch s {
	case ScopeRead:
		return Viewer
	case ScopeScan:
		return Developer
	case ScopeTriage:
		return Approver
	case ScopeManage:
		return Manager
	}
	return Nobody
}

// ActorOfToken is who a token's secret stands for; Anonymous if it is unknown,
// expired or revoked, or its user disabled. Its rights are those that its owner
// has now, narrowed by its scopes; a project's token has rights for the project
// alone, those that its scopes need and no more than a manager's.
func (a *App) ActorOfToken(ctx context.Context, secret string, c Client) (Actor, error) {
	if !auth.LooksLikeToken(secret) {
		return Actor{}, errBadToken()
	}
	t, err := a.Store.TokenByHash(ctx, auth.HashSecret(secret))
	now := a.Clock()
	if errs.KindOf(err) == errs.NotFound || err == nil && a.over(t) {
		return Actor{}, errBadToken()
	}
	if err != nil {
		return Actor{}, err
	}
	who, err := a.ownerOf(ctx, t, c)
	if err != nil {
		return Actor{}, err
	}
	who.TokenID, who.Scopes = t.ID, scopesOf(t.Scopes)
	if now.Sub(t.UsedAt) >= seenStep {
		a.noteUse(ctx, t.UserID, func(tx store.Store) error { return tx.UsedToken(ctx, t.ID, now) })
	}
	return who, nil
}

// over tells whether a token was revoked or has expired.
func (a *App) over(t store.Token) bool {
	return !t.RevokedAt.IsZero() || !t.ExpiresAt.IsZero() && !a.Clock().Before(t.ExpiresAt)
}

func errBadToken() error {
	return errs.E(errs.Anonymous, "the token is not valid: unknown, expired or revoked")
}

// ownerOf is the actor that a token acts for, without the token's own limits.
func (a *App) ownerOf(ctx context.Context, t store.Token, c Client) (Actor, error) {
	if t.UserID != "" {
		return a.enabled(ctx, t.UserID, t.Organisation, c)
	}
	place, err := a.Store.ProjectPlace(ctx, t.Project)
	if errs.KindOf(err) == errs.NotFound {
		return Actor{}, errBadToken() // the project is gone
	}
	role := Nobody
	for _, s := range scopesOf(t.Scopes) {
		if s.grants().AtLeast(role) {
			role = s.grants()
		}
	}
	return Actor{Name: t.Name, Address: c.Address, Project: place.ID, Grants: map[string]Role{place.ID: role}}, err
}

// scopesOf is never nil, which would mean that nothing is narrowed.
func scopesOf(texts []string) []Scope {
	out := make([]Scope, 0, len(texts))
	for _, s := range texts {
		out = append(out, Scope(s))
	}
	return out
}

func tokenOf(t store.Token) Token {
	return Token{t.ID, t.Name, t.Project, t.Organisation, scopesOf(t.Scopes), t.CreatedBy, t.CreatedAt, t.ExpiresAt, t.UsedAt}
}

// Tokens lists the tokens of a project, or with an empty project the actor's own,
// newest first, without those that were revoked.
func (a *App) Tokens(ctx context.Context, who Actor, project string, p store.Page) (store.List[Token], error) {
	f := store.TokenFilter{UserID: who.UserID}
	var err error
	if project == "" {
		err = who.needPerson(ScopeRead)
	} else {
		f = store.TokenFilter{Project: project}
		_, _, err = a.needProject(ctx, who, project, Manager, ScopeRead)
	}
	if err != nil {
		return store.List[Token]{}, err
	}
	found, err := a.Store.Tokens(ctx, f, p)
	return mapped(found, tokenOf), err
}

// mapped is a list of other things made of a list's.
func mapped[A, B any](l store.List[A], as func(A) B) store.List[B] {
	out := store.List[B]{Items: make([]B, len(l.Items)), Next: l.Next}
	for i, v := range l.Items {
		out.Items[i] = as(v)
	}
	return out
}

// CreateToken makes a token: the actor's own by a session only, a project's as
// its manager, with scopes that the actor has.
func (a *App) CreateToken(ctx context.Context, who Actor, in TokenInput) (NewToken, error) {
	begin := a.ownToken
	if in.Project != "" {
		begin = a.projectToken
	}
	var faults Faults
	made, err := begin(ctx, who, in, &faults)
	if err != nil {
		return NewToken{}, err
	}
	in.Name = strings.TrimSpace(in.Name)
	faults.checkName("name", in.Name)
	faults.checkScopes(who, in.Scopes)
	now, secret := a.Clock(), auth.NewToken()
	faults.Unless(in.Expires.IsZero() || in.Expires.After(now), "expires", "is in the past")
	if err := faults.Err(); err != nil {
		return NewToken{}, err
	}
	made.ID, made.Hash, made.Name, made.CreatedBy, made.CreatedAt = store.NewID(), auth.HashSecret(secret), in.Name, who.ID(), now
	for _, s := range Scopes() {
		if slices.Contains(in.Scopes, s) {
			made.Scopes = append(made.Scopes, string(s))
		}
	}
	return NewToken{tokenOf(made), secret}, a.addToken(ctx, who, made)
}

// ownToken begins a token of the actor's.
func (a *App) ownToken(ctx context.Context, who Actor, in TokenInput, f *Faults) (store.Token, error) {
	if err := who.needSession(); err != nil {
		return store.Token{}, err
	}
	latest := a.Clock().Add(tokenLife)
	if in.Expires.IsZero() {
		in.Expires = latest
	}
	f.Unless(!in.Expires.After(latest), "expires", "is more than a year away")
	if in.Organisation != "" {
		if err := who.needIn(in.Organisation, Viewer, ScopeManage); err != nil {
			return store.Token{}, err
		}
		if _, err := a.Store.Organisation(ctx, in.Organisation); err != nil { // an administrator is in any
			return store.Token{}, err
		}
	}
	return store.Token{UserID: who.UserID, Organisation: in.Organisation, ExpiresAt: in.Expires}, nil
}

// projectToken begins a token of a project. A project's token makes no other: it
// would live on when the first is revoked.
func (a *App) projectToken(ctx context.Context, who Actor, in TokenInput, f *Faults) (store.Token, error) {
	place, role, err := a.needProject(ctx, who, in.Project, Manager, ScopeManage)
	if err != nil {
		return store.Token{}, err
	}
	if who.Project != "" {
		return store.Token{}, errs.E(errs.Denied, "a project's token cannot make another")
	}
	for _, s := range in.Scopes {
		f.Unless(role.AtLeast(s.grants()), "scopes", "need a higher role than yours")
	}
	return store.Token{Project: place.ID, Organisation: place.Organisation, ExpiresAt: in.Expires}, nil
}

// checkScopes notes a fault unless the actor has all of the scopes.
func (f *Faults) checkScopes(who Actor, scopes []Scope) {
	f.Unless(len(scopes) > 0, "scopes", "are empty")
	for _, s := range scopes {
		switch {
		case !slices.Contains(Scopes(), s):
			f.Add("scopes", "are of read, scan, triage and manage")
		case !who.may(s):
			f.Add("scopes", "go beyond those of your own token")
		}
	}
}

func (a *App) addToken(ctx context.Context, who Actor, t store.Token) error {
	return a.Store.Tx(ctx, func(tx store.Store) error {
		has, err := tx.Tokens(ctx, store.TokenFilter{UserID: t.UserID, Project: t.Project}, store.Page{Limit: maxTokens})
		if err != nil {
			return err
		}
		if len(has.Items) >= maxTokens {
			return errs.E(errs.Conflict, "there are %d tokens already; revoke some", maxTokens)
		}
		if err := tx.CreateToken(ctx, t); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Organisation: t.Organisation, Project: t.Project, Action: "token.create", Object: "token:" + t.ID,
			Detail: map[string]any{"name": t.Name, "scopes": t.Scopes, "expires": shown(t.ExpiresAt)},
		})
	})
}

// RevokeToken ends one of the actor's tokens, or one of a project as its manager.
// A token may revoke itself, whatever its scopes.
func (a *App) RevokeToken(ctx context.Context, who Actor, id string) error {
	t, err := a.Store.Token(ctx, id)
	if err != nil {
		return err
	}
	if err := a.mayRevoke(ctx, who, t); err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		if err := tx.RevokeToken(ctx, id, a.Clock()); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Organisation: t.Organisation, Project: t.Project, Action: "token.revoke", Object: "token:" + t.ID, Detail: map[string]any{"name": t.Name},
		})
	})
}

func (a *App) mayRevoke(ctx context.Context, who Actor, t store.Token) error {
	switch {
	case who.TokenID == t.ID:
		return nil
	case t.Project != "":
		_, role, err := a.needProject(ctx, who, t.Project, Manager, ScopeManage)
		if role == Nobody && err != nil && errs.KindOf(err) == errs.NotFound {
			return errs.E(errs.NotFound, "there is no token with this id")
		}
		return err
	case t.UserID == who.UserID && who.UserID != "":
		return who.needPerson(ScopeManage)
	}
	return errs.E(errs.NotFound, "there is no token with this id")
}

// shown is an instant as the audit log writes it; empty: never.
func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
