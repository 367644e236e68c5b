package webui

import (
	"net/http"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// groupsPage lists an organisation's groups.
type groupsPage struct {
	Frame         frame
	List          listing
	Organisation  string
	Organisations []chip
	Items         []store.Group
	Pager         pager
	Form          form
	Empty         emptyState
}

func (u *ui) groups(r *request) (reply, error) {
	p, err := r.groupsPage(r.form("/groups"))
	if err != nil {
		return nil, err
	}
	return show("groups", p), nil
}

func (r *request) groupsPage(f form) (groupsPage, error) {
	l := r.listing()
	if sent := f.Value("organisation"); sent != "" {
		l.values.Set("organisation", sent)
	}
	organisation, chips, err := r.organisationOf(l)
	if err != nil {
		return groupsPage{}, err
	}
	list, err := r.ui.app.Groups(r.Context(), r.actor, organisation, l.page("name"))
	if err != nil {
		return groupsPage{}, err
	}
	return r.groupsPageOf(l, f, organisation, chips, list), nil
}

func (r *request) groupsPageOf(l listing, f form, organisation string, chips []chip, list store.List[store.Group]) groupsPage {
	p := groupsPage{
		Frame: r.frame("Groups"), List: l, Organisation: organisation, Organisations: chips,
		Items: list.Items, Pager: l.Pager(len(list.Items), list.Next), Form: f,
	}
	p.Frame.Lead = "A project can give a role to a group; whoever is in it has the role there."
	p.Empty = emptyState{Icon: "group", Title: "No groups yet", Text: "A group saves naming the same people in project after project. Create one with the form, then grant it a role in a project's settings."}
	return p
}

func (u *ui) createGroup(r *request) (reply, error) {
	g, err := u.app.CreateGroup(r.Context(), r.actor, r.field("organisation"), r.field("name"))
	if err == nil {
		return goSaying("/groups/"+g.ID, "The group "+g.Name+" is there; now add people"), nil
	}
	f, err := r.refused("/groups", err)
	if err != nil {
		return nil, err
	}
	p, err := r.groupsPage(f)
	if err != nil {
		return nil, err
	}
	return showAgain("groups", p), nil
}

// groupPage is a group with who is in it.
type groupPage struct {
	Frame   frame
	List    listing
	Group   store.Group
	Items   []app.User
	Pager   pager
	Form    form
	Others  []option // members of the organisation who are not in it
	CSRF    string
	Empty   emptyState
	Destroy danger
}

func (u *ui) group(r *request) (reply, error) {
	p, err := r.groupPage("")
	if err != nil {
		return nil, err
	}
	return show("group", p), nil
}

func (r *request) groupPage(fault string) (groupPage, error) {
	l := r.listing()
	g, err := r.ui.app.Group(r.Context(), r.actor, r.PathValue("group"))
	if err != nil {
		return groupPage{}, err
	}
	in, err := r.ui.app.GroupMembers(r.Context(), r.actor, g.ID, l.page("email"))
	if err != nil {
		return groupPage{}, err
	}
	all, err := r.ui.app.Members(r.Context(), r.actor, g.Organisation, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return groupPage{}, err
	}
	return r.groupPageOf(l, g, in, all, fault), nil
}

func (r *request) groupPageOf(l listing, g store.Group, in store.List[app.User], all store.List[app.Member], fault string) groupPage {
	path := "/groups/" + g.ID
	p := groupPage{
		Frame: r.frame(g.Name), List: l, Group: g, Items: in.Items, Pager: l.Pager(len(in.Items), in.Next), CSRF: r.csrf,
		Form: r.form(path).of(g.Revision).with("name", g.Name),
	}
	p.Form.Fault = fault
	p.Frame.Crumbs = []link{{"Groups", "/groups?organisation=" + g.Organisation}}
	inside := map[string]bool{}
	for _, u := range in.Items {
		inside[u.ID] = true
	}
	for _, m := range all.Items {
		if !inside[m.User.ID] {
			p.Others = append(p.Others, option{Value: m.User.ID, Label: m.User.Name + " (" + m.User.Email + ")"})
		}
	}
	p.Empty = emptyState{Icon: "people", Title: "Nobody is in this group yet"}
	p.Destroy = danger{
		Name: "group", Title: "Delete the group", Text: "The people stay; the roles that projects gave to the group end.", Button: "Delete the group",
		Action: path + "?do=delete", CSRF: r.csrf, Revision: g.Revision, Confirm: g.Name,
	}
	return p
}

// changeGroup does what one of the page's buttons says.
func (u *ui) changeGroup(r *request) (reply, error) {
	id := r.PathValue("group")
	to, says, err := r.doToGroup(id)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Denied:
		p, again := r.groupPage(sentence(err.Error()))
		if again != nil {
			return nil, again
		}
		return page{http.StatusUnprocessableEntity, "group", p}, nil
	}
	if err != nil {
		return nil, err
	}
	return goSaying(to, says), nil
}

func (r *request) doToGroup(id string) (to, says string, err error) {
	a, ctx, to := r.ui.app, r.Context(), "/groups/"+id
	do := r.field("do")
	if r.URL.Query().Get("do") == "delete" {
		do = "delete"
	}
	switch do {
	case "add":
		return to, "Added", a.AddToGroup(ctx, r.actor, id, r.field("user"))
	case "remove":
		return to, "Taken out", a.RemoveFromGroup(ctx, r.actor, id, r.field("user"))
	case "delete":
		g, err := a.Group(ctx, r.actor, id)
		if err == nil && r.field("confirm") != g.Name {
			err = errs.E(errs.Invalid, "type the name of the group to delete it")
		}
		if err != nil {
			return to, "", err
		}
		return "/groups", "The group " + g.Name + " is deleted", a.DeleteGroup(ctx, r.actor, id)
	}
	revision, err := r.revision()
	if err != nil {
		return to, "", err
	}
	_, err = a.RenameGroup(ctx, r.actor, id, revision, r.field("name"))
	return to, "The name is changed", err
}
