package app

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Groups lists an organisation's groups by name, for all its members.
func (a *App) Groups(ctx context.Context, who Actor, organisation string, p store.Page) (store.List[store.Group], error) {
	if err := who.needIn(organisation, Viewer, ScopeRead); err != nil {
		return store.List[store.Group]{}, err
	}
	return a.Store.Groups(ctx, organisation, p)
}

// Group reads one.
func (a *App) Group(ctx context.Context, who Actor, id string) (store.Group, error) {
	return a.group(ctx, a.Store, who, id, Viewer, ScopeRead)
}

// group reads a group for somebody with at least a role in its organisation.
func (a *App) group(ctx context.Context, st store.Store, who Actor, id string, least Role, scope Scope) (store.Group, error) {
	g, err := st.Group(ctx, id)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return store.Group{}, err
	}
	role := Nobody
	if err == nil {
		role = who.In(g.Organisation)
	}
	if err := who.need(role, least, scope, "group with this id"); err != nil {
		return store.Group{}, err
	}
	return g, nil
}

// CreateGroup adds a group to an organisation.
func (a *App) CreateGroup(ctx context.Context, who Actor, organisation, name string) (store.Group, error) {
	if err := who.needIn(organisation, Administrator, ScopeManage); err != nil {
		return store.Group{}, err
	}
	g := store.Group{ID: store.NewID(), Organisation: organisation, Name: strings.TrimSpace(name), Revision: 1}
	var faults Faults
	if faults.checkName("name", g.Name); len(faults) > 0 {
		return store.Group{}, faults.Err()
	}
	return g, a.Store.Tx(ctx, func(tx store.Store) error {
		if _, err := tx.Organisation(ctx, organisation); err != nil { // an administrator of the installation is in any
			return err
		}
		if err := tx.CreateGroup(ctx, g); err != nil {
			return err
		}
		return a.auditGroup(ctx, tx, who, g, "group.create", map[string]any{"name": g.Name})
	})
}

func (a *App) auditGroup(ctx context.Context, tx store.Store, who Actor, g store.Group, action string, detail map[string]any) error {
	return a.audit(ctx, tx, who, store.Event{Organisation: g.Organisation, Action: action, Object: "group:" + g.ID, Detail: detail})
}

// changeGroup changes a group in a transaction, as an administrator.
func (a *App) changeGroup(ctx context.Context, who Actor, id, action string, change func(tx store.Store, g *store.Group) (detail map[string]any, err error)) (store.Group, error) {
	var g store.Group
	err := a.Store.Tx(ctx, func(tx store.Store) (err error) {
		if g, err = a.group(ctx, tx, who, id, Administrator, ScopeManage); err != nil {
			return err
		}
		detail, err := change(tx, &g)
		if err != nil {
			return err
		}
		return a.auditGroup(ctx, tx, who, g, action, detail)
	})
	return g, err
}

// RenameGroup changes a group's name.
func (a *App) RenameGroup(ctx context.Context, who Actor, id string, revision int64, name string) (store.Group, error) {
	return a.changeGroup(ctx, who, id, "group.update", func(tx store.Store, g *store.Group) (map[string]any, error) {
		old := g.Name
		g.Name, g.Revision = strings.TrimSpace(name), revision
		var faults Faults
		if faults.checkName("name", g.Name); len(faults) > 0 {
			return nil, faults.Err()
		}
		if err := tx.UpdateGroup(ctx, *g); err != nil {
			return nil, err
		}
		g.Revision++
		return map[string]any{"name": []string{old, g.Name}}, nil
	})
}

// DeleteGroup removes a group and what projects grant it.
func (a *App) DeleteGroup(ctx context.Context, who Actor, id string) error {
	_, err := a.changeGroup(ctx, who, id, "group.delete", func(tx store.Store, g *store.Group) (map[string]any, error) {
		return map[string]any{"name": g.Name}, tx.DeleteGroup(ctx, g.ID)
	})
	return err
}

// GroupMembers lists who is in a group, by address.
func (a *App) GroupMembers(ctx context.Context, who Actor, id string, p store.Page) (store.List[User], error) {
	g, err := a.Group(ctx, who, id)
	if err != nil {
		return store.List[User]{}, err
	}
	found, err := a.Store.GroupMembers(ctx, g.ID, p)
	return mapped(found, userOf), err
}

// AddToGroup puts a member of the organisation into a group.
func (a *App) AddToGroup(ctx context.Context, who Actor, group, user string) error {
	_, err := a.changeGroup(ctx, who, group, "group.add", func(tx store.Store, g *store.Group) (map[string]any, error) {
		if err := isMember(ctx, tx, g.Organisation, user); err != nil {
			return nil, err
		}
		return map[string]any{"user": user}, tx.AddToGroup(ctx, g.ID, user)
	})
	return err
}

// isMember is the refusal of those who are not in an organisation.
func isMember(ctx context.Context, st store.Store, organisation, user string) error {
	roles, err := st.Memberships(ctx, user)
	if err == nil && roles[organisation] == "" {
		return errs.E(errs.NotFound, "there is no member of the organisation with this id")
	}
	return err
}

// RemoveFromGroup takes a user out of a group.
func (a *App) RemoveFromGroup(ctx context.Context, who Actor, group, user string) error {
	_, err := a.changeGroup(ctx, who, group, "group.remove", func(tx store.Store, g *store.Group) (map[string]any, error) {
		return map[string]any{"user": user}, tx.RemoveFromGroup(ctx, g.ID, user)
	})
	return err
}
