package webui

import (
	"strconv"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// tokensPage lists somebody's own tokens, or with a project in the address those
// of the project.
type tokensPage struct {
	Frame   frame
	List    listing
	Project string
	Items   []tokenRow
	Pager   pager
	Form    form
	Scopes  []scopeChoice
	Expires []option
	New     *app.NewToken // just made: its secret is shown this once
	Command string
	Empty   emptyState
}

type tokenRow struct {
	app.Token
	Form    form
	Expired bool
}

type scopeChoice struct {
	Name, Says string
	On         bool
}

func (u *ui) tokens(r *request) (reply, error) {
	f := r.form("/tokens").withAll("scopes", []string{string(app.ScopeRead)}).with("days", "90", "project", r.URL.Query().Get("project"))
	p, err := r.tokensPage(f, nil)
	if err != nil {
		return nil, err
	}
	return show("tokens", p), nil
}

func (r *request) tokensPage(f form, made *app.NewToken) (tokensPage, error) {
	l := r.listing()
	list, err := r.ui.app.Tokens(r.Context(), r.actor, f.Value("project"), l.page(""))
	if err != nil {
		return tokensPage{}, err
	}
	return r.tokensPageOf(l, f, made, list), nil
}

func (r *request) tokensPageOf(l listing, f form, made *app.NewToken, list store.List[app.Token]) tokensPage {
	p := tokensPage{
		Frame: r.frame("API tokens"), List: l, Project: f.Value("project"), Pager: l.Pager(len(list.Items), list.Next),
		Form: f, New: made, Expires: expiryOptions(f.Value("project") != ""),
	}
	p.Frame.Lead = "A token lets a program in as you, with no more rights than you have and only those you tick."
	if p.Project != "" {
		p.Frame.Crumbs = []link{{"Project", projectPath(p.Project)}, {"Settings", projectPath(p.Project) + "/settings"}}
		p.Frame.Lead = "A project's token belongs to no person: it goes on when people leave."
	}
	for _, s := range []scopeChoice{
		{Name: string(app.ScopeRead), Says: "read projects, scans and findings"},
		{Name: string(app.ScopeScan), Says: "start scans and push inventories: what pipelines need"},
		{Name: string(app.ScopeTriage), Says: "decide on findings"},
		{Name: string(app.ScopeManage), Says: "everything else that you may do"},
	} {
		s.On = f.Holds("scopes", s.Name)
		p.Scopes = append(p.Scopes, s)
	}
	for _, t := range list.Items {
		p.Items = append(p.Items, tokenRow{t, r.form("/tokens/"+t.ID+"/revoke").with("project", p.Project), !t.ExpiresAt.IsZero() && t.ExpiresAt.Before(r.now)})
	}
	if made != nil {
		p.Command = "assay login " + r.origin()
	}
	p.Empty = emptyState{Icon: "key", Title: "No tokens", Text: "Create one for a pipeline or a script. Its secret is shown once."}
	return p
}

// origin is the address of this server: what the operator says, else as the browser
// sees it.
func (r *request) origin() string {
	switch {
	case r.ui.o.Base != "":
		return r.ui.o.Base
	case r.ui.o.Secure || r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func expiryOptions(never bool) []option {
	options := []option{{Value: "30", Label: "in 30 days"}, {Value: "90", Label: "in 90 days"}, {Value: "365", Label: "in a year"}}
	if never {
		options = append(options, option{Value: "0", Label: "never"})
	}
	return options
}

func (u *ui) createToken(r *request) (reply, error) {
	in := app.TokenInput{Name: r.field("name"), Project: r.field("project")}
	for _, s := range r.PostForm["scopes"] {
		in.Scopes = append(in.Scopes, app.Scope(s))
	}
	if days, err := strconv.Atoi(r.field("days")); err == nil && days > 0 {
		in.Expires = r.now.Add(time.Duration(days) * 24 * time.Hour)
	}
	made, err := u.app.CreateToken(r.Context(), r.actor, in)
	if err != nil {
		f, err := r.refused("/tokens", err)
		if err != nil {
			return nil, err
		}
		p, err := r.tokensPage(f, nil)
		if err != nil {
			return nil, err
		}
		return showAgain("tokens", p), nil
	}
	f := r.form("/tokens").withAll("scopes", []string{string(app.ScopeRead)}).with("days", "90", "project", in.Project)
	p, err := r.tokensPage(f, &made)
	if err != nil {
		return nil, err
	}
	return show("tokens", p), nil
}

func (u *ui) revokeToken(r *request) (reply, error) {
	if err := u.app.RevokeToken(r.Context(), r.actor, r.PathValue("token")); err != nil {
		return nil, err
	}
	to := "/tokens"
	if project := r.field("project"); project != "" {
		to += "?project=" + project
	}
	return goSaying(to, "The token no longer works"), nil
}
