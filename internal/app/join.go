package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// maxPending bounds how many unanswered invitations are listed.
const maxPending = 200

// PendingMembers lists who was asked into an organisation and has not answered, for
// its administrators; with an empty organisation for those of the installation.
func (a *App) PendingMembers(ctx context.Context, who Actor, organisation string) ([]store.PendingMember, error) {
	err := who.needInstallation(ScopeRead)
	if organisation != "" {
		err = who.needIn(organisation, Administrator, ScopeRead)
	}
	if err != nil {
		return nil, err
	}
	return a.Store.PendingMembers(ctx, organisation, a.Clock(), maxPending)
}

// Join makes who is signed in a member of the organisation that a link asks them
// into. Denied: the link is for another account, or a token asks. Conflict: they are
// in it already.
func (a *App) Join(ctx context.Context, who Actor, secret string) (Membership, error) {
	if err := who.needSession(); err != nil {
		return Membership{}, err
	}
	l, err := a.goodLink(ctx, secret, store.LinkJoin)
	if err != nil {
		return Membership{}, err
	}
	if l.UserID != who.UserID {
		return Membership{}, errs.E(errs.Denied, "this invitation is for another account: sign in with that one")
	}
	joined := Membership{Role: Role(l.Role)}
	return joined, a.Store.Tx(ctx, func(tx store.Store) (err error) {
		if joined.Organisation, err = tx.Organisation(ctx, l.Organisation); err != nil {
			return err
		}
		return a.join(ctx, tx, who, l)
	})
}

func (a *App) join(ctx context.Context, tx store.Store, who Actor, l store.Link) error {
	if err := tx.SpendLink(ctx, l.Hash, a.Clock()); err != nil {
		return err
	}
	roles, err := tx.Memberships(ctx, who.UserID)
	if err != nil {
		return err
	}
	if roles[l.Organisation] != "" {
		return errs.E(errs.Conflict, "you are in this organisation already")
	}
	if err := tx.SetMember(ctx, l.Organisation, who.UserID, l.Role); err != nil {
		return err
	}
	return a.audit(ctx, tx, who, store.Event{
		Organisation: l.Organisation, Action: "member.join", Object: "user:" + who.UserID, Detail: map[string]any{"role": l.Role},
	})
}
