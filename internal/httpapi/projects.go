package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/store"
)

// Project is what an organisation wants scanned.
type Project struct {
	ID             string     `json:"id"`
	Organisation   string     `json:"organisation"`
	Name           string     `json:"name"`
	Description    string     `json:"description"`
	Visibility     string     `json:"visibility" enum:"organisation,private"`
	Tags           []string   `json:"tags" nullable:"false"`
	ReleasePattern string     `json:"release_pattern" doc:"How the refs of releases are called; # stands for the version number. By it a scan of a release finds its ref."`
	Include        []string   `json:"include" nullable:"false"`
	Exclude        []string   `json:"exclude" nullable:"false"`
	Schedule       string     `json:"schedule" doc:"A cron line in UTC; empty: none."`
	NextScan       time.Time  `json:"next_scan,omitzero"`
	Channels       []Channel  `json:"channels" nullable:"false"`
	Archived       bool       `json:"archived"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
	Components     int64      `json:"components" doc:"Of the main versions."`
	Findings       OpenCounts `json:"findings" doc:"Open ones of the main versions."`
	LastScan       *LastScan  `json:"last_scan,omitempty" doc:"Absent: there was none."`
	Outdated       bool       `json:"outdated" doc:"Its findings are as of an older release of the advisory database than the current one."`
}

// OpenCounts counts open findings by severity.
type OpenCounts struct {
	Critical  int64 `json:"critical"`
	High      int64 `json:"high"`
	Medium    int64 `json:"medium"`
	Low       int64 `json:"low"`
	None      int64 `json:"none"`
	Unknown   int64 `json:"unknown"`
	Exploited int64 `json:"exploited" doc:"Of all these, those that are known to be exploited."`
}

func openCountsOf(c store.Counts) OpenCounts {
	return OpenCounts{c.Critical, c.High, c.Medium, c.Low, c.Negligible, c.Unknown, c.Exploited}
}

// LastScan is a project's last scan.
type LastScan struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	State      string    `json:"state"`
	Incomplete bool      `json:"incomplete" doc:"It did not cover everything."`
}

// Channel is where a project's notifications go.
type Channel struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind" enum:"e-mail,webhook,slack,teams"`
	Name      string   `json:"name"`
	To        []string `json:"to,omitempty" doc:"Addresses of e-mail."`
	URL       string   `json:"url,omitempty" doc:"Where to, without what is secret of it."`
	HasSecret bool     `json:"has_secret"`
	Minimum   string   `json:"minimum" doc:"The least severity that it tells of."`
	Muted     bool     `json:"muted"`
}

func projectOf(p store.Project) Project {
	out := Project{
		ID: p.ID, Organisation: p.Organisation, Name: p.Name, Description: p.Description, Visibility: string(p.Visibility), Tags: texts(p.Tags),
		ReleasePattern: p.ReleasePattern, Include: texts(p.Include), Exclude: texts(p.Exclude), Schedule: p.Schedule, NextScan: p.NextScan,
		Channels: each(p.Channels, channelOf), Archived: p.Archived, CreatedAt: p.Created, UpdatedAt: p.Updated,
		Components: p.Components, Findings: openCountsOf(p.Counts), Outdated: p.Behind,
	}
	if l := p.LastScan; l.ID != "" {
		out.LastScan = &LastScan{l.ID, l.At, l.State, l.Incomplete}
	}
	return out
}

func channelOf(c store.Channel) Channel {
	return Channel{c.ID, string(c.Kind), c.Name, c.To, c.URL, c.Secret, c.Minimum, c.Muted}
}

// texts is a list that is not null.
func texts(list []string) []string { return append([]string{}, list...) }

// ProjectDetail is a project with what belongs to it.
type ProjectDetail struct {
	Project
	Role         string       `json:"role" doc:"One's own for this project."`
	Repositories []Repository `json:"repositories" nullable:"false"`
	Versions     []Version    `json:"versions" nullable:"false"`
}

// Repository is a git repository of a project.
type Repository struct {
	ID            string    `json:"id"`
	URL           string    `json:"url"`
	Ref           string    `json:"ref" doc:"Branch or tag; empty: the remote's HEAD."`
	Credential    string    `json:"credential" enum:"none,token,ssh-key"`
	Username      string    `json:"username,omitempty"`
	HasCredential bool      `json:"has_credential"`
	KnownHosts    string    `json:"known_hosts,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
	ETag          string    `json:"etag" doc:"What If-Match takes to change it."`
}

// Version is what a ref of a repository is made of.
type Version struct {
	ID         int64  `json:"id"`
	Repository string `json:"repository,omitempty" doc:"Absent: an inventory was pushed."`
	Ref        string `json:"ref"`
	Main       bool   `json:"main" doc:"It counts for the project's figures."`
	LastScan   string `json:"last_scan,omitempty" doc:"The last that was done."`
}

func repositoryOf(r app.RepositoryView) Repository {
	return Repository{r.ID, r.URL, r.Ref, string(r.Credential), r.Username, r.HasCredential, r.KnownHosts, r.Created, etag(r.Revision)}
}

type projectAnswer struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     ProjectDetail
}

func projectAnswered(v app.ProjectView, err error) (*projectAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &projectAnswer{etag(v.Revision), Prefix + "/projects/" + v.ID, ProjectDetail{
		Project: projectOf(v.Project), Role: string(v.Role), Repositories: each(v.Repositories, repositoryOf),
		Versions: each(v.Versions, func(v store.Version) Version { return Version{v.ID, v.Repository, v.Ref, v.Main, v.Scan} }),
	}}, nil
}

type repositoryAnswer struct {
	ETag string `header:"ETag"`
	Body Repository
}

func repositoryAnswered(r app.RepositoryView, err error) (*repositoryAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &repositoryAnswer{etag(r.Revision), repositoryOf(r)}, nil
}

// projects are the operations on projects and repositories.
func (a *api) projects(r huma.API) {
	tags := []string{"projects"}
	register(a, r, huma.Operation{
		OperationID: "list-projects", Method: http.MethodGet, Path: "/projects", Tags: tags, Summary: "List projects",
		Description: "Sorts by name, risk, components, scanned or created.",
	}, a.listProjects)
	register(a, r, huma.Operation{
		OperationID: "create-project", Method: http.MethodPost, Path: "/projects", Tags: tags, DefaultStatus: http.StatusCreated, Summary: "Create a project",
		Description: "The first scan of each of its repositories is queued at once. A repository belongs to one project: another answers 409.",
	}, a.createProject)
	register(a, r, huma.Operation{OperationID: "list-project-tags", Method: http.MethodGet, Path: "/project-tags", Tags: tags, Summary: "List the tags of projects"}, a.projectTags)
	register(a, r, huma.Operation{OperationID: "get-project", Method: http.MethodGet, Path: "/projects/{project}", Tags: tags, Summary: "Get a project"},
		func(ctx context.Context, who app.Actor, in *ProjectPath) (*projectAnswer, error) {
			return projectAnswered(a.app.Project(ctx, who, in.Project))
		})
	register(a, r, huma.Operation{
		OperationID: "update-project", Method: http.MethodPatch, Path: "/projects/{project}", Tags: tags, Summary: "Change a project",
		Description: "What is absent stays as it is. An archived project is kept and seen, but not scanned.",
	}, a.updateProject)
	register(a, r, huma.Operation{
		OperationID: "delete-project", Method: http.MethodDelete, Path: "/projects/{project}", Tags: tags,
		Summary: "Delete a project with its scans, findings and decisions",
	}, a.deleteProject)
	a.repositories(r, tags)
}

func (a *api) repositories(r huma.API, tags []string) {
	register(a, r, huma.Operation{
		OperationID: "add-repository", Method: http.MethodPost, Path: "/projects/{project}/repositories", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Add a repository to a project", Description: "Its first scan is queued at once.",
	}, a.addRepository)
	register(a, r, huma.Operation{
		OperationID: "update-repository", Method: http.MethodPatch, Path: "/projects/{project}/repositories/{repository}", Tags: tags, Summary: "Change a repository",
		Description: "What is absent stays as it is. A credential without a secret keeps the one that is stored, unless the host is another.",
	}, a.updateRepository)
	register(a, r, huma.Operation{
		OperationID: "delete-repository", Method: http.MethodDelete, Path: "/projects/{project}/repositories/{repository}", Tags: tags,
		Summary: "Take a repository from a project", Description: "Scans of it stay.",
	}, a.deleteRepository)
}

type listProjectsInput struct {
	Paging
	Organisation string `query:"organisation" maxLength:"40"`
	Text         string `query:"q" maxLength:"200" doc:"In the name, whatever its case."`
	Tag          string `query:"tag" maxLength:"100"`
	Severity     string `query:"severity" enum:"critical,high,medium,low,none,unknown" doc:"With open findings of it."`
	Archived     bool   `query:"archived" doc:"Those that are archived instead of those that are not."`
	Exploited    bool   `query:"exploited" doc:"With open findings that are known to be exploited."`
	Troubled     bool   `query:"troubled" doc:"Whose last scan failed or was incomplete."`
	Never        bool   `query:"never" doc:"That were never scanned."`
	Outdated     bool   `query:"outdated" doc:"Whose findings are as of an older release of the advisory database than the current one."`
}

func (a *api) listProjects(ctx context.Context, who app.Actor, in *listProjectsInput) (*Listed[Project], error) {
	found, err := a.app.Projects(ctx, who, app.ProjectQuery{
		Organisation: in.Organisation, Text: in.Text, Tag: in.Tag, Archived: in.Archived, Severity: in.Severity,
		Exploited: in.Exploited, Troubled: in.Troubled, Never: in.Never, Behind: in.Outdated, Page: in.page(),
	})
	return listed(ctx, found, projectOf), err
}

type tagsInput struct {
	Organisation string `query:"organisation" maxLength:"40"`
}

type tagsAnswer struct{ Body Items[string] }

func (a *api) projectTags(ctx context.Context, who app.Actor, in *tagsInput) (*tagsAnswer, error) {
	tags, err := a.app.ProjectTags(ctx, who, in.Organisation)
	return &tagsAnswer{Items[string]{Items: texts(tags)}}, err
}

type newRepositoryBody struct {
	URL        string         `json:"url" maxLength:"2000" doc:"https, ssh or user@host:path, without credentials."`
	Ref        string         `json:"ref,omitempty" maxLength:"250" doc:"Branch or tag; absent: the remote's HEAD."`
	Credential credentialBody `json:"credential,omitempty"`
}

type credentialBody struct {
	Kind       string `json:"kind,omitempty" enum:"none,token,ssh-key" doc:"Absent: none."`
	Username   string `json:"username,omitempty" maxLength:"100" doc:"Of a token, if the host wants one."`
	Secret     string `json:"secret,omitempty" maxLength:"32768" doc:"The token, or the private key. It is never answered with."`
	KnownHosts string `json:"known_hosts,omitempty" maxLength:"65536" doc:"Lines of a known_hosts file; absent: those of the installation."`
}

func (b newRepositoryBody) input() app.NewRepository {
	return app.NewRepository{URL: b.URL, Ref: b.Ref, Credential: b.Credential.input()}
}

func (b credentialBody) input() app.NewCredential {
	return app.NewCredential{Kind: store.CredentialKind(b.Kind), Username: b.Username, Secret: b.Secret, KnownHosts: b.KnownHosts}
}

type channelBody struct {
	ID      string   `json:"id,omitempty" maxLength:"40" doc:"Of one that is there; absent: a new one."`
	Kind    string   `json:"kind" enum:"e-mail,webhook,slack,teams"`
	Name    string   `json:"name,omitempty" maxLength:"100"`
	To      []string `json:"to,omitempty" maxItems:"20"`
	URL     string   `json:"url,omitempty" maxLength:"2000" doc:"Absent for one that is there: as it was."`
	Secret  string   `json:"secret,omitempty" maxLength:"500" doc:"Signs what a webhook delivers. Absent for one that is there: as it was."`
	Minimum string   `json:"minimum,omitempty" enum:"critical,high,medium,low,unknown,none" doc:"The least severity that it tells of; absent: low."`
	Muted   bool     `json:"muted,omitempty"`
}

func (b channelBody) input() app.ChannelSettings {
	return app.ChannelSettings{ID: b.ID, Kind: store.ChannelKind(b.Kind), Name: b.Name, To: b.To, URL: b.URL, Secret: b.Secret, Minimum: b.Minimum, Muted: b.Muted}
}

type createProjectInput struct {
	Body struct {
		Organisation   string              `json:"organisation,omitempty" maxLength:"40" doc:"Absent: one's only one."`
		Name           string              `json:"name" maxLength:"400"`
		Description    string              `json:"description,omitempty" maxLength:"8000"`
		Visibility     string              `json:"visibility,omitempty" enum:"organisation,private"`
		Tags           []string            `json:"tags,omitempty" maxItems:"20"`
		ReleasePattern string              `json:"release_pattern,omitempty" maxLength:"250"`
		Include        []string            `json:"include,omitempty" maxItems:"100" doc:"Patterns of files to read, such as **/package.json; none: all."`
		Exclude        []string            `json:"exclude,omitempty" maxItems:"100"`
		Schedule       string              `json:"schedule,omitempty" maxLength:"100" doc:"A cron line in UTC."`
		Repositories   []newRepositoryBody `json:"repositories,omitempty" maxItems:"50"`
		Channels       []channelBody       `json:"channels,omitempty" maxItems:"20"`
	}
}

func (a *api) createProject(ctx context.Context, who app.Actor, in *createProjectInput) (*projectAnswer, error) {
	b := in.Body
	return projectAnswered(a.app.CreateProject(ctx, who, app.NewProject{
		Organisation: b.Organisation,
		ProjectSettings: app.ProjectSettings{
			Name: b.Name, Description: b.Description, Visibility: store.Visibility(b.Visibility), Tags: b.Tags,
			ReleasePattern: b.ReleasePattern, Include: b.Include, Exclude: b.Exclude, Schedule: b.Schedule,
		},
		Repositories: each(b.Repositories, newRepositoryBody.input), Channels: each(b.Channels, channelBody.input),
	}))
}

type updateProjectInput struct {
	ProjectPath
	IfMatch
	Body struct {
		Name           *string       `json:"name,omitempty" maxLength:"400"`
		Description    *string       `json:"description,omitempty" maxLength:"8000"`
		Visibility     *string       `json:"visibility,omitempty" enum:"organisation,private"`
		Tags           []string      `json:"tags,omitempty" maxItems:"20"`
		ReleasePattern *string       `json:"release_pattern,omitempty" maxLength:"250"`
		Include        []string      `json:"include,omitempty" maxItems:"100"`
		Exclude        []string      `json:"exclude,omitempty" maxItems:"100"`
		Schedule       *string       `json:"schedule,omitempty" maxLength:"100"`
		Channels       []channelBody `json:"channels,omitempty" maxItems:"20" doc:"All of them: those that are left out are removed."`
		Archived       *bool         `json:"archived,omitempty"`
	}
}

func (a *api) updateProject(ctx context.Context, who app.Actor, in *updateProjectInput) (*projectAnswer, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	b := in.Body
	edit := app.ProjectEdit{Name: b.Name, Description: b.Description, Visibility: (*store.Visibility)(b.Visibility), Tags: given(b.Tags),
		ReleasePattern: b.ReleasePattern, Include: given(b.Include), Exclude: given(b.Exclude), Schedule: b.Schedule, Archived: b.Archived}
	if b.Channels != nil {
		edit.Channels = given(each(b.Channels, channelBody.input))
	}
	return projectAnswered(a.app.EditProject(ctx, who, in.Project, revision, edit))
}

// given is a list that a body had, even an empty one.
func given[T any](list []T) *[]T {
	if list == nil {
		return nil
	}
	return &list
}

type deleteProjectInput struct {
	ProjectPath
	IfMatch
}

func (a *api) deleteProject(ctx context.Context, who app.Actor, in *deleteProjectInput) (*struct{}, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	return nil, a.app.DeleteProject(ctx, who, in.Project, revision)
}

type addRepositoryInput struct {
	ProjectPath
	Body newRepositoryBody
}

func (a *api) addRepository(ctx context.Context, who app.Actor, in *addRepositoryInput) (*repositoryAnswer, error) {
	return repositoryAnswered(a.app.AddRepository(ctx, who, in.Project, in.Body.input()))
}

// RepositoryPath names a repository of a project in the path.
type RepositoryPath struct {
	ProjectPath
	Repository string `path:"repository" maxLength:"40" doc:"The repository's id."`
	IfMatch
}

type updateRepositoryInput struct {
	RepositoryPath
	Body struct {
		URL        *string         `json:"url,omitempty" maxLength:"2000"`
		Ref        *string         `json:"ref,omitempty" maxLength:"250"`
		Credential *credentialBody `json:"credential,omitempty"`
	}
}

func (a *api) updateRepository(ctx context.Context, who app.Actor, in *updateRepositoryInput) (*repositoryAnswer, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	edit := app.RepositoryEdit{URL: in.Body.URL, Ref: in.Body.Ref}
	if in.Body.Credential != nil {
		credential := in.Body.Credential.input()
		edit.Credential = &credential
	}
	return repositoryAnswered(a.app.EditRepository(ctx, who, in.Project, in.Repository, revision, edit))
}

func (a *api) deleteRepository(ctx context.Context, who app.Actor, in *RepositoryPath) (*struct{}, error) {
	revision, err := in.revision()
	if err != nil {
		return nil, err
	}
	return nil, a.app.DeleteRepository(ctx, who, in.Project, in.Repository, revision)
}
