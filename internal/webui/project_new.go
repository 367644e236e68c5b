package webui

import (
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// newProjectPage is the form that makes a project.
type newProjectPage struct {
	Frame         frame
	Form          form
	Organisations []option // more than one to choose from, else empty
	Credentials   []option
	Visibilities  []option
}

func (r *request) newProjectPage(f form) (newProjectPage, error) {
	p := newProjectPage{Frame: r.frame("Add a project"), Form: f, Credentials: credentialOptions(f.Value("credential_kind")), Visibilities: visibilityOptions()}
	p.Frame.Crumbs = []link{{"Projects", "/projects"}}
	p.Frame.Lead = "Assay fetches the repository, reads what it depends on and watches that from then on. Nothing of it is executed."
	all, err := r.ui.app.Organisations(r.Context(), r.actor)
	if err != nil {
		return p, err
	}
	for _, m := range all {
		if len(all) > 1 && (m.Role.AtLeast(app.Manager) || r.actor.Installation) {
			p.Organisations = append(p.Organisations, option{Value: m.Organisation.ID, Label: m.Organisation.Name})
		}
	}
	return p, nil
}

func credentialOptions(chosen string) []option {
	if chosen == "" {
		chosen = string(store.CredentialNone)
	}
	options := []option{
		{Value: string(store.CredentialNone), Label: "None: anybody may read it"},
		{Value: string(store.CredentialToken), Label: "Token, by HTTPS"},
		{Value: string(store.CredentialSSHKey), Label: "Private key, by SSH"},
	}
	for i := range options {
		options[i].Chosen = options[i].Value == chosen
	}
	return options
}

func visibilityOptions() []option {
	return []option{
		{Value: string(store.VisibleToOrganisation), Label: "Everybody in the organisation"},
		{Value: string(store.Private), Label: "Only who it is granted to, and administrators"},
	}
}

func (u *ui) newProject(r *request) (reply, error) {
	p, err := r.newProjectPage(r.form("/projects/new"))
	if err != nil {
		return nil, err
	}
	return show("project_new", p), nil
}

func (u *ui) createProject(r *request) (reply, error) {
	view, err := u.app.CreateProject(r.Context(), r.actor, r.newProjectInput())
	if err == nil {
		if len(view.Repositories) > 0 {
			return goSaying(projectPath(view.ID), "The project was added. Its first scan is under way."), nil
		}
		return goSaying(projectPath(view.ID), "The project was added."), nil
	}
	f, err := r.refused("/projects/new", err)
	if err != nil {
		return nil, err
	}
	f.conflictAt("repository", "url")
	f.conflictAt("name", "name")
	f.atField("repositories.0.url", "url")
	f.atField("repositories.0.ref", "ref")
	f.atField("repositories.0.credential.secret", "credential")
	f.atField("repositories.0.credential.username", "username")
	f.atField("repositories.0.credential.known_hosts", "known_hosts")
	p, err := r.newProjectPage(f)
	if err != nil {
		return nil, err
	}
	return showAgain("project_new", p), nil
}

func (r *request) newProjectInput() app.NewProject {
	in := app.NewProject{
		Organisation: r.field("organisation"),
		ProjectSettings: app.ProjectSettings{
			Name: r.field("name"), Description: r.field("description"),
			Visibility: store.Visibility(r.field("visibility")), Tags: words(r.field("tags")),
		},
	}
	if url := r.field("url"); url != "" {
		in.Repositories = []app.NewRepository{{URL: url, Ref: r.field("ref"), Credential: r.credential()}}
		if in.Name == "" {
			in.Name = nameOfURL(url)
		}
	}
	return in
}

// credential reads the fields of a repository's credential.
func (r *request) credential() app.NewCredential {
	c := app.NewCredential{Kind: store.CredentialKind(r.field("credential_kind"))}
	switch c.Kind {
	case store.CredentialToken:
		c.Username, c.Secret = r.field("username"), r.field("credential")
	case store.CredentialSSHKey:
		c.Secret, c.KnownHosts = r.secret("private_key"), r.field("known_hosts")
	}
	return c
}

// words splits a field at commas and spaces.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

// lines splits a field at its ends of lines, without empty ones.
func lines(text string) []string {
	all := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// nameOfURL is what a repository is called: the last part of its path.
func nameOfURL(url string) string {
	url = strings.TrimSuffix(strings.TrimRight(url, "/"), ".git")
	return url[strings.LastIndexAny(url, "/:")+1:]
}
