package app

import (
	"context"
	"slices"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// ProjectView is a project as the actor sees it.
type ProjectView struct {
	store.Project
	Role         Role // the actor's for this project
	Repositories []RepositoryView
	Versions     []store.Version
	Outdated     string // the release that a main version was last compared with, if another one is current; empty: none is older
}

// RepositoryView is a repository without its credential.
type RepositoryView struct {
	store.Repository      // Sealed is nil
	HasCredential    bool // one is stored
}

// NewProject is what a project is made from. What is empty takes its default.
type NewProject struct {
	Organisation string // empty: the actor's, if that is only one
	ProjectSettings
	Repositories []NewRepository
	Channels     []ChannelSettings
}

// ProjectSettings are what a person sets of a project.
type ProjectSettings struct {
	Name           string
	Description    string
	Visibility     store.Visibility // empty: organisation
	Tags           []string
	ReleasePattern string // empty: store.DefaultReleasePattern
	Include        []string
	Exclude        []string
	Schedule       string // a cron line in UTC, or @daily and the like; empty: none
}

// ProjectEdit changes a project; what is nil stays. An emptied list is not nil.
type ProjectEdit struct {
	Name           *string
	Description    *string
	Visibility     *store.Visibility
	Tags           *[]string
	ReleasePattern *string
	Include        *[]string
	Exclude        *[]string
	Schedule       *string
	Channels       *[]ChannelSettings
	Archived       *bool
}

// ProjectQuery narrows a list of projects.
type ProjectQuery struct {
	Organisation string // empty: all that the actor sees
	Text         string // in the name
	Tag          string
	Archived     bool
	Severity     string // with open findings of it
	Exploited    bool
	Troubled     bool       // the last scan failed or was incomplete
	Never        bool       // never scanned
	Behind       bool       // matched with an older release than the current one
	Page         store.Page // sorts: name, risk, components, scanned, created
}

// maxRepositories bounds the repositories of a project.
const maxRepositories = 50

// noProject is what need calls a project.
const noProject = "such project"

// Projects lists projects that the actor sees.
func (a *App) Projects(ctx context.Context, who Actor, q ProjectQuery) (store.List[store.Project], error) {
	if !who.may(ScopeRead) {
		return store.List[store.Project]{}, who.need(Viewer, Viewer, ScopeRead, noProject)
	}
	list, err := a.Store.ListProjects(ctx, store.ProjectFilter{
		Organisation: q.Organisation, Visible: who.visible(), Text: q.Text, Tag: q.Tag, Archived: q.Archived,
		Severity: q.Severity, Exploited: q.Exploited, Troubled: q.Troubled, Never: q.Never, Behind: q.Behind,
	}, q.Page)
	for i := range list.Items {
		list.Items[i].ChannelSecrets = nil
	}
	return list, err
}

// maxTags bounds what ProjectTags lists.
const maxTags = 200

// ProjectTags lists the tags of the projects that the actor sees, sorted.
func (a *App) ProjectTags(ctx context.Context, who Actor, organisation string) ([]string, error) {
	if !who.may(ScopeRead) {
		return nil, who.need(Viewer, Viewer, ScopeRead, noProject)
	}
	return a.Store.ProjectTags(ctx, organisation, who.visible(), maxTags)
}

// Project reads a project with its repositories and versions.
func (a *App) Project(ctx context.Context, who Actor, id string) (ProjectView, error) {
	p, err := projectFor(ctx, a.Store, who, id, Viewer, ScopeRead)
	if err != nil {
		return ProjectView{}, err
	}
	return a.projectView(ctx, who, p)
}

// projectView adds to a project what belongs to it, and takes out what is secret.
func (a *App) projectView(ctx context.Context, who Actor, p store.Project) (ProjectView, error) {
	p.ChannelSecrets = nil
	view := ProjectView{Project: p, Role: who.For(p.Organisation, p.ID, p.Visibility == store.Private)}
	repositories, err := a.Store.RepositoriesOf(ctx, p.ID)
	if err != nil {
		return view, err
	}
	for _, r := range repositories {
		view.Repositories = append(view.Repositories, viewOfRepository(r))
	}
	if view.Versions, err = a.Store.VersionsOf(ctx, p.ID); err != nil {
		return view, err
	}
	view.Outdated, err = a.outdated(ctx, view.Versions)
	return view, err
}

// outdated names the oldest release that main versions were last compared with, if
// that is not the current one: their figures say nothing of what came since.
func (a *App) outdated(ctx context.Context, versions []store.Version) (string, error) {
	oldest, err := a.Store.CurrentRelease(ctx)
	if errs.KindOf(err) == errs.NotFound {
		return "", nil
	}
	name := ""
	for _, v := range versions {
		if err != nil || !v.Main || v.Scan == "" {
			continue
		}
		var r store.Release
		if r, err = a.comparedWith(ctx, v); err == nil && r.Seq != 0 && r.Seq < oldest.Seq {
			oldest, name = r, r.Name
		}
	}
	return name, err
}

// CreateProject adds a project and queues the first scan of each of its
// repositories. It needs a manager. Conflict: the name is taken, or a repository
// belongs to another project.
func (a *App) CreateProject(ctx context.Context, who Actor, in NewProject) (ProjectView, error) {
	organisation, err := a.organisationFor(ctx, who, in.Organisation)
	if err != nil {
		return ProjectView{}, err
	}
	if err := who.needIn(organisation, Manager, ScopeManage); err != nil {
		return ProjectView{}, err
	}
	p, repositories, err := a.newProject(who, organisation, in)
	if err != nil {
		return ProjectView{}, err
	}
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		if err := tx.AddProject(ctx, p); err != nil {
			return err
		}
		for _, r := range repositories {
			if err := a.addRepository(ctx, tx, who, p, r); err != nil {
				return err
			}
		}
		return a.audit(ctx, tx, who, projectEvent(p, "project.create", map[string]any{"name": p.Name, "repositories": urls(repositories)}))
	})
	if err != nil {
		return ProjectView{}, err
	}
	p.Revision = 1
	return a.projectView(ctx, who, p)
}

// newProject checks what is asked for and makes the rows of it.
func (a *App) newProject(who Actor, organisation string, in NewProject) (store.Project, []store.Repository, error) {
	var f Faults
	now := a.now()
	p := store.Project{ID: store.NewID(), Organisation: organisation, Created: now, Updated: now}
	settings := in.ProjectSettings
	f.fill(&p, settings.edit(), now)
	if p.Visibility == store.Private && !who.In(organisation).AtLeast(Administrator) {
		return p, nil, errs.E(errs.Denied, "only an administrator of the organisation can make a project private")
	}
	if err := a.fillChannels(&f, &p, in.Channels); err != nil {
		return p, nil, err
	}
	f.Unless(len(in.Repositories) <= maxRepositories, "repositories", "are more than %d", maxRepositories)
	var repositories []store.Repository
	for i, n := range in.Repositories {
		r, err := a.newRepository(f.of("repositories", i), p.ID, n, now)
		if err != nil {
			return p, nil, err
		}
		f.Unless(!slices.ContainsFunc(repositories, func(o store.Repository) bool { return o.Key == r.Key && r.Key != "" }),
			field("repositories", i, "url"), "is a repository that is listed already")
		repositories = append(repositories, r)
	}
	return p, repositories, f.Err()
}

// EditProject changes a project that still has the given revision; else it is a
// Conflict. It needs a manager, and an administrator to show or hide a private
// project.
func (a *App) EditProject(ctx context.Context, who Actor, id string, revision int64, in ProjectEdit) (ProjectView, error) {
	var p store.Project
	err := a.Store.Tx(ctx, func(tx store.Store) (err error) {
		if p, err = a.lockProject(ctx, tx, who, id, revision); err != nil {
			return err
		}
		before := p
		if p, err = a.edited(who, p, in); err != nil {
			return err
		}
		if err := editCounted(ctx, tx, before, p); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, projectEvent(p, action(before, p), changes(before, p)))
	})
	if err != nil {
		return ProjectView{}, err
	}
	p, err = a.Store.Project(ctx, id)
	if err != nil {
		return ProjectView{}, err
	}
	return a.projectView(ctx, who, p)
}

// lockProject reads a project that the actor manages and that has a revision, for
// a change.
func (a *App) lockProject(ctx context.Context, tx store.Store, who Actor, id string, revision int64) (store.Project, error) {
	if _, err := projectFor(ctx, tx, who, id, Manager, ScopeManage); err != nil {
		return store.Project{}, err
	}
	p, err := tx.LockProject(ctx, id)
	if err == nil && p.Revision != revision {
		err = errs.Changed("project")
	}
	return p, err
}

// edited is a project with what an edit sets.
func (a *App) edited(who Actor, p store.Project, in ProjectEdit) (store.Project, error) {
	now := a.now()
	private := p.Visibility == store.Private
	var f Faults
	f.fill(&p, in, now)
	if private != (p.Visibility == store.Private) && !who.In(p.Organisation).AtLeast(Administrator) {
		return p, errs.E(errs.Denied, "only an administrator of the organisation can show or hide a project")
	}
	if in.Channels != nil {
		if err := a.fillChannels(&f, &p, *in.Channels); err != nil {
			return p, err
		}
	}
	p.Updated = now
	return p, f.Err()
}

// editCounted stores an edit, and moves the organisation's figures when a project is
// archived or hidden, or is not any more: only what is not archived counts, and what
// is private is counted apart.
func editCounted(ctx context.Context, tx store.Store, before, after store.Project) error {
	moves := before.Archived != after.Archived || before.Visibility != after.Visibility
	if moves && !before.Archived {
		if err := tx.Uncount(ctx, after.ID); err != nil {
			return err
		}
	}
	if err := tx.EditProject(ctx, after); err != nil {
		return err
	}
	if moves && !after.Archived {
		return tx.Recount(ctx, after.ID)
	}
	return nil
}

// action names an edit for the audit log.
func action(before, after store.Project) string {
	switch {
	case after.Archived && !before.Archived:
		return "project.archive"
	case !after.Archived && before.Archived:
		return "project.restore"
	}
	return "project.edit"
}

// DeleteProject deletes a project with its scans, findings and decisions. It needs
// a manager.
func (a *App) DeleteProject(ctx context.Context, who Actor, id string, revision int64) error {
	return a.Store.Tx(ctx, func(tx store.Store) error {
		p, err := a.lockProject(ctx, tx, who, id, revision)
		if err != nil {
			return err
		}
		if err := tx.DeleteProject(ctx, id, revision); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, projectEvent(p, "project.delete", map[string]any{"name": p.Name}))
	})
}

// organisationFor is the organisation that is named, or the actor's only one.
func (a *App) organisationFor(ctx context.Context, who Actor, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	own := make([]string, 0, len(who.Members))
	for id := range who.Members {
		own = append(own, id)
	}
	if len(own) == 0 && (who.Installation || who.System) {
		all, err := a.Store.Organisations(ctx)
		if err != nil {
			return "", err
		}
		for _, o := range all {
			own = append(own, o.ID)
		}
	}
	switch len(own) {
	case 1:
		return own[0], nil
	case 0:
		return "", errs.E(errs.Denied, "you are in no organisation")
	}
	return "", Faults{{"organisation", "is empty, and there are several"}}.Err()
}

// projectEvent is an event of the audit log about a project.
func projectEvent(p store.Project, action string, detail map[string]any) store.Event {
	return store.Event{Organisation: p.Organisation, Project: p.ID, Action: action, Object: "project:" + p.ID, Detail: detail}
}
