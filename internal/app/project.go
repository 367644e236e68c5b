package app

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

// ProjectView is a project as the actor sees it.
type ProjectView struct {
	store.Project
	Role         Role // the actor's for this project
	Repositories []RepositoryView
	Versions     []store.Version
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

// ChannelSettings are what a person sets of a notification channel.
type ChannelSettings struct {
	ID      string // of one that is there; empty: a new one
	Kind    store.ChannelKind
	Name    string   // empty: the kind
	To      []string // e-mail: addresses
	URL     string   // webhook, slack, teams: where to; empty for one that is there: as it was
	Secret  string   // webhook: signs deliveries; empty for one that is there: as it was
	Minimum string   // the least severity that it tells of; empty: low
	Muted   bool
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
	Page         store.Page // sorts: name, risk, components, scanned, created
}

// Projects lists projects that the actor sees.
func (a *App) Projects(ctx context.Context, who Actor, q ProjectQuery) (store.List[store.Project], error) {
	return store.List[store.Project]{}, errUnbuilt()
}

// ProjectTags lists the tags of the projects that the actor sees, sorted.
func (a *App) ProjectTags(ctx context.Context, who Actor, organisation string) ([]string, error) {
	return nil, errUnbuilt()
}

// Project reads a project with its repositories and versions.
func (a *App) Project(ctx context.Context, who Actor, id string) (ProjectView, error) {
	return ProjectView{}, errUnbuilt()
}

// CreateProject adds a project and queues the first scan of each of its
// repositories. It needs a manager. Conflict: the name is taken, or a repository
// belongs to another project.
func (a *App) CreateProject(ctx context.Context, who Actor, in NewProject) (ProjectView, error) {
	return ProjectView{}, errUnbuilt()
}

// EditProject changes a project that still has the given revision; else it is a
// Conflict. It needs a manager, and an administrator to show or hide a private
// project.
func (a *App) EditProject(ctx context.Context, who Actor, id string, revision int64, in ProjectEdit) (ProjectView, error) {
	return ProjectView{}, errUnbuilt()
}

// DeleteProject deletes a project with its scans, findings and decisions. It needs
// a manager.
func (a *App) DeleteProject(ctx context.Context, who Actor, id string, revision int64) error {
	return errUnbuilt()
}
