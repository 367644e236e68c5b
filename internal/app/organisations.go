package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// OrganisationInput is what an organisation is called.
type OrganisationInput struct {
	Name string
	Slug string // empty: made from the name
}

// Organisations lists the organisations that the actor is in, by name, with the
// role; for the installation's administrators all.
func (a *App) Organisations(ctx context.Context, who Actor) (out0 []Membership, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// Organisation reads one that the actor is in.
func (a *App) Organisation(ctx context.Context, who Actor, id string) (out0 Membership, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// CreateOrganisation adds one, with the actor as its administrator.
func (a *App) CreateOrganisation(ctx context.Context, who Actor, in OrganisationInput) (out0 store.Organisation, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}

// UpdateOrganisation renames one.
func (a *App) UpdateOrganisation(ctx context.Context, who Actor, id string, revision int64, in OrganisationInput) (out0 store.Organisation, err error) {
	err = errs.E(errs.Unavailable, "not built yet")
	return
}
