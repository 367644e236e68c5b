// Package storetest specifies what a store keeps and how it is found again: a suite
// for each noun, which every store passes. It knows no SQL.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// noon is the instant of what these tests store.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func wantKind(t *testing.T, what string, err error, want errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("%s: error %v, want one of kind %d", what, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func newUser(t *testing.T, s store.Store, email string) store.User {
	t.Helper()
	u := store.User{ID: store.NewID(), Email: email, Name: "The " + email, CreatedAt: noon, Revision: 1}
	must(t, s.CreateUser(t.Context(), u))
	return u
}

func newOrganisation(t *testing.T, s store.Store, slug string) store.Organisation {
	t.Helper()
	o := store.Organisation{ID: store.NewID(), Slug: slug, Name: slug + " Ltd", CreatedAt: noon, Revision: 1}
	must(t, s.CreateOrganisation(t.Context(), o))
	return o
}

// Users specifies store.Users.
func Users(t *testing.T, s store.Store) {
	ctx := t.Context()
	some, err := s.HasUsers(ctx)
	if err != nil || some {
		t.Fatalf("an empty store has users: %v, error %v", some, err)
	}
	ada, bob := newUser(t, s, "ada@example.org"), newUser(t, s, "bob_b@example.org")
	wantKind(t, "an address twice", s.CreateUser(ctx, store.User{ID: store.NewID(), Email: ada.Email, CreatedAt: noon}), errs.Conflict)
	_, err = s.User(ctx, store.NewID())
	wantKind(t, "an unknown user", err, errs.NotFound)

	ada.Administrator, ada.Name = true, "Ada"
	must(t, s.UpdateUser(ctx, ada))
	wantKind(t, "an old revision", s.UpdateUser(ctx, ada), errs.Conflict)
	must(t, s.SetPassword(ctx, ada.ID, "$encoded"))
	must(t, s.SetSeen(ctx, ada.ID, noon.Add(time.Hour)))
	must(t, s.SetOverviewSeen(ctx, ada.ID, noon.Add(time.Minute)))
	ada.Revision, ada.Password, ada.LastSeenAt, ada.OverviewSeen = 3, "$encoded", noon.Add(time.Hour), noon.Add(time.Minute)
	same(t, "a changed user", ada, got[store.User](t)(s.UserByEmail(ctx, ada.Email)))
	same(t, "administrators", []string{ada.ID}, got[[]string](t)(s.Administrators(ctx)))

	ada.Password = "" // not in lists
	same(t, "some users", map[string]store.User{ada.ID: ada}, got[map[string]store.User](t)(s.UsersByID(ctx, []string{ada.ID, "none"})))
	usersPaged(t, s, ada, bob)

	must(t, s.AddIdentity(ctx, store.Identity{Provider: "google", Subject: "42", UserID: bob.ID}))
	wantKind(t, "an identity twice", s.AddIdentity(ctx, store.Identity{Provider: "google", Subject: "42", UserID: ada.ID}), errs.Conflict)
	same(t, "whom a provider knows", bob, got[store.User](t)(s.UserByIdentity(ctx, "google", "42")))
	_, err = s.UserByIdentity(ctx, "github", "42")
	wantKind(t, "another provider", err, errs.NotFound)
	same(t, "identities", []store.Identity{{Provider: "google", Subject: "42", UserID: bob.ID}}, got[[]store.Identity](t)(s.Identities(ctx, bob.ID)))
}

func usersPaged(t *testing.T, s store.Store, ada, bob store.User) {
	t.Helper()
	ctx := t.Context()
	first := got[store.List[store.User]](t)(s.Users(ctx, store.UserFilter{}, store.Page{Limit: 1}))
	same(t, "the first page", []store.User{ada}, first.Items)
	second := got[store.List[store.User]](t)(s.Users(ctx, store.UserFilter{}, store.Page{Limit: 1, Cursor: first.Next}))
	same(t, "the second page", store.List[store.User]{Items: []store.User{bob}}, second)
	yes := true
	for _, test := range []struct {
		name string
		f    store.UserFilter
		want int
	}{
		{"a part of the name", store.UserFilter{Search: "THE BOB"}, 1},
		{"a wildcard is itself", store.UserFilter{Search: "b%b"}, 0},
		{"an underscore is itself", store.UserFilter{Search: "b_b"}, 1},
		{"disabled", store.UserFilter{Disabled: &yes}, 0},
		{"another organisation's", store.UserFilter{Organisation: "none"}, 0},
	} {
		if l := got[store.List[store.User]](t)(s.Users(ctx, test.f, store.Page{})); len(l.Items) != test.want {
			t.Errorf("%s: %d users, want %d", test.name, len(l.Items), test.want)
		}
	}
	_, err := s.Users(ctx, store.UserFilter{}, store.Page{Sort: "password"})
	wantKind(t, "a sort that there is not", err, errs.Invalid)
}

// Organisations specifies store.Organisations, and with them Groups.
func Organisations(t *testing.T, s store.Store) {
	ctx := t.Context()
	one, two := newOrganisation(t, s, "one"), newOrganisation(t, s, "two")
	wantKind(t, "a short name twice", s.CreateOrganisation(ctx, store.Organisation{ID: store.NewID(), Slug: "one", CreatedAt: noon}), errs.Conflict)
	two.Slug = "one"
	wantKind(t, "another's short name", s.UpdateOrganisation(ctx, two), errs.Conflict)
	two.Slug, two.Name = "zwei", "Zwei"
	must(t, s.UpdateOrganisation(ctx, two))
	wantKind(t, "an old revision", s.UpdateOrganisation(ctx, two), errs.Conflict)
	two.Revision = 2
	same(t, "organisations", []store.Organisation{one, two}, got[[]store.Organisation](t)(s.Organisations(ctx)))
	same(t, "an organisation", two, got[store.Organisation](t)(s.Organisation(ctx, two.ID)))

	ada, bob := newUser(t, s, "ada@example.org"), newUser(t, s, "bob@example.org")
	must(t, s.SetMember(ctx, one.ID, bob.ID, "viewer"))
	must(t, s.SetMember(ctx, one.ID, ada.ID, "administrator"))
	must(t, s.SetMember(ctx, two.ID, ada.ID, "viewer"))
	must(t, s.SetMember(ctx, one.ID, bob.ID, "manager"))
	want := []store.Member{{Organisation: one.ID, User: ada, Role: "administrator"}, {Organisation: one.ID, User: bob, Role: "manager"}}
	same(t, "members", want, got[store.List[store.Member]](t)(s.Members(ctx, one.ID, store.Page{})).Items)
	same(t, "memberships", map[string]string{one.ID: "administrator", two.ID: "viewer"}, got[map[string]string](t)(s.Memberships(ctx, ada.ID)))
	same(t, "administrators", []string{ada.ID}, got[[]string](t)(s.MembersWith(ctx, one.ID, "administrator")))

	groups(t, s, one, two, ada, bob)
	must(t, s.RemoveMember(ctx, one.ID, ada.ID))
	wantKind(t, "removing again", s.RemoveMember(ctx, one.ID, ada.ID), errs.NotFound)
	left := got[[]store.Group](t)(s.UserGroups(ctx, ada.ID))
	if len(left) != 1 || left[0].Organisation != two.ID {
		t.Errorf("after leaving an organisation: groups %v, want only that of the other", left)
	}
}

func groups(t *testing.T, s store.Store, one, two store.Organisation, ada, bob store.User) {
	t.Helper()
	ctx := t.Context()
	a := store.Group{ID: store.NewID(), Organisation: one.ID, Name: "a", Revision: 1}
	b := store.Group{ID: store.NewID(), Organisation: one.ID, Name: "b", Revision: 1}
	other := store.Group{ID: store.NewID(), Organisation: two.ID, Name: "a", Revision: 1}
	for _, g := range []store.Group{b, a, other} {
		must(t, s.CreateGroup(ctx, g))
		must(t, s.AddToGroup(ctx, g.ID, ada.ID))
	}
	must(t, s.AddToGroup(ctx, a.ID, bob.ID))
	must(t, s.AddToGroup(ctx, a.ID, bob.ID))
	a.Members, b.Members = 2, 1
	wantKind(t, "a name twice", s.CreateGroup(ctx, store.Group{ID: store.NewID(), Organisation: one.ID, Name: "a"}), errs.Conflict)
	same(t, "groups", []store.Group{a, b}, got[store.List[store.Group]](t)(s.Groups(ctx, one.ID, store.Page{})).Items)
	same(t, "members", []store.User{ada, bob}, got[store.List[store.User]](t)(s.GroupMembers(ctx, a.ID, store.Page{})).Items)
	b.Name = "a"
	wantKind(t, "another's name", s.UpdateGroup(ctx, b), errs.Conflict)
	b.Name = "c"
	must(t, s.UpdateGroup(ctx, b))
	wantKind(t, "an old revision", s.UpdateGroup(ctx, b), errs.Conflict)
	b.Revision = 2
	same(t, "some groups", map[string]store.Group{b.ID: b}, got[map[string]store.Group](t)(s.GroupsByID(ctx, []string{b.ID})))
	must(t, s.RemoveFromGroup(ctx, a.ID, bob.ID))
	wantKind(t, "removing again", s.RemoveFromGroup(ctx, a.ID, bob.ID), errs.NotFound)
	must(t, s.DeleteGroup(ctx, b.ID))
	wantKind(t, "deleting again", s.DeleteGroup(ctx, b.ID), errs.NotFound)
	_, err := s.Group(ctx, b.ID)
	wantKind(t, "a deleted group", err, errs.NotFound)
}

// Grants specifies store.Grants.
func Grants(t *testing.T, s store.Store) {
	ctx := t.Context()
	one, two := newOrganisation(t, s, "one"), newOrganisation(t, s, "two")
	ada := newUser(t, s, "ada@example.org")
	team := store.Group{ID: store.NewID(), Organisation: one.ID, Name: "team"}
	must(t, s.CreateGroup(ctx, team))
	must(t, s.AddToGroup(ctx, team.ID, ada.ID))
	project := func(o store.Organisation, v store.Visibility) string {
		p := store.Project{ID: store.NewID(), Organisation: o.ID, Name: "web", Visibility: v, Created: noon, Updated: noon}
		must(t, s.AddProject(ctx, p))
		return p.ID
	}
	first, second := project(one, store.Private), project(two, store.VisibleToOrganisation)
	same(t, "a private project", store.ProjectPlace{ID: first, Organisation: one.ID, Name: "web", Private: true}, got[store.ProjectPlace](t)(s.ProjectPlace(ctx, first)))
	same(t, "an open project", store.ProjectPlace{ID: second, Organisation: two.ID, Name: "web"}, got[store.ProjectPlace](t)(s.ProjectPlace(ctx, second)))
	_, err := s.ProjectPlace(ctx, store.NewID())
	wantKind(t, "an unknown project", err, errs.NotFound)

	byGroup := store.Grant{Project: first, Subject: "group:" + team.ID, Role: "manager"}
	own := store.Grant{Project: first, Subject: "user:" + ada.ID, Role: "viewer"}
	elsewhere := store.Grant{Project: second, Subject: "user:" + ada.ID, Role: "approver"}
	for _, g := range []store.Grant{{Project: first, Subject: own.Subject, Role: "developer"}, own, byGroup, elsewhere, {Project: second, Subject: "user:other", Role: "viewer"}} {
		must(t, s.SetGrant(ctx, g))
	}
	same(t, "a project's", []store.Grant{byGroup, own}, got[[]store.Grant](t)(s.ProjectGrants(ctx, first)))
	same(t, "a user's in one organisation", []store.Grant{byGroup, own}, got[[]store.Grant](t)(s.UserGrants(ctx, ada.ID, one.ID)))
	if all := got[[]store.Grant](t)(s.UserGrants(ctx, ada.ID, "")); len(all) != 3 {
		t.Errorf("a user's: %v, want 3", all)
	}
	must(t, s.RemoveGrant(ctx, first, own.Subject))
	wantKind(t, "removing again", s.RemoveGrant(ctx, first, own.Subject), errs.NotFound)
	must(t, s.DeleteGroup(ctx, team.ID))
	same(t, "after the group's end", []store.Grant{elsewhere}, got[[]store.Grant](t)(s.UserGrants(ctx, ada.ID, "")))
	must(t, s.SetMember(ctx, two.ID, ada.ID, "viewer"))
	must(t, s.RemoveMember(ctx, two.ID, ada.ID))
	same(t, "after leaving", 0, len(got[[]store.Grant](t)(s.UserGrants(ctx, ada.ID, ""))))
}

// Sessions specifies store.Sessions and Links.
func Sessions(t *testing.T, s store.Store) {
	ctx := t.Context()
	ada, bob := newUser(t, s, "ada@example.org"), newUser(t, s, "bob@example.org")
	session := func(hash string, user store.User, seen time.Time) store.Session {
		v := store.Session{Hash: []byte(hash), UserID: user.ID, CSRF: "csrf", CreatedAt: noon, SeenAt: seen, ExpiresAt: noon.Add(24 * time.Hour), Address: "192.0.2.1", Agent: "browser"}
		must(t, s.CreateSession(ctx, v))
		return v
	}
	first, second, third := session("1", ada, noon), session("2", ada, noon.Add(time.Minute)), session("3", ada, noon.Add(time.Hour))
	his := session("4", bob, noon)
	same(t, "a session", first, got[store.Session](t)(s.Session(ctx, first.Hash)))
	same(t, "sessions", []store.Session{third, second, first}, got[[]store.Session](t)(s.UserSessions(ctx, ada.ID)))
	must(t, s.SawSession(ctx, first.Hash, noon.Add(2*time.Hour)))
	must(t, s.DeleteSession(ctx, second.Hash))
	must(t, s.DeleteSession(ctx, second.Hash))
	must(t, s.DeleteSessions(ctx, ada.ID, first.Hash))
	_, err := s.Session(ctx, third.Hash)
	wantKind(t, "an ended session", err, errs.NotFound)
	if n := got[int64](t)(s.ExpireSessions(ctx, noon.Add(3*time.Hour), noon.Add(time.Second))); n != 1 {
		t.Errorf("%d idle sessions were removed, want 1", n)
	}
	_, err = s.Session(ctx, his.Hash)
	wantKind(t, "an idle session", err, errs.NotFound)
	if n := got[int64](t)(s.ExpireSessions(ctx, first.ExpiresAt, noon)); n != 1 {
		t.Errorf("%d expired sessions were removed, want 1", n)
	}
	must(t, s.DeleteSessions(ctx, ada.ID, nil))
	links(t, s, ada)
}

func links(t *testing.T, s store.Store, ada store.User) {
	t.Helper()
	ctx := t.Context()
	link := store.Link{Hash: []byte("L"), Purpose: store.LinkPassword, UserID: ada.ID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}
	must(t, s.CreateLink(ctx, link))
	must(t, s.CreateLink(ctx, store.Link{Hash: []byte("S"), Purpose: store.LinkSetup, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}))
	must(t, s.SpendLink(ctx, link.Hash, noon.Add(time.Minute)))
	wantKind(t, "a spent link", s.SpendLink(ctx, link.Hash, noon), errs.Conflict)
	link.UsedAt = noon.Add(time.Minute)
	must(t, s.DeleteLinks(ctx, ada.ID))
	same(t, "a spent link stays", link, got[store.Link](t)(s.Link(ctx, link.Hash)))
	must(t, s.DeleteLinks(ctx, ""))
	_, err := s.Link(ctx, []byte("S"))
	wantKind(t, "a deleted link", err, errs.NotFound)
	if n := got[int64](t)(s.ExpireLinks(ctx, noon.Add(2*time.Hour))); n != 1 {
		t.Errorf("%d links were removed, want 1", n)
	}
	joining(t, s, ada)
}

// Tokens specifies store.Tokens.
func Tokens(t *testing.T, s store.Store) {
	ctx := t.Context()
	ada, o := newUser(t, s, "ada@example.org"), newOrganisation(t, s, "one")
	token := func(hash string, at time.Time, change func(*store.Token)) store.Token {
		v := store.Token{ID: store.NewID(), Hash: []byte(hash), Name: hash, Scopes: []string{"read", "scan"}, CreatedBy: "user:" + ada.ID, CreatedAt: at}
		change(&v)
		must(t, s.CreateToken(ctx, v))
		return v
	}
	own := token("1", noon, func(v *store.Token) { v.UserID, v.ExpiresAt = ada.ID, noon.Add(time.Hour) })
	later := token("2", noon.Add(time.Second), func(v *store.Token) { v.UserID, v.Organisation = ada.ID, o.ID })
	project := token("3", noon, func(v *store.Token) { v.Project, v.Organisation = store.NewID(), o.ID })
	same(t, "a token by its hash", own, got[store.Token](t)(s.TokenByHash(ctx, own.Hash)))
	same(t, "a person's", []store.Token{later, own}, got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{UserID: ada.ID}, store.Page{})).Items)
	same(t, "a project's", []store.Token{project}, got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{Project: project.Project}, store.Page{})).Items)
	same(t, "of an organisation's projects", []store.Token{project}, got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{Organisation: o.ID}, store.Page{})).Items)
	first := got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{UserID: ada.ID}, store.Page{Limit: 1}))
	next := got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{UserID: ada.ID}, store.Page{Limit: 1, Cursor: first.Next}))
	same(t, "the second page", store.List[store.Token]{Items: []store.Token{own}}, next)

	must(t, s.UsedToken(ctx, own.ID, noon.Add(time.Minute)))
	must(t, s.RevokeToken(ctx, own.ID, noon.Add(2*time.Minute)))
	must(t, s.RevokeToken(ctx, own.ID, noon.Add(3*time.Minute)))
	own.UsedAt, own.RevokedAt = noon.Add(time.Minute), noon.Add(2*time.Minute)
	same(t, "a revoked token", own, got[store.Token](t)(s.Token(ctx, own.ID)))
	must(t, s.RevokeTokens(ctx, "", project.Project, noon))
	if v := got[store.Token](t)(s.Token(ctx, later.ID)); !v.RevokedAt.IsZero() {
		t.Error("revoking a project's tokens revoked a person's")
	}
	must(t, s.RevokeTokens(ctx, ada.ID, "", noon))
	same(t, "all are revoked", 0, len(got[store.List[store.Token]](t)(s.Tokens(ctx, store.TokenFilter{}, store.Page{})).Items))
	_, err := s.TokenByHash(ctx, []byte("none"))
	wantKind(t, "an unknown token", err, errs.NotFound)
}

// Answers specifies store.Answers and Settings.
func Answers(t *testing.T, s store.Store) {
	ctx := t.Context()
	a := store.Answer{Actor: "user:1", Key: "k", Request: []byte("digest"), CreatedAt: noon}
	begin := func(a store.Answer) (store.Answer, bool) {
		t.Helper()
		kept, begun, err := s.BeginAnswer(ctx, a, a.CreatedAt.Add(-time.Minute))
		must(t, err)
		return kept, begun
	}
	if _, begun := begin(a); !begun {
		t.Fatal("a new key was not reserved")
	}
	kept, begun := begin(a)
	same(t, "while it runs", a, kept)
	again := a
	again.CreatedAt = noon.Add(2 * time.Minute)
	if _, taken := begin(again); begun || !taken {
		t.Error("a key that was reserved: only a stale one is taken over")
	}
	again.Status, again.Headers, again.Body = 201, "Location: /x", []byte("body")
	must(t, s.FinishAnswer(ctx, again))
	later := a
	later.CreatedAt = noon.Add(time.Hour)
	kept, begun = begin(later)
	if begun {
		t.Error("an answered key was reserved again")
	}
	same(t, "the answer", again, kept)
	if n := got[int64](t)(s.ExpireAnswers(ctx, noon.Add(time.Hour))); n != 1 {
		t.Errorf("%d answers were removed, want 1", n)
	}
	begin(a)
	must(t, s.DropAnswer(ctx, a.Actor, a.Key))
	wantKind(t, "a dropped key", s.FinishAnswer(ctx, a), errs.NotFound)

	same(t, "a setting that never was", "", got[string](t)(s.Setting(ctx, "theme")))
	must(t, s.SetSetting(ctx, "theme", "dark"))
	must(t, s.SetSetting(ctx, "theme", "light"))
	same(t, "a setting", "light", got[string](t)(s.Setting(ctx, "theme")))
}

// Audits specifies store.Audits.
func Audits(t *testing.T, s store.Store) {
	ctx := t.Context()
	event := func(i int) store.Event {
		return store.Event{
			At: noon.Add(time.Duration(i) * time.Second), Actor: fmt.Sprintf("user:%d", i%2), Address: "192.0.2.1",
			Organisation: []string{"", "o"}[i%2], Project: []string{"", "", "p"}[i%3], Action: []string{"project.create", "projects.x"}[i%2],
			Object: "project:1", Detail: map[string]any{"n": i, "names": []string{"é", "b"}},
		}
	}
	abandoned := errors.New("abandoned")
	for i := range 6 {
		must(t, s.Audit(ctx, event(i)))
		err := s.Tx(ctx, func(tx store.Store) error {
			must(t, tx.Audit(ctx, event(99)))
			return abandoned
		})
		if !errors.Is(err, abandoned) {
			t.Fatalf("error %v", err)
		}
	}
	all := got[[]store.AuditEvent](t)(s.AuditChain(ctx, 0, 100))
	if len(all) != 6 || all[5].Detail != `{"n":5,"names":["é","b"]}` {
		t.Fatalf("the log has %d events, the last %v", len(all), all[len(all)-1])
	}
	same(t, "the chain after 4", all[4:], got[[]store.AuditEvent](t)(s.AuditChain(ctx, 4, 100)))
	same(t, "the head", store.AuditHead{Seq: 6, Hash: all[5].Hash}, got[store.AuditHead](t)(s.AuditHead(ctx)))
	for i, e := range all {
		if e.Chain(e.Previous) != e.Hash || i > 0 && e.Previous != all[i-1].Hash || e.Seq != int64(i+1) {
			t.Errorf("event %d is not chained", e.Seq)
		}
	}
	auditFilters(t, s)
	auditAtOnce(t, s, event)
}

func auditFilters(t *testing.T, s store.Store) {
	t.Helper()
	for _, test := range []struct {
		name string
		f    store.AuditFilter
		want []int64
	}{
		{"all", store.AuditFilter{}, []int64{6, 5, 4, 3, 2, 1}},
		{"organisation", store.AuditFilter{Organisation: "o"}, []int64{6, 4, 2}},
		{"project", store.AuditFilter{Project: "p"}, []int64{6, 3}},
		{"actor", store.AuditFilter{Actor: "user:0"}, []int64{5, 3, 1}},
		{"action", store.AuditFilter{Action: "project.create"}, []int64{5, 3, 1}},
		{"noun", store.AuditFilter{Action: "project"}, []int64{5, 3, 1}},
		{"since", store.AuditFilter{Since: noon.Add(4 * time.Second)}, []int64{6, 5}},
		{"until", store.AuditFilter{Until: noon.Add(1 * time.Second)}, []int64{1}},
	} {
		var seqs []int64
		for p := (store.Page{Limit: 2}); ; {
			l := got[store.List[store.AuditEvent]](t)(s.AuditEvents(t.Context(), test.f, p))
			for _, e := range l.Items {
				seqs = append(seqs, e.Seq)
			}
			if p.Cursor = l.Next; l.Next == "" {
				break
			}
		}
		same(t, test.name, test.want, seqs)
	}
	_, err := s.AuditEvents(t.Context(), store.AuditFilter{}, store.Page{Cursor: "x"})
	wantKind(t, "a cursor that is none", err, errs.Invalid)
}

// auditAtOnce: events of many writers make one chain.
func auditAtOnce(t *testing.T, s store.Store, event func(int) store.Event) {
	t.Helper()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := s.Audit(t.Context(), event(i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	chain := got[[]store.AuditEvent](t)(s.AuditChain(t.Context(), 5, 100))
	if len(chain) != 21 {
		t.Fatalf("%d events, want 21", len(chain))
	}
	for i := 1; i < len(chain); i++ {
		if !bytes.Equal(chain[i].Previous[:], chain[i-1].Hash[:]) {
			t.Errorf("event %d is not chained", chain[i].Seq)
		}
	}
}

// joining specifies links that ask somebody into an organisation: they are not of
// those that open the account.
func joining(t *testing.T, s store.Store, who store.User) {
	t.Helper()
	ctx, o, other := t.Context(), newOrganisation(t, s, "asks"), newOrganisation(t, s, "asks-too")
	ask := func(hash string, into store.Organisation, until time.Time) store.Link {
		l := store.Link{Hash: []byte(hash), Purpose: store.LinkJoin, UserID: who.ID, Organisation: into.ID, Role: "viewer", CreatedAt: noon, ExpiresAt: until}
		must(t, s.CreateLink(ctx, l))
		return l
	}
	first := ask("J", o, noon.Add(time.Hour))
	ask("K", other, noon.Add(time.Minute))
	must(t, s.DeleteLinks(ctx, who.ID))
	same(t, "a link to join", first, got[store.Link](t)(s.Link(ctx, first.Hash)))
	want := store.PendingMember{Organisation: o.ID, UserID: who.ID, Email: who.Email, Role: "viewer", ExpiresAt: first.ExpiresAt}
	same(t, "pending, of all", []store.PendingMember{want}, got[[]store.PendingMember](t)(s.PendingMembers(ctx, "", noon.Add(time.Minute), 9)))
	same(t, "pending, of one", []store.PendingMember{want}, got[[]store.PendingMember](t)(s.PendingMembers(ctx, o.ID, noon, 9)))
	if n := got[int64](t)(s.DeleteJoins(ctx, o.ID, who.ID)); n != 1 {
		t.Errorf("deleted %d links to join, want 1", n)
	}
	must(t, s.SpendLink(ctx, []byte("K"), noon))
	if left := got[[]store.PendingMember](t)(s.PendingMembers(ctx, "", noon, 9)); len(left) > 0 {
		t.Errorf("still pending: %v", left)
	}
	if n := got[int64](t)(s.DeleteJoins(ctx, other.ID, who.ID)); n != 0 {
		t.Errorf("deleted %d links that were used", n)
	}
}
