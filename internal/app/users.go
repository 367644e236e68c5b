package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// User is a person with an account, without secrets.
type User struct {
	ID            string
	Email         string
	Name          string
	Administrator bool // of the installation
	Disabled      bool
	HasPassword   bool
	CreatedAt     time.Time
	LastSeenAt    time.Time // zero: never
	Revision      int64
}

// UserDetail is a user with what belongs to them, as far as the actor may know.
type UserDetail struct {
	User
	Memberships []Membership
	Groups      []store.Group
	Providers   []string // that the user can sign in with
}

// Membership is a role in an organisation.
type Membership struct {
	Organisation store.Organisation
	Role         Role
}

// InviteInput is who is to join an organisation.
type InviteInput struct {
	Organisation string // id
	Email        string
	Name         string // empty: the address
	Role         Role
}

// Invitation is what came of it. The link is empty if the user has an account
// already and has just joined.
type Invitation struct {
	User User
	Link Link
}

// UserChange is what is to change; nil is left as it is.
type UserChange struct {
	Name          *string
	Disabled      *bool
	Administrator *bool
}

// ChangePasswordInput is what the form of the account asks.
type ChangePasswordInput struct {
	Old string // empty if there is none yet
	New string
}

// Users lists users: all for the installation's administrators, for others the
// members of f.Organisation, whose administrators they must be. Sort: email.
func (a *App) Users(ctx context.Context, who Actor, f store.UserFilter, p store.Page) (out0 store.List[User], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// User reads one user, whom the actor administers or is.
func (a *App) User(ctx context.Context, who Actor, id string) (out0 UserDetail, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// Account is the actor's own user; Denied for a project's token.
func (a *App) Account(ctx context.Context, who Actor) (out0 UserDetail, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// InviteUser takes a person into an organisation, with a link to choose a
// password if the account is new.
func (a *App) InviteUser(ctx context.Context, who Actor, in InviteInput) (out0 Invitation, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// UpdateUser changes a user. Disabling ends all sessions and tokens. The last
// administrator of the installation stays: Conflict.
func (a *App) UpdateUser(ctx context.Context, who Actor, id string, revision int64, c UserChange) (out0 User, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// NewPasswordLink makes a link with which a user chooses a new password.
func (a *App) NewPasswordLink(ctx context.Context, who Actor, id string) (out0 Link, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// ChangePassword changes the actor's own password, by a session, and ends all
// other sessions.
func (a *App) ChangePassword(ctx context.Context, who Actor, in ChangePasswordInput) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// Rename changes the actor's own name.
func (a *App) Rename(ctx context.Context, who Actor, name string) error {
	return errs.E(errs.Unavailable, "not built yet")
}
