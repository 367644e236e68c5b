package app

import (
	"context"
	"regexp"
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// OrganisationInput is what an organisation is called.
type OrganisationInput struct {
	Name string
	Slug string // empty: made from the name, or left as it is
}

// Organisations lists the organisations that the actor is in, by name, with the
// role; for the installation's administrators all.
func (a *App) Organisations(ctx context.Context, who Actor) ([]Membership, error) {
	if !who.may(ScopeRead) {
		return nil, who.need(Viewer, Viewer, ScopeRead, "organisation")
	}
	all, err := a.Store.Organisations(ctx)
	out := make([]Membership, 0, len(all))
	for _, o := range all {
		if role := who.In(o.ID); role != Nobody {
			out = append(out, Membership{o, role})
		}
	}
	return out, err
}

// Organisation reads one that the actor is in.
func (a *App) Organisation(ctx context.Context, who Actor, id string) (Membership, error) {
	if err := who.needIn(id, Viewer, ScopeRead); err != nil {
		return Membership{}, err
	}
	o, err := a.Store.Organisation(ctx, id)
	return Membership{o, who.In(id)}, err
}

var (
	slugForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	slugOther = regexp.MustCompile(`[^a-z0-9]+`)
)

const maxSlug = 40

// slugOf makes a short name for addresses of a name.
func slugOf(name string) string {
	slug := strings.Trim(slugOther.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if slug = strings.Trim(clip(slug, maxSlug), "-"); slug != "" {
		return slug
	}
	return store.NewID() // a name in another script
}

// clean is the input without space around it, and with a slug in any case.
func (in OrganisationInput) clean(otherwise string) (OrganisationInput, error) {
	in.Name, in.Slug = strings.TrimSpace(in.Name), strings.TrimSpace(in.Slug)
	if in.Slug == "" {
		in.Slug = otherwise
	}
	var faults Faults
	faults.checkName("name", in.Name)
	faults.Unless(slugForm.MatchString(in.Slug) && len(in.Slug) <= maxSlug, "slug", "is not made of at most %d letters a-z, digits and single hyphens", maxSlug)
	return in, faults.Err()
}

// CreateOrganisation adds one, with the actor as its administrator.
func (a *App) CreateOrganisation(ctx context.Context, who Actor, in OrganisationInput) (store.Organisation, error) {
	if err := who.needInstallation(ScopeManage); err != nil {
		return store.Organisation{}, err
	}
	in, err := in.clean(slugOf(strings.TrimSpace(in.Name)))
	if err != nil {
		return store.Organisation{}, err
	}
	o := store.Organisation{ID: store.NewID(), Slug: in.Slug, Name: in.Name, CreatedAt: a.Clock().UTC(), Revision: 1}
	return o, a.Store.Tx(ctx, func(tx store.Store) error {
		if err := tx.CreateOrganisation(ctx, o); err != nil {
			return err
		}
		if who.UserID != "" {
			if err := tx.SetMember(ctx, o.ID, who.UserID, string(Administrator)); err != nil {
				return err
			}
		}
		return a.audit(ctx, tx, who, store.Event{Organisation: o.ID, Action: "organisation.create", Object: "organisation:" + o.ID, Detail: map[string]any{"name": o.Name}})
	})
}

// UpdateOrganisation renames one.
func (a *App) UpdateOrganisation(ctx context.Context, who Actor, id string, revision int64, in OrganisationInput) (store.Organisation, error) {
	if err := who.needIn(id, Administrator, ScopeManage); err != nil {
		return store.Organisation{}, err
	}
	var o store.Organisation
	err := a.Store.Tx(ctx, func(tx store.Store) error {
		old, err := tx.Organisation(ctx, id)
		if err != nil {
			return err
		}
		in, err := in.clean(old.Slug)
		if err != nil {
			return err
		}
		o = store.Organisation{ID: id, Slug: in.Slug, Name: in.Name, CreatedAt: old.CreatedAt, Revision: revision}
		if err := tx.UpdateOrganisation(ctx, o); err != nil {
			return err
		}
		o.Revision++
		return a.audit(ctx, tx, who, store.Event{
			Organisation: id, Action: "organisation.update", Object: "organisation:" + id,
			Detail: map[string]any{"name": []string{old.Name, o.Name}, "slug": []string{old.Slug, o.Slug}},
		})
	})
	return o, err
}
