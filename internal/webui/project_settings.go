package webui

import (
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// settingsPage is all that is set of a project, in parts with a form each.
type settingsPage struct {
	Frame        frame
	Base         string // path of the settings
	General      form
	Scanning     form
	Visibilities []option
	Repositories []repositoryPart
	NewRepo      form
	Credentials  []option
	Channels     []channelPart
	NewChannel   form
	ChannelKinds []option
	Minimums     []option
	Grants       []grantPart
	NewGrant     form
	Subjects     []option
	Roles        []option
	Tokens       string // path of the project's tokens
	Dangers      []danger
}

// repositoryPart is a repository with the form that changes it.
type repositoryPart struct {
	app.RepositoryView
	Form        form
	Credentials []option
	Access      string // in words
	Open        bool   // its form was refused
	Delete      string // where a form takes it away
}

// channelPart is where notifications go.
type channelPart struct {
	store.Channel
	Where string
}

// grantPart is somebody's role for the project.
type grantPart struct {
	app.Grant
	Group bool
	Roles []option
}

func (u *ui) projectSettings(r *request) (reply, error) {
	p, err := r.settingsPage(r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	return show("project_settings", *p), nil
}

// settingsPage reads what the settings show.
func (r *request) settingsPage(project string) (*settingsPage, error) {
	view, err := r.ui.app.Project(r.Context(), r.actor, project)
	if err != nil {
		return nil, err
	}
	if !view.Role.AtLeast(app.Manager) {
		return nil, errs.E(errs.Denied, "the settings of a project need the role manager; you are %s here", view.Role)
	}
	p := r.settingsOf(view)
	if err := r.fillPeople(p, view); err != nil {
		return nil, err
	}
	return p, nil
}

func (r *request) settingsOf(view app.ProjectView) *settingsPage {
	base := projectPath(view.ID) + "/settings"
	p := &settingsPage{
		Frame: r.projectFrame(view, "settings"), Base: base,
		General: r.form(base).of(view.Revision).with("name", view.Name, "description", view.Description,
			"tags", strings.Join(view.Tags, ", "), "visibility", string(view.Visibility)),
		Scanning: r.form(base).of(view.Revision).with("release_pattern", view.ReleasePattern, "schedule", view.Schedule,
			"include", strings.Join(view.Include, "\n"), "exclude", strings.Join(view.Exclude, "\n")),
		Visibilities: visibilityOptions(), Credentials: credentialOptions(""), NewRepo: r.form(base + "/repositories"),
		NewChannel: r.form(base + "/channels").of(view.Revision), ChannelKinds: channelKinds(), Minimums: minimums(),
		NewGrant: r.form(base + "/members"), Roles: rolesUpTo("", view.Role), Tokens: "/tokens?project=" + view.ID,
	}
	for _, repository := range view.Repositories {
		p.Repositories = append(p.Repositories, r.repositoryPart(base, repository))
	}
	for _, c := range view.Channels {
		p.Channels = append(p.Channels, channelPart{c, whereOf(c)})
	}
	p.Dangers = dangersOf(view, base, r.csrf)
	return p
}

func (r *request) repositoryPart(base string, v app.RepositoryView) repositoryPart {
	path := base + "/repositories/" + v.ID
	part := repositoryPart{
		RepositoryView: v, Credentials: credentialOptions(string(v.Credential)), Delete: path + "/delete",
		Form: r.form(path).of(v.Revision).with("url", v.URL, "ref", v.Ref, "username", v.Username, "known_hosts", v.KnownHosts),
	}
	part.Access = map[store.CredentialKind]string{
		store.CredentialToken: "by a token", store.CredentialSSHKey: "by a private key",
	}[v.Credential]
	return part
}

func whereOf(c store.Channel) string {
	if len(c.To) > 0 {
		return strings.Join(c.To, ", ")
	}
	return c.URL
}

func channelKinds() []option {
	return []option{
		{Value: string(store.ChannelEmail), Label: "E-mail"}, {Value: string(store.ChannelWebhook), Label: "Webhook"},
		{Value: string(store.ChannelSlack), Label: "Slack"}, {Value: string(store.ChannelTeams), Label: "Teams"},
	}
}

func minimums() []option {
	return []option{
		{Value: "critical", Label: "critical only"}, {Value: "high", Label: "high and worse"},
		{Value: "medium", Label: "medium and worse"}, {Value: "low", Label: "low and worse"},
	}
}

// rolesUpTo are the roles that somebody with the role most may give.
func rolesUpTo(chosen, most app.Role) []option {
	var options []option
	for _, role := range app.Roles() {
		if most.AtLeast(role) {
			options = append(options, option{Value: string(role), Label: string(role), Chosen: role == chosen})
		}
	}
	return options
}

func dangersOf(view app.ProjectView, base, csrf string) []danger {
	archive := danger{
		Name: "archive", Title: "Archive the project", Button: "Archive", Action: base + "/archive", CSRF: csrf, Revision: view.Revision,
		Text: "It keeps all it has and can be read, but is no longer scanned and no longer counted. This can be undone.",
	}
	if view.Archived {
		archive.Title, archive.Button, archive.Text = "Take the project back", "Take back", "It is scanned and counted again."
	}
	return []danger{archive, {
		Name: "delete", Title: "Delete the project", Button: "Delete for ever", Action: base + "/delete", CSRF: csrf, Revision: view.Revision,
		Text: "Its scans, findings and decisions go with it. Nobody can bring them back.", Confirm: view.Name,
	}}
}

// fillPeople adds who has which role, and who could be given one.
func (r *request) fillPeople(p *settingsPage, view app.ProjectView) error {
	grants, err := r.ui.app.Grants(r.Context(), r.actor, view.ID)
	if err != nil {
		return err
	}
	for _, g := range grants {
		p.Grants = append(p.Grants, grantPart{g, strings.HasPrefix(g.Subject, "group:"), rolesUpTo(g.Role, view.Role)})
	}
	page := store.Page{Limit: store.MaxLimit}
	groups, err := r.ui.app.Groups(r.Context(), r.actor, view.Organisation, page)
	if err != nil {
		return err
	}
	for _, g := range groups.Items {
		p.Subjects = append(p.Subjects, option{Value: "group:" + g.ID, Label: "Group " + g.Name})
	}
	members, err := r.ui.app.Members(r.Context(), r.actor, view.Organisation, page)
	if err != nil {
		return err
	}
	for _, m := range members.Items {
		p.Subjects = append(p.Subjects, option{Value: "user:" + m.User.ID, Label: m.User.Name + " (" + m.User.Email + ")"})
	}
	return nil
}
