package app

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Member is somebody in an organisation.
type Member struct {
	User User
	Role Role
}

// Members lists an organisation's members by address, for all of them.
func (a *App) Members(ctx context.Context, who Actor, organisation string, p store.Page) (store.List[Member], error) {
	if err := who.needIn(organisation, Viewer, ScopeRead); err != nil {
		return store.List[Member]{}, err
	}
	found, err := a.Store.Members(ctx, organisation, p)
	return mapped(found, func(m store.Member) Member { return Member{userOf(m.User), Role(m.Role)} }), err
}

// SetMember changes a member's role; nobody gives a role higher than their own.
// The installation's administrators may take in anybody with an account. The last
// administrator of an organisation stays: Conflict.
func (a *App) SetMember(ctx context.Context, who Actor, organisation, user string, role Role) error {
	if err := who.needIn(organisation, Administrator, ScopeManage); err != nil {
		return err
	}
	var faults Faults
	faults.checkRole("role", role, who.In(organisation))
	if err := faults.Err(); err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		old, err := a.memberToChange(ctx, tx, who, organisation, user)
		if err != nil {
			return err
		}
		if err := lastAdministrator(ctx, tx, organisation, user, old, role); err != nil {
			return err
		}
		if err := tx.SetMember(ctx, organisation, user, string(role)); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Organisation: organisation, Action: "member.update", Object: "user:" + user, Detail: map[string]any{"role": []string{string(old), string(role)}},
		})
	})
}

// memberToChange reads the role that a user has in an organisation now.
func (a *App) memberToChange(ctx context.Context, tx store.Store, who Actor, organisation, user string) (Role, error) {
	if _, err := tx.Organisation(ctx, organisation); err != nil {
		return Nobody, err
	}
	if _, err := tx.User(ctx, user); err != nil {
		return Nobody, err
	}
	roles, err := tx.Memberships(ctx, user)
	if err != nil {
		return Nobody, err
	}
	old := Role(roles[organisation])
	if old == Nobody && who.needInstallation(ScopeManage) != nil {
		return Nobody, errs.E(errs.NotFound, "there is no user with this id")
	}
	return old, nil
}

// lastAdministrator is the refusal to take its last administrator from an
// organisation.
func lastAdministrator(ctx context.Context, tx store.Store, organisation, user string, old, role Role) error {
	if old != Administrator || role == Administrator {
		return nil
	}
	all, err := tx.MembersWith(ctx, organisation, string(Administrator))
	if err == nil && slices.Equal(all, []string{user}) {
		return errs.E(errs.Conflict, "this is the last administrator of the organisation; appoint another first")
	}
	return err
}

// RemoveMember takes somebody out of an organisation, its groups and projects; or
// takes back what asks them in.
func (a *App) RemoveMember(ctx context.Context, who Actor, organisation, user string) error {
	if err := who.needIn(organisation, Administrator, ScopeManage); err != nil {
		return err
	}
	return a.Store.Tx(ctx, func(tx store.Store) error {
		roles, err := tx.Memberships(ctx, user)
		if err != nil {
			return err
		}
		asked, err := tx.DeleteJoins(ctx, organisation, user)
		if err != nil {
			return err
		}
		old := Role(roles[organisation])
		if old == Nobody && asked > 0 {
			return a.audit(ctx, tx, who, store.Event{Organisation: organisation, Action: "member.withdraw", Object: "user:" + user})
		}
		if err := lastAdministrator(ctx, tx, organisation, user, old, Nobody); err != nil {
			return err
		}
		if err := tx.RemoveMember(ctx, organisation, user); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, store.Event{
			Organisation: organisation, Action: "member.remove", Object: "user:" + user, Detail: map[string]any{"role": string(old)},
		})
	})
}
