package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Member is somebody in an organisation.
type Member struct {
	User User
	Role Role
}

// Members lists an organisation's members by address, for all of them.
func (a *App) Members(ctx context.Context, who Actor, organisation string, p store.Page) (out0 store.List[Member], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// SetMember changes a member's role; nobody gives a role higher than their own.
// The last administrator of an organisation stays: Conflict.
func (a *App) SetMember(ctx context.Context, who Actor, organisation, user string, role Role) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// RemoveMember takes somebody out of an organisation, its groups and projects.
func (a *App) RemoveMember(ctx context.Context, who Actor, organisation, user string) error {
	return errs.E(errs.Unavailable, "not built yet")
}
