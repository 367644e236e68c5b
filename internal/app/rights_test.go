package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// place is an organisation with everything that verbs are about, made anew for
// each attempt.
type place struct {
	*apptest.Kit
	organisation, project, private, group, token string
	member                                       app.Actor // a viewer, in the group
	stranger                                     app.Actor // an administrator of another organisation
}

func newPlace(t *testing.T, k *apptest.Kit) place {
	t.Helper()
	ctx := t.Context()
	p := place{Kit: k, organisation: k.Organisation("o-" + store.NewID()[:8])}
	p.project, p.private = k.AddProject(p.organisation, "open", store.VisibleToOrganisation), k.AddProject(p.organisation, "closed", store.Private)
	p.member = k.Actor(p.organisation, app.Viewer)
	p.stranger = k.Actor(k.Organisation("s-"+store.NewID()[:8]), app.Administrator)
	group, err := k.CreateGroup(ctx, app.System(), p.organisation, "team")
	fatal(t, err)
	p.group = group.ID
	fatal(t, k.AddToGroup(ctx, app.System(), group.ID, p.member.UserID))
	token, err := k.CreateToken(ctx, app.System(), app.TokenInput{Name: "ci", Scopes: []app.Scope{app.ScopeScan}, Project: p.project})
	fatal(t, err)
	p.token = token.ID
	fatal(t, k.SetGrant(ctx, app.System(), p.project, "group:"+p.group, app.Developer))
	return p
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// verb is something that one may do, or not.
type verb struct {
	name  string
	least app.Role  // in the organisation; Nobody: an administrator of the installation
	scope app.Scope // that a token needs
	// session tells that no token will do, however wide.
	session bool
	do      func(ctx context.Context, p place, who app.Actor) error
}

func errOf[T any](_ T, err error) error { return err }

func verbs() []verb {
	name, yes := "New Name", true
	return []verb{
		{"read the organisation", app.Viewer, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.App.Organisation(ctx, who, p.organisation))
		}},
		{"rename the organisation", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.UpdateOrganisation(ctx, who, p.organisation, 1, app.OrganisationInput{Name: "New " + store.NewID()}))
		}},
		{"create an organisation", app.Nobody, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.CreateOrganisation(ctx, who, app.OrganisationInput{Name: "N" + store.NewID()}))
		}},
		{"list members", app.Viewer, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Members(ctx, who, p.organisation, store.Page{}))
		}},
		{"invite", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.InviteUser(ctx, who, app.InviteInput{Organisation: p.organisation, Email: store.NewID() + "@example.org", Role: app.Viewer}))
		}},
		{"list who was asked in", app.Administrator, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.PendingMembers(ctx, who, p.organisation))
		}},
		{"change a role", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.SetMember(ctx, who, p.organisation, p.member.UserID, app.Developer)
		}},
		{"remove a member", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.RemoveMember(ctx, who, p.organisation, p.member.UserID)
		}},
		{"list the organisation's users", app.Administrator, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Users(ctx, who, store.UserFilter{Organisation: p.organisation}, store.Page{}))
		}},
		{"list all users", app.Nobody, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Users(ctx, who, store.UserFilter{}, store.Page{}))
		}},
		{"read another user", app.Administrator, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.User(ctx, who, p.member.UserID))
		}},
		{"disable a user", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.UpdateUser(ctx, who, p.member.UserID, 1, app.UserChange{Disabled: &yes, Name: &name}))
		}},
		{"make an administrator of the installation", app.Nobody, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.UpdateUser(ctx, who, p.member.UserID, 1, app.UserChange{Administrator: &yes}))
		}},
		{"make a link for a password", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.NewPasswordLink(ctx, who, p.member.UserID))
		}},
		{"list groups", app.Viewer, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Groups(ctx, who, p.organisation, store.Page{}))
		}},
		{"list a group's members", app.Viewer, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.GroupMembers(ctx, who, p.group, store.Page{}))
		}},
		{"create a group", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.CreateGroup(ctx, who, p.organisation, "another"))
		}},
		{"rename a group", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.RenameGroup(ctx, who, p.group, 1, "other"))
		}},
		{"delete a group", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.DeleteGroup(ctx, who, p.group)
		}},
		{"put into a group", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.AddToGroup(ctx, who, p.group, p.member.UserID)
		}},
		{"take out of a group", app.Administrator, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.RemoveFromGroup(ctx, who, p.group, p.member.UserID)
		}},
		{"list grants", app.Viewer, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Grants(ctx, who, p.project))
		}},
		{"list grants of a private project", app.Administrator, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Grants(ctx, who, p.private))
		}},
		{"grant", app.Manager, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.SetGrant(ctx, who, p.project, "user:"+p.member.UserID, app.Approver)
		}},
		{"take a grant away", app.Manager, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.RemoveGrant(ctx, who, p.project, "group:"+p.group)
		}},
		{"list a project's tokens", app.Manager, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.Tokens(ctx, who, p.project, store.Page{}))
		}},
		{"create a project's token", app.Manager, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.CreateToken(ctx, who, app.TokenInput{Name: "x", Scopes: []app.Scope{app.ScopeManage}, Project: p.project}))
		}},
		{"revoke a project's token", app.Manager, app.ScopeManage, false, func(ctx context.Context, p place, who app.Actor) error {
			return p.RevokeToken(ctx, who, p.token)
		}},
		{"read the organisation's audit log", app.Administrator, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.AuditEvents(ctx, who, store.AuditFilter{Organisation: p.organisation}, store.Page{}))
		}},
		{"read the whole audit log", app.Nobody, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.AuditEvents(ctx, who, store.AuditFilter{}, store.Page{}))
		}},
		{"verify the audit log", app.Nobody, app.ScopeRead, false, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.VerifyAudit(ctx, who))
		}},
		{"create a token narrowed to the organisation", app.Viewer, app.ScopeManage, true, func(ctx context.Context, p place, who app.Actor) error {
			return errOf(p.CreateToken(ctx, who, app.TokenInput{Name: "x", Scopes: []app.Scope{app.ScopeRead}, Organisation: p.organisation}))
		}},
	}
}

// TestRights tries every verb as everybody: those of every role in the
// organisation, by session and by tokens with every scope; an administrator of
// another organisation; and a token of another project.
func TestRights(t *testing.T) {
	t.Parallel()
	for _, v := range verbs() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			k := apptest.New(t, openSQLite(t))
			for _, role := range append(app.Roles(), app.Nobody) {
				p := newPlace(t, k)
				who := k.Actor(p.organisation, role)
				allowed := v.least != app.Nobody && role.AtLeast(v.least)
				check(t, fmt.Sprintf("a session of role %q", role), v.do(t.Context(), p, who), allowed)
				for _, scope := range app.Scopes() {
					p := newPlace(t, k)
					who := k.Actor(p.organisation, role)
					who.TokenID, who.Scopes = "t", []app.Scope{scope}
					check(t, fmt.Sprintf("a token of role %q with scope %s", role, scope), v.do(t.Context(), p, who), allowed && !v.session && scope == v.scope)
				}
			}
			p := newPlace(t, k)
			check(t, "an administrator of another organisation", v.do(t.Context(), p, p.stranger), false)
			other, err := k.CreateToken(t.Context(), app.System(), app.TokenInput{Name: "x", Scopes: app.Scopes(), Project: p.private})
			fatal(t, err)
			who, err := k.ActorOfToken(t.Context(), other.Secret, app.Client{})
			fatal(t, err)
			if v.name != "list grants of a private project" { // which is its own
				check(t, "the token of another project", v.do(t.Context(), p, who), false)
			}
			check(t, "the installation's administrator", v.do(t.Context(), newPlace(t, k), k.Installation()), true)
		})
	}
}

func check(t *testing.T, who string, err error, allowed bool) {
	t.Helper()
	refused := errs.KindOf(err) == errs.Denied || errs.KindOf(err) == errs.NotFound
	if allowed && err != nil || !allowed && !refused {
		t.Errorf("%s: allowed %v, but error %v", who, allowed, err)
	}
}

func openSQLite(t *testing.T) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstoretest.SQLite(t), sqlstore.Options{})
	fatal(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// eachKit runs a test over both databases.
func eachKit(t *testing.T, test func(t *testing.T, k *apptest.Kit)) {
	t.Helper()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) { test(t, apptest.New(t, db)) })
}

func wantKind(t *testing.T, what string, err error, want errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("%s: error %v, want one of kind %d", what, err, want)
	}
}

// TestEscalation tries to get more than one has.
func TestEscalation(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, p := t.Context(), newPlace(t, k)
		manager, viewer := k.Actor(p.organisation, app.Manager), p.member

		wantKind(t, "grant a role above one's own", k.SetGrant(ctx, manager, p.project, "user:"+viewer.UserID, app.Administrator), errs.Invalid)
		wantKind(t, "grant a role that there is not", k.SetGrant(ctx, manager, p.project, "user:"+viewer.UserID, "owner"), errs.Invalid)
		fatal(t, k.SetGrant(ctx, app.System(), p.project, "user:"+viewer.UserID, app.Administrator))
		wantKind(t, "lower a role above one's own", k.SetGrant(ctx, manager, p.project, "user:"+viewer.UserID, app.Viewer), errs.Denied)
		wantKind(t, "take a role above one's own", k.RemoveGrant(ctx, manager, p.project, "user:"+viewer.UserID), errs.Denied)
		wantKind(t, "grant to somebody of another organisation", k.SetGrant(ctx, manager, p.project, "user:"+p.stranger.UserID, app.Viewer), errs.NotFound)
		wantKind(t, "grant to a thing", k.SetGrant(ctx, manager, p.project, "token:x", app.Viewer), errs.Invalid)

		q := newPlace(t, k)
		wantKind(t, "grant to a group of another organisation", k.SetGrant(ctx, manager, p.project, "group:"+q.group, app.Viewer), errs.NotFound)
		administrator := k.Actor(p.organisation, app.Administrator)
		wantKind(t, "pull somebody of another organisation in", k.SetMember(ctx, administrator, p.organisation, q.member.UserID, app.Viewer), errs.NotFound)
		wantKind(t, "put somebody of another organisation into a group", k.AddToGroup(ctx, administrator, p.group, q.member.UserID), errs.NotFound)

		made, err := k.CreateToken(ctx, manager, app.TokenInput{Name: "ci", Scopes: app.Scopes(), Project: p.project})
		fatal(t, err)
		token, err := k.ActorOfToken(ctx, made.Secret, app.Client{})
		fatal(t, err)
		_, err = k.CreateToken(ctx, token, app.TokenInput{Name: "ci2", Scopes: []app.Scope{app.ScopeRead}, Project: p.project})
		wantKind(t, "a project's token makes another", err, errs.Denied)
		wantKind(t, "a project's token grants", k.SetGrant(ctx, token, p.project, "user:"+manager.UserID, app.Viewer), errs.Denied)
		_, err = k.Account(ctx, token)
		wantKind(t, "a project's token has no account", err, errs.Denied)
		_, err = k.CreateToken(ctx, token, app.TokenInput{Name: "own", Scopes: []app.Scope{app.ScopeRead}})
		wantKind(t, "a project's token makes a person's", err, errs.Denied)

		narrow := manager
		narrow.TokenID, narrow.Scopes = "t", []app.Scope{app.ScopeManage}
		_, err = k.CreateToken(ctx, narrow, app.TokenInput{Name: "ci3", Scopes: []app.Scope{app.ScopeManage, app.ScopeTriage}, Project: p.project})
		wantKind(t, "scopes that one's own token does not have", err, errs.Invalid)
	})
}

// TestAccountTakeover: whoever may make a link for somebody's password is that
// person; so administrators of an organisation have no power over accounts with
// rights elsewhere.
func TestAccountTakeover(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, p := t.Context(), newPlace(t, k)
		elsewhere := k.Organisation("elsewhere")
		administrator, root := k.Actor(p.organisation, app.Administrator), k.Installation()
		both := k.Actor(elsewhere, app.Viewer)
		fatal(t, k.SetMember(ctx, root, p.organisation, both.UserID, app.Viewer))
		fatal(t, k.SetMember(ctx, root, p.organisation, root.UserID, app.Viewer))
		yes := true
		for _, victim := range []app.Actor{both, root} {
			_, err := k.NewPasswordLink(ctx, administrator, victim.UserID)
			wantKind(t, "a link", err, errs.Denied)
			_, err = k.UpdateUser(ctx, administrator, victim.UserID, 1, app.UserChange{Disabled: &yes})
			wantKind(t, "disabling", err, errs.Denied)
		}
		seen, err := k.User(ctx, administrator, both.UserID)
		if err != nil || len(seen.Memberships) != 1 || seen.Memberships[0].Organisation.ID != p.organisation {
			t.Errorf("sees %v of somebody's organisations, error %v; want only the common one", seen.Memberships, err)
		}

		// Somebody who was invited elsewhere and has not come yet: the link is theirs.
		first, err := k.InviteUser(ctx, k.Actor(elsewhere, app.Administrator), app.InviteInput{Organisation: elsewhere, Email: "New@Example.org ", Role: app.Administrator})
		if err != nil || first.Link.Secret == "" || first.User.Email != "new@example.org" {
			t.Fatalf("the invitation of somebody new: %+v, error %v", first, err)
		}
		second, err := k.InviteUser(ctx, administrator, app.InviteInput{Organisation: p.organisation, Email: "new@example.org", Role: app.Viewer})
		if err != nil || second.Joined || second.User.ID != "" {
			t.Errorf("the invitation of somebody who waits for another: %+v, error %v; want one to confirm", second, err)
		}
		if info, err := k.OpenLink(ctx, second.Link.Secret); err != nil || info.Purpose != store.LinkJoin {
			t.Errorf("its link: %+v, error %v", info, err)
		}
		if _, err := k.OpenLink(ctx, first.Link.Secret); err != nil {
			t.Errorf("the first link: %v", err)
		}
		_, err = k.InviteUser(ctx, k.Actor(elsewhere, app.Administrator), app.InviteInput{Organisation: elsewhere, Email: "new@example.org", Role: app.Viewer})
		wantKind(t, "inviting twice", err, errs.Conflict)
	})
}

// TestLastAdministrator: nobody locks everybody out.
func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, yes, no := t.Context(), true, false
		root := k.Installation()
		_, err := k.UpdateUser(ctx, root, root.UserID, 1, app.UserChange{Disabled: &yes})
		wantKind(t, "disabling the last administrator", err, errs.Conflict)
		_, err = k.UpdateUser(ctx, root, root.UserID, 1, app.UserChange{Administrator: &no})
		wantKind(t, "demoting the last administrator", err, errs.Conflict)

		o := k.Organisation("o")
		boss, other := k.Actor(o, app.Administrator), k.Actor(o, app.Manager)
		wantKind(t, "lowering the organisation's last", k.SetMember(ctx, boss, o, boss.UserID, app.Manager), errs.Conflict)
		wantKind(t, "removing the organisation's last", k.RemoveMember(ctx, root, o, boss.UserID), errs.Conflict)
		_, err = k.UpdateUser(ctx, boss, boss.UserID, 1, app.UserChange{Disabled: &yes})
		wantKind(t, "disabling the organisation's last", err, errs.Conflict)
		fatal(t, k.SetMember(ctx, boss, o, other.UserID, app.Administrator))
		fatal(t, k.SetMember(ctx, boss, o, boss.UserID, app.Manager))

		// Two demote each other at the same moment: one stays.
		second := k.Installation()
		errors := make(chan error, 2)
		for _, pair := range [][2]app.Actor{{root, second}, {second, root}} {
			go func() {
				_, err := k.UpdateUser(ctx, pair[0], pair[1].UserID, 1, app.UserChange{Administrator: &no})
				errors <- err
			}()
		}
		if a, b := <-errors, <-errors; (a == nil) == (b == nil) {
			t.Errorf("two demoted each other: errors %v and %v, want exactly one", a, b)
		}
	})
}

// TestTokensFollowTheirOwners: a token never has more rights than its owner has
// at the moment, and none after its end.
func TestTokensFollowTheirOwners(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, p := t.Context(), newPlace(t, k)
		root, owner := k.Installation(), k.Actor(p.organisation, app.Manager)
		elsewhere := k.Organisation("elsewhere")
		fatal(t, k.SetMember(ctx, root, elsewhere, owner.UserID, app.Manager))
		owner = k.Reload(owner)
		make := func(who app.Actor, in app.TokenInput) string {
			t.Helper()
			in.Name, in.Scopes = "t", app.Scopes()
			made, err := k.CreateToken(ctx, who, in)
			fatal(t, err)
			return made.Secret
		}
		as := func(secret string) app.Actor {
			t.Helper()
			who, err := k.ActorOfToken(ctx, secret, app.Client{})
			fatal(t, err)
			return who
		}
		wide, narrow := make(owner, app.TokenInput{}), make(owner, app.TokenInput{Organisation: p.organisation})
		if who := as(wide); who.In(p.organisation) != app.Manager || who.In(elsewhere) != app.Manager {
			t.Errorf("a token of all organisations: %v", who.Members)
		}
		if who := as(narrow); who.In(p.organisation) != app.Manager || who.In(elsewhere) != app.Nobody {
			t.Errorf("a token of one organisation: %v", who.Members)
		}
		if who := as(make(root, app.TokenInput{Organisation: p.organisation})); who.Installation || who.In(p.organisation) != app.Administrator || who.In(elsewhere) != app.Nobody {
			t.Errorf("a narrowed token of an administrator of the installation: %+v", who)
		}
		fatal(t, k.SetMember(ctx, root, p.organisation, owner.UserID, app.Viewer))
		if who := as(wide); who.In(p.organisation) != app.Viewer {
			t.Errorf("after its owner was lowered, a token's role is %s", who.In(p.organisation))
		}

		short := make(owner, app.TokenInput{Expires: k.Clock.Now().Add(time.Hour)})
		k.Clock.Add(time.Hour)
		_, err := k.ActorOfToken(ctx, short, app.Client{})
		wantKind(t, "an expired token", err, errs.Anonymous)
		id := as(narrow).TokenID
		wantKind(t, "somebody else revokes it", k.RevokeToken(ctx, p.member, id), errs.NotFound)
		fatal(t, k.RevokeToken(ctx, owner, id))
		_, err = k.ActorOfToken(ctx, narrow, app.Client{})
		wantKind(t, "a revoked token", err, errs.Anonymous)
		for _, bad := range []string{"", "assay_", wide + "x", "assay_" + wide, "bearer " + wide} {
			_, err := k.ActorOfToken(ctx, bad, app.Client{})
			wantKind(t, "a made-up token", err, errs.Anonymous)
		}

		yes := true
		u, err := k.User(ctx, root, owner.UserID)
		fatal(t, err)
		_, err = k.UpdateUser(ctx, root, owner.UserID, u.Revision, app.UserChange{Disabled: &yes})
		fatal(t, err)
		_, err = k.ActorOfToken(ctx, wide, app.Client{})
		wantKind(t, "the token of a disabled user", err, errs.Anonymous)
		no := false
		_, err = k.UpdateUser(ctx, root, owner.UserID, u.Revision+1, app.UserChange{Disabled: &no})
		fatal(t, err)
		_, err = k.ActorOfToken(ctx, wide, app.Client{})
		wantKind(t, "the token of a user who was disabled once", err, errs.Anonymous)
	})
}

// TestPrivateProjects: groups and grants open what the organisation does not.
func TestPrivateProjects(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		ctx, p := t.Context(), newPlace(t, k)
		_, err := k.Grants(ctx, p.member, p.private)
		wantKind(t, "a viewer and a private project", err, errs.NotFound)
		fatal(t, k.SetGrant(ctx, app.System(), p.private, "group:"+p.group, app.Manager))
		who := k.Reload(p.member)
		grants, err := k.Grants(ctx, who, p.private)
		if err != nil || len(grants) != 1 || grants[0] != (app.Grant{Subject: "group:" + p.group, Name: "team", Role: app.Manager}) {
			t.Errorf("by the group: %v, error %v", grants, err)
		}
		fatal(t, k.SetGrant(ctx, app.System(), p.private, "user:"+who.UserID, app.Viewer))
		if who = k.Reload(who); who.Grants[p.private] != app.Manager {
			t.Errorf("the lower of two grants counts: %v", who.Grants)
		}
		fatal(t, k.RemoveMember(ctx, app.System(), p.organisation, who.UserID))
		if who = k.Reload(who); len(who.Grants) != 0 || len(who.Members) != 0 {
			t.Errorf("after leaving: grants %v, roles %v", who.Grants, who.Members)
		}
	})
}
