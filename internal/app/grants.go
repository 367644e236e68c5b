package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
)

// Grant is what a project allows a user or a group.
type Grant struct {
	Subject string // user:ID or group:ID
	Name    string // of the user or the group, to show
	Role    Role
}

// Grants lists what a project allows beyond what its organisation does.
func (a *App) Grants(ctx context.Context, who Actor, project string) (out0 []Grant, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// SetGrant gives a member or a group of the project's organisation a role for the
// project. Managers give and change roles up to their own.
func (a *App) SetGrant(ctx context.Context, who Actor, project, subject string, role Role) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// RemoveGrant takes it away.
func (a *App) RemoveGrant(ctx context.Context, who Actor, project, subject string) error {
	return errs.E(errs.Unavailable, "not built yet")
}
