package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Groups lists an organisation's groups by name, for all its members.
func (a *App) Groups(ctx context.Context, who Actor, organisation string, p store.Page) (out0 store.List[store.Group], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// Group reads one.
func (a *App) Group(ctx context.Context, who Actor, id string) (out0 store.Group, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// CreateGroup adds a group to an organisation.
func (a *App) CreateGroup(ctx context.Context, who Actor, organisation, name string) (out0 store.Group, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// RenameGroup changes a group's name.
func (a *App) RenameGroup(ctx context.Context, who Actor, id string, revision int64, name string) (out0 store.Group, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// DeleteGroup removes a group and what projects grant it.
func (a *App) DeleteGroup(ctx context.Context, who Actor, id string) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// GroupMembers lists who is in a group, by address.
func (a *App) GroupMembers(ctx context.Context, who Actor, id string, p store.Page) (out0 store.List[User], err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// AddToGroup puts a member of the organisation into a group.
func (a *App) AddToGroup(ctx context.Context, who Actor, group, user string) error {
	return errs.E(errs.Unavailable, "not built yet")
}

// RemoveFromGroup takes a user out of a group.
func (a *App) RemoveFromGroup(ctx context.Context, who Actor, group, user string) error {
	return errs.E(errs.Unavailable, "not built yet")
}
