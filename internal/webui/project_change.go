package webui

import (
	"cmp"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// settingsAgain shows the settings with one of their forms refused; set puts it in
// its place.
func (r *request) settingsAgain(err error, set func(p *settingsPage, f form)) (reply, error) {
	f, err := r.refused(r.URL.Path, err)
	if err != nil {
		return nil, err
	}
	p, err := r.settingsPage(r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	set(p, f)
	return showAgain("project_settings", *p), nil
}

// settingsAt is the settings' path, with a part to scroll to.
func (r *request) settingsAt(part string) string {
	return projectPath(r.PathValue("project")) + "/settings" + part
}

func (u *ui) editProject(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	edit, part := r.projectEdit()
	_, err = u.app.EditProject(r.Context(), r.actor, r.PathValue("project"), revision, edit)
	if err == nil {
		return goSaying(r.settingsAt("#"+part), "The settings were stored."), nil
	}
	return r.settingsAgain(err, func(p *settingsPage, f form) {
		f.conflictAt("name", "name")
		if part == "scanning" {
			p.Scanning = f
		} else {
			p.General = f
		}
	})
}

// projectEdit reads one of the two forms of a project's own fields.
func (r *request) projectEdit() (app.ProjectEdit, string) {
	text := func(name string) *string {
		value := r.field(name)
		return &value
	}
	list := func(values []string) *[]string { return &values }
	if r.field("part") == "scanning" {
		pattern := cmp.Or(r.field("release_pattern"), store.DefaultReleasePattern)
		return app.ProjectEdit{
			ReleasePattern: &pattern, Schedule: text("schedule"),
			Include: list(lines(r.field("include"))), Exclude: list(lines(r.field("exclude"))),
		}, "scanning"
	}
	visibility := store.Visibility(r.field("visibility"))
	return app.ProjectEdit{
		Name: text("name"), Description: text("description"), Tags: list(append([]string{}, words(r.field("tags"))...)), Visibility: &visibility,
	}, "general"
}

func (u *ui) addRepository(r *request) (reply, error) {
	in := app.NewRepository{URL: r.field("url"), Ref: r.field("ref"), Credential: r.credential()}
	_, err := u.app.AddRepository(r.Context(), r.actor, r.PathValue("project"), in)
	if err == nil {
		return goSaying(r.settingsAt("#repositories"), "The repository was added. Its first scan is under way."), nil
	}
	return r.settingsAgain(err, func(p *settingsPage, f form) {
		f.conflictAt("repository", "url")
		f.ofRepository()
		p.NewRepo, p.Credentials = f, credentialOptions(f.Value("credential_kind"))
	})
}

// ofRepository moves faults of a repository's input to the form's fields.
func (f form) ofRepository() {
	f.atField("credential.secret", "credential")
	f.atField("credential.username", "username")
	f.atField("credential.known_hosts", "known_hosts")
	f.atField("credential.kind", "credential_kind")
}

func (u *ui) editRepository(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	url, ref, credential := r.field("url"), r.field("ref"), r.credential()
	edit := app.RepositoryEdit{URL: &url, Ref: &ref, Credential: &credential}
	_, err = u.app.EditRepository(r.Context(), r.actor, r.PathValue("project"), r.PathValue("repository"), revision, edit)
	if err == nil {
		return goSaying(r.settingsAt("#repositories"), "The repository was changed."), nil
	}
	return r.settingsAgain(err, func(p *settingsPage, f form) {
		f.ofRepository()
		for i := range p.Repositories {
			if part := &p.Repositories[i]; part.ID == r.PathValue("repository") {
				part.Form, part.Open, part.Credentials = f, true, credentialOptions(f.Value("credential_kind"))
			}
		}
	})
}

func (u *ui) deleteRepository(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	if err := u.app.DeleteRepository(r.Context(), r.actor, r.PathValue("project"), r.PathValue("repository"), revision); err != nil {
		return nil, err
	}
	return goSaying(r.settingsAt("#repositories"), "The repository was taken away. Its scans stay."), nil
}

// changeChannels adds a channel, or switches or removes one: a project's channels
// are one list of its settings.
func (u *ui) changeChannels(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	channels := r.channelsAfter(view.Channels)
	_, err = u.app.EditProject(r.Context(), r.actor, view.ID, revision, app.ProjectEdit{Channels: &channels})
	if err == nil {
		return goSaying(r.settingsAt("#notifications"), "The notifications were changed."), nil
	}
	return r.settingsAgain(err, func(p *settingsPage, f form) {
		f.gather("channels", "where")
		p.NewChannel = f.of(p.General.Revision)
	})
}

func (r *request) channelsAfter(now []store.Channel) []app.ChannelSettings {
	channels := []app.ChannelSettings{}
	for _, c := range now {
		kept := app.ChannelSettings{ID: c.ID, Kind: c.Kind, Name: c.Name, To: c.To, Minimum: c.Minimum, Muted: c.Muted}
		if c.ID == r.field("id") {
			if r.field("act") == "delete" {
				continue
			}
			kept.Muted = !kept.Muted
		}
		channels = append(channels, kept)
	}
	if r.field("id") != "" {
		return channels
	}
	added := app.ChannelSettings{Kind: store.ChannelKind(r.field("kind")), Minimum: r.field("minimum")}
	if added.Kind == store.ChannelEmail {
		added.To = words(r.field("where"))
	} else {
		added.URL, added.Secret = r.field("where"), r.secret("secret")
	}
	return append(channels, added)
}

func (u *ui) changeMember(r *request) (reply, error) {
	project, subject := r.PathValue("project"), r.field("subject")
	if r.field("role") == "" {
		if err := u.app.RemoveGrant(r.Context(), r.actor, project, subject); err != nil {
			return nil, err
		}
		return goUndoable(r.settingsAt("#members"), "The role was taken away.", r.URL.Path,
			map[string]string{"subject": subject, "role": r.field("was")}), nil
	}
	err := u.app.SetGrant(r.Context(), r.actor, project, subject, app.Role(r.field("role")))
	if err == nil {
		return goSaying(r.settingsAt("#members"), "The role was given."), nil
	}
	return r.settingsAgain(err, func(p *settingsPage, f form) { p.NewGrant = f })
}

func (u *ui) archiveProject(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	archived := !view.Archived
	view, err = u.app.EditProject(r.Context(), r.actor, view.ID, revision, app.ProjectEdit{Archived: &archived})
	if err != nil {
		return nil, err
	}
	says := "The project was archived."
	if !archived {
		says = "The project is scanned and counted again."
	}
	undo := map[string]string{"revision": r.form("").of(view.Revision).RevisionText()}
	return goUndoable(projectPath(view.ID), says, r.URL.Path, undo), nil
}

func (u *ui) deleteProject(r *request) (reply, error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	if r.field("confirm") != view.Name {
		return nil, errs.E(errs.Invalid, "the name that was typed is not the project's; nothing was deleted")
	}
	if err := u.app.DeleteProject(r.Context(), r.actor, view.ID, revision); err != nil {
		return nil, err
	}
	return goSaying("/projects", "The project "+view.Name+" was deleted."), nil
}
