package app_test

import (
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// TestNobodyJoinsUnasked: an account that an organisation's administrator made for
// an address, and may hold, is not taken into another by inviting that address.
func TestNobodyJoinsUnasked(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, shady, works := t.Context(), k.Organisation("shady"), k.Organisation("works")
		squatter, boss := k.Actor(shady, app.Administrator), k.Actor(works, app.Administrator)
		made, err := k.InviteUser(ctx, squatter, app.InviteInput{Organisation: shady, Email: "grace@example.org", Role: app.Viewer})
		fatal(t, err)
		held, err := k.UseLink(ctx, app.UseLinkInput{Link: made.Link.Secret, Password: goodPassword}, browser)
		fatal(t, err)

		asked, err := k.InviteUser(ctx, boss, app.InviteInput{Organisation: works, Email: "Grace@example.org", Role: app.Approver})
		if err != nil || asked.Joined || asked.Email != "grace@example.org" || asked.User != (app.User{}) {
			t.Fatalf("the invitation is %+v, error %v; want one to confirm that tells nothing of the account", asked, err)
		}
		if in := k.Reload(held.Actor).In(works); in != app.Nobody {
			t.Errorf("the account is %q before anybody confirmed", in)
		}
		if info, err := k.OpenLink(ctx, asked.Link.Secret); err != nil || info.Organisation != "works Ltd" || info.Role != app.Approver || info.Purpose != store.LinkJoin {
			t.Errorf("the link says %+v, error %v", info, err)
		}
		_, err = k.UseLink(ctx, app.UseLinkInput{Link: asked.Link.Secret, Password: goodPassword}, browser)
		wantKind(t, "a password by a link to join", err, errs.NotFound)
		for name, who := range map[string]app.Actor{"its maker": squatter, "the one who asked": boss, "the installation's administrator": k.Installation()} {
			_, err = k.Join(ctx, who, asked.Link.Secret)
			wantKind(t, "confirming as "+name, err, errs.Denied)
		}
		token := held.Actor
		token.TokenID, token.Scopes = "t", app.Scopes()
		_, err = k.Join(ctx, token, asked.Link.Secret)
		wantKind(t, "confirming with a token", err, errs.Denied)
		_, err = k.Join(ctx, held.Actor, "made up")
		wantKind(t, "confirming without the link", err, errs.NotFound)

		joined, err := k.Join(ctx, held.Actor, asked.Link.Secret)
		if err != nil || joined.Organisation.ID != works || joined.Role != app.Approver || k.Reload(held.Actor).In(works) != app.Approver {
			t.Errorf("joined as %+v, error %v", joined, err)
		}
		_, err = k.Join(ctx, held.Actor, asked.Link.Secret)
		wantKind(t, "confirming twice", err, errs.NotFound)
		events, err := k.AuditEvents(ctx, boss, store.AuditFilter{Organisation: works}, store.Page{})
		if err != nil || len(events.Items) < 2 || events.Items[0].Action != "member.join" || events.Items[0].Actor != held.Actor.ID() || events.Items[1].Action != "member.invite" {
			t.Errorf("the audit log has %+v, error %v", events.Items, err)
		}
	})
}

// TestInvitationsEnd: one that was made again, taken back, or is too old.
func TestInvitationsEnd(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, works := t.Context(), k.Organisation("works")
		boss, other := k.Actor(works, app.Administrator), k.Actor(k.Organisation("other"), app.Viewer)
		secure(t, k, other)
		ask := func(role app.Role) string {
			t.Helper()
			asked, err := k.InviteUser(ctx, boss, app.InviteInput{Organisation: works, Email: other.Email, Role: role})
			fatal(t, err)
			return asked.Link.Secret
		}
		refused := func(what, secret string) {
			t.Helper()
			_, err := k.Join(ctx, other, secret)
			wantKind(t, what, err, errs.NotFound)
		}
		first := ask(app.Manager)
		second := ask(app.Viewer)
		refused("one that was replaced", first)
		pending, err := k.PendingMembers(ctx, boss, works)
		if err != nil || len(pending) != 1 || pending[0].Role != "viewer" || pending[0].UserID != other.UserID {
			t.Errorf("pending: %+v, error %v", pending, err)
		}
		fatal(t, k.RemoveMember(ctx, boss, works, other.UserID))
		refused("one that was taken back", second)
		wantKind(t, "taking back what is not there", k.RemoveMember(ctx, boss, works, other.UserID), errs.NotFound)

		third := ask(app.Viewer)
		k.Clock.Add(8 * 24 * time.Hour)
		refused("one that is too old", third)
		if pending, err = k.PendingMembers(ctx, boss, works); err != nil || len(pending) > 0 {
			t.Errorf("pending after its time: %+v, error %v", pending, err)
		}

		fourth := ask(app.Viewer)
		fatal(t, k.SetMember(ctx, k.Installation(), works, other.UserID, app.Developer))
		_, err = k.Join(ctx, other, fourth)
		wantKind(t, "joining where one is", err, errs.Conflict)
		if in := k.Reload(other).In(works); in != app.Developer {
			t.Errorf("is %q now", in)
		}
	})
}

// secure gives somebody a password, as who has an account has.
func secure(t *testing.T, k *apptest.Kit, who app.Actor) {
	t.Helper()
	fatal(t, k.Store.SetPassword(t.Context(), who.UserID, "x"))
}
