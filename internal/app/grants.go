package app

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Grant is what a project allows a user or a group.
type Grant struct {
	Subject string // user:ID or group:ID
	Name    string // of the user or the group, to show
	Role    Role
}

// Grants lists what a project allows beyond what its organisation does.
func (a *App) Grants(ctx context.Context, who Actor, project string) ([]Grant, error) {
	if _, _, err := a.needProject(ctx, who, project, Viewer, ScopeRead); err != nil {
		return nil, err
	}
	found, err := a.Store.ProjectGrants(ctx, project)
	if err != nil {
		return nil, err
	}
	names, err := a.subjectNames(ctx, found)
	out := make([]Grant, len(found))
	for i, g := range found {
		out[i] = Grant{g.Subject, names[g.Subject], Role(g.Role)}
	}
	return out, err
}

// subjectNames reads what the subjects of grants are called.
func (a *App) subjectNames(ctx context.Context, grants []store.Grant) (map[string]string, error) {
	var users, groups []string
	for _, g := range grants {
		if id, ok := strings.CutPrefix(g.Subject, "user:"); ok {
			users = append(users, id)
		} else if id, ok := strings.CutPrefix(g.Subject, "group:"); ok {
			groups = append(groups, id)
		}
	}
	people, err := a.Store.UsersByID(ctx, users)
	if err != nil {
		return nil, err
	}
	sets, err := a.Store.GroupsByID(ctx, groups)
	names := make(map[string]string, len(grants))
	for id, u := range people {
		names["user:"+id] = u.Name
	}
	for id, g := range sets {
		names["group:"+id] = g.Name
	}
	return names, err
}

// SetGrant gives a member or a group of the project's organisation a role for the
// project. Managers give and change roles up to their own.
func (a *App) SetGrant(ctx context.Context, who Actor, project, subject string, role Role) error {
	place, own, err := a.mayGrant(ctx, who, project)
	if err != nil {
		return err
	}
	var faults Faults
	faults.checkRole("role", role, own)
	if err := faults.Err(); err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		if err := a.isSubject(ctx, tx, place.Organisation, subject); err != nil {
			return err
		}
		old, err := grantToChange(ctx, tx, project, subject, own)
		if err != nil {
			return err
		}
		if err := tx.SetGrant(ctx, store.Grant{Project: project, Subject: subject, Role: string(role)}); err != nil {
			return err
		}
		return a.auditGrant(ctx, tx, who, place, "grant.set", subject, map[string]any{"role": []string{string(old), string(role)}})
	})
}

// mayGrant is the refusal unless the actor manages the project, as a person: what
// a project's token granted would outlive it.
func (a *App) mayGrant(ctx context.Context, who Actor, project string) (store.ProjectPlace, Role, error) {
	place, own, err := a.needProject(ctx, who, project, Manager, ScopeManage)
	if err == nil && who.Project != "" {
		err = errs.E(errs.Denied, "a project's token cannot change who may do what")
	}
	return place, own, err
}

// isSubject is the refusal of those who are not of the organisation.
func (a *App) isSubject(ctx context.Context, tx store.Store, organisation, subject string) error {
	if user, ok := strings.CutPrefix(subject, "user:"); ok {
		return isMember(ctx, tx, organisation, user)
	}
	group, ok := strings.CutPrefix(subject, "group:")
	if !ok {
		return Faults{{"subject", "is neither user:ID nor group:ID"}}.Err()
	}
	g, err := tx.Group(ctx, group)
	if err == nil && g.Organisation != organisation {
		return errs.E(errs.NotFound, "there is no group with this id")
	}
	return err
}

// grantToChange reads the role that a subject has now; Denied if it is higher
// than that of who changes it.
func grantToChange(ctx context.Context, tx store.Store, project, subject string, own Role) (Role, error) {
	all, err := tx.ProjectGrants(ctx, project)
	for _, g := range all {
		if g.Subject != subject {
			continue
		}
		if !own.AtLeast(Role(g.Role)) {
			return Nobody, errs.E(errs.Denied, "this grant is higher than your own role, which is %s", own)
		}
		return Role(g.Role), nil
	}
	return Nobody, err
}

// RemoveGrant takes it away.
func (a *App) RemoveGrant(ctx context.Context, who Actor, project, subject string) error {
	place, own, err := a.mayGrant(ctx, who, project)
	if err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		old, err := grantToChange(ctx, tx, project, subject, own)
		if err != nil {
			return err
		}
		if err := tx.RemoveGrant(ctx, project, subject); err != nil {
			return err
		}
		return a.auditGrant(ctx, tx, who, place, "grant.remove", subject, map[string]any{"role": string(old)})
	})
}

func (a *App) auditGrant(ctx context.Context, tx store.Store, who Actor, place store.ProjectPlace, action, subject string, detail map[string]any) error {
	return a.audit(ctx, tx, who, store.Event{Organisation: place.Organisation, Project: place.ID, Action: action, Object: subject, Detail: detail})
}
