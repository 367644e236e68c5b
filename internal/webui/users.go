package webui

import (
	"net/http"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// usersPage lists people, for administrators.
type usersPage struct {
	Frame         frame
	List          listing
	Organisations []chip
	Disabled      chip
	Columns       struct{ Email, Created column }
	Items         []app.User
	Pager         pager
	Pending       []pendingRow
	Form          form
	Roles         []option
	Choices       []option // organisations to invite into
	Link          linkOnce
	Empty         emptyState
}

// linkOnce is an address that works once and is shown once; zero: none was made.
type linkOnce struct{ For, Address, Expires, Note string }

const usersOrder = "email"

func (u *ui) users(r *request) (reply, error) {
	p, err := r.usersPage(r.form("/users").with("role", string(app.Developer)), linkOnce{})
	if err != nil {
		return nil, err
	}
	return show("users", p), nil
}

func (r *request) usersPage(f form, made linkOnce) (usersPage, error) {
	l := r.listing()
	organisations, err := r.ui.app.Organisations(r.Context(), r.actor)
	if err != nil {
		return usersPage{}, err
	}
	chosen := l.Get("organisation")
	if chosen == "" && !r.actor.Installation && len(organisations) > 0 {
		chosen = organisations[0].Organisation.ID
	}
	filter := store.UserFilter{Organisation: chosen, Search: strings.TrimSpace(l.Get("q"))}
	if l.Get("disabled") != "" {
		yes := true
		filter.Disabled = &yes
	}
	list, err := r.ui.app.Users(r.Context(), r.actor, filter, l.page(usersOrder))
	if err != nil {
		return usersPage{}, err
	}
	pending, err := r.ui.app.PendingMembers(r.Context(), r.actor, chosen)
	if err != nil {
		return usersPage{}, err
	}
	return r.usersPageOf(l, f, made, organisations, list, pending), nil
}

// pendingRow is somebody who has an account, was asked into an organisation and has
// not answered.
type pendingRow struct {
	store.PendingMember
	Into string // the organisation's name
}

func (r *request) usersPageOf(l listing, f form, made linkOnce, organisations []app.Membership, list store.List[app.User], pending []store.PendingMember) usersPage {
	p := usersPage{
		Frame: r.frame("Users"), List: l, Items: list.Items, Pager: l.Pager(len(list.Items), list.Next),
		Form: f, Roles: roleOptions(), Link: made, Disabled: l.Choice("Disabled", "disabled", "1"),
	}
	p.Columns.Email = l.Column("Person", "email", usersOrder)
	p.Columns.Created = l.Column("Since", "-created", usersOrder)
	for _, m := range organisations {
		p.Choices = append(p.Choices, option{Value: m.Organisation.ID, Label: m.Organisation.Name})
		if len(organisations) > 1 {
			p.Organisations = append(p.Organisations, l.Choice(m.Organisation.Name, "organisation", m.Organisation.ID))
		}
	}
	for _, m := range pending {
		row := pendingRow{PendingMember: m}
		for _, o := range p.Choices {
			if o.Value == m.Organisation {
				row.Into = o.Label
			}
		}
		p.Pending = append(p.Pending, row)
	}
	p.Empty = emptyState{Icon: "people", Title: "Nobody fits", Actions: []action{{Label: "Everybody", Href: l.Bare()}}}
	return p
}

// roleOptions lists the roles with what each may do.
func roleOptions() []option {
	says := map[app.Role]string{
		app.Viewer: "reads", app.Developer: "also starts scans", app.Approver: "also decides on findings",
		app.Manager: "also changes projects", app.Administrator: "also users and groups",
	}
	options := make([]option, 0, len(app.Roles()))
	for _, role := range app.Roles() {
		options = append(options, option{Value: string(role), Label: string(role) + ": " + says[role]})
	}
	return options
}

func (u *ui) inviteUser(r *request) (reply, error) {
	in := app.InviteInput{Organisation: r.field("organisation"), Email: r.field("email"), Name: r.field("name"), Role: app.Role(r.field("role"))}
	invited, err := u.app.InviteUser(r.Context(), r.actor, in)
	if err != nil {
		f, err := r.refused("/users", err)
		if err != nil {
			return nil, err
		}
		p, err := r.usersPage(f, linkOnce{})
		if err != nil {
			return nil, err
		}
		return showAgain("users", p), nil
	}
	made := r.linkOnce(invited.Email, invited.Link)
	if !invited.Joined {
		made.Note = "There is an account with this address already, and nobody is taken in unasked: it becomes a member when its person opens the link, signed in, and confirms."
	}
	p, err := r.usersPage(r.form("/users").with("role", string(app.Developer)), made)
	if err != nil {
		return nil, err
	}
	return show("users", p), nil
}

// linkOnce is a one-time link as an address of this server.
func (r *request) linkOnce(whom string, l app.Link) linkOnce {
	return linkOnce{For: whom, Address: r.origin() + app.LinkPath(l), Expires: exact(l.Expires)}
}

// userPage is one person, for administrators.
type userPage struct {
	Frame       frame
	User        app.UserDetail
	Form        form
	Memberships []membershipRow
	Groups      []link
	Link        linkOnce
	CSRF        string
	MayInstall  bool // the actor administers the installation
	Self        bool
}

type membershipRow struct {
	app.Membership
	Form  form
	Roles []option
}

func (u *ui) user(r *request) (reply, error) {
	p, err := r.userPage(linkOnce{}, "")
	if err != nil {
		return nil, err
	}
	return show("user", p), nil
}

func (r *request) userPage(made linkOnce, fault string) (userPage, error) {
	detail, err := r.ui.app.User(r.Context(), r.actor, r.PathValue("user"))
	if err != nil {
		return userPage{}, err
	}
	return r.userPageOf(detail, made, fault), nil
}

func (r *request) userPageOf(detail app.UserDetail, made linkOnce, fault string) userPage {
	path := "/users/" + detail.ID
	p := userPage{
		Frame: r.frame(detail.Name), User: detail, Link: made, CSRF: r.csrf, MayInstall: r.actor.Installation, Self: detail.ID == r.actor.UserID,
		Form: r.form(path).of(detail.Revision).with("name", detail.Name),
	}
	p.Form.Fault = fault
	p.Frame.Crumbs = []link{{"Users", "/users"}}
	p.Frame.Lead = detail.Email
	switch {
	case detail.Disabled:
		p.Frame.Badge = badge{"disabled", "bad", "Cannot sign in; tokens do not work"}
	case detail.Administrator:
		p.Frame.Badge = badge{"administrator", "accent", "Of the whole installation"}
	}
	for _, m := range detail.Memberships {
		f := r.form(path).with("role", string(m.Role))
		p.Memberships = append(p.Memberships, membershipRow{m, f, roleOptions()})
	}
	for _, g := range detail.Groups {
		p.Groups = append(p.Groups, link{g.Name, "/groups/" + g.ID})
	}
	return p
}

// changeUser does what one of the page's buttons says.
func (u *ui) changeUser(r *request) (reply, error) {
	id := r.PathValue("user")
	made, says, err := r.doToUser(id)
	switch {
	case err != nil:
		switch errs.KindOf(err) {
		case errs.Invalid, errs.Conflict, errs.Denied:
			p, again := r.userPage(linkOnce{}, sentence(err.Error()))
			if again != nil {
				return nil, again
			}
			return page{http.StatusUnprocessableEntity, "user", p}, nil
		}
		return nil, err
	case made.Address != "":
		p, err := r.userPage(made, "")
		if err != nil {
			return nil, err
		}
		return show("user", p), nil
	}
	return goSaying("/users/"+id, says), nil
}

func (r *request) doToUser(id string) (made linkOnce, says string, err error) {
	a, ctx := r.ui.app, r.Context()
	switch r.field("do") {
	case "role":
		return made, "The role is changed", a.SetMember(ctx, r.actor, r.field("organisation"), id, app.Role(r.field("role")))
	case "leave":
		return made, "Taken out of the organisation", a.RemoveMember(ctx, r.actor, r.field("organisation"), id)
	case "password":
		l, err := a.NewPasswordLink(ctx, r.actor, id)
		return r.linkOnce("", l), "", err
	}
	change, says := userChange(r)
	revision, err := r.revision()
	if err != nil {
		return made, "", err
	}
	_, err = a.UpdateUser(ctx, r.actor, id, revision, change)
	return made, says, err
}

func userChange(r *request) (app.UserChange, string) {
	yes, no, name := true, false, r.field("name")
	switch r.field("do") {
	case "disable":
		return app.UserChange{Disabled: &yes}, "Disabled: sessions and tokens have ended"
	case "enable":
		return app.UserChange{Disabled: &no}, "Enabled"
	case "promote":
		return app.UserChange{Administrator: &yes}, "Is an administrator of the installation now"
	case "demote":
		return app.UserChange{Administrator: &no}, "Is no administrator of the installation any more"
	}
	return app.UserChange{Name: &name}, "The name is changed"
}
