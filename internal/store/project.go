package store

import (
	"context"
	"time"
)

// Visibility says who of an organisation sees a project.
type Visibility string

// The visibilities.
const (
	VisibleToOrganisation Visibility = "organisation" // all its members
	Private               Visibility = "private"      // who it is granted to, and administrators
)

// DefaultReleasePattern is where a version's release is looked for unless the
// project says otherwise: see ReleaseRefs.
const DefaultReleasePattern = "refs/tags/v#"

// LastScan is what a project remembers of its last scan: of several that say how
// its figures stand (of several repositories), the one in most trouble.
type LastScan struct {
	ID         string // empty: there was none
	At         time.Time
	State      string // of the scan; empty: there was none
	Incomplete bool   // it did not cover everything
}

// Project is what an organisation wants scanned.
type Project struct {
	ID             string
	Organisation   string
	Name           string // unique in the organisation, whatever its case
	Description    string
	Visibility     Visibility
	Tags           []string // lower case, sorted
	ReleasePattern string
	Include        []string // globs: see package glob; none: everything
	Exclude        []string
	Schedule       string    // a cron line in UTC; empty: none
	NextScan       time.Time // by the schedule; zero: none
	Channels       []Channel
	ChannelSecrets []byte `json:"-"` // sealed
	Created        time.Time
	Updated        time.Time
	Archived       bool // is kept and seen, but not scanned and not counted
	Revision       int64
	Components     int64  // of the main versions
	Counts         Counts // of the main versions' open findings
	Risk           int64  // orders by what is worst: see Risk
	LastScan       LastScan
	Behind         bool // a main version was last matched with an older release than the current one
}

// ChannelKind says how a notification travels.
type ChannelKind string

// The kinds of channels.
const (
	ChannelEmail   ChannelKind = "e-mail"
	ChannelWebhook ChannelKind = "webhook"
	ChannelSlack   ChannelKind = "slack"
	ChannelTeams   ChannelKind = "teams"
)

// Channel is where a project's notifications go.
type Channel struct {
	ID      string      `json:"id"`
	Kind    ChannelKind `json:"kind"`
	Name    string      `json:"name"`
	To      []string    `json:"to,omitempty"`  // e-mail: addresses
	URL     string      `json:"url,omitempty"` // webhook: where to; slack, teams: only the host, as the rest is the secret
	Secret  bool        `json:"secret"`        // it has one: what signs a webhook, or a whole address
	Minimum string      `json:"minimum"`       // the least severity that it tells of
	Muted   bool        `json:"muted,omitempty"`
}

// CredentialKind says how a repository is entered.
type CredentialKind string

// The kinds of credentials.
const (
	CredentialNone   CredentialKind = "none"
	CredentialToken  CredentialKind = "token"   // by HTTPS, with a user name if the host wants one
	CredentialSSHKey CredentialKind = "ssh-key" // by SSH, with the host's keys checked
)

// Repository is a git repository of a project.
type Repository struct {
	ID         string
	Project    string
	URL        string // as given
	Key        string // normalised: unique over the installation
	Ref        string // branch or tag that is scanned; empty: the remote's HEAD
	Credential CredentialKind
	Username   string
	Sealed     []byte `json:"-"` // the credential, sealed with the id as associated data
	KnownHosts string // lines of known_hosts that its host must match
	Created    time.Time
	Revision   int64
}

// Version is what a ref of a repository, or of a project's pushes, is made of.
type Version struct {
	ID         int64
	Project    string
	Repository string // empty: pushed
	Ref        string
	Main       bool   // counts for the project's figures
	Inventory  int64  // the current one; 0: none yet
	Scan       string // the last successful one; empty: none yet
}

// ProjectFilter narrows a list of projects. The zero value admits none: Visible
// must say what is seen.
type ProjectFilter struct {
	Organisation string // empty: of all
	Visible      Visible
	Text         string // in the name, whatever its case
	Tag          string
	Archived     bool   // those that are archived instead of those that are not
	Severity     string // that have open findings of it: critical, high, medium, low, negligible, unknown
	Exploited    bool   // that have open findings that are known to be exploited
	Troubled     bool   // whose last scan failed or was incomplete
	Never        bool   // that were never scanned
	Behind       bool   // that were last matched with an older release than the current one
	Idle         bool   // of which no scan waits or runs
}

// Projects keeps projects, repositories and versions.
type Projects interface {
	// AddProject adds a project, revision 1 and without figures. Conflict: the
	// organisation has one of the name.
	AddProject(ctx context.Context, p Project) error
	// Project finds one, archived or not.
	Project(ctx context.Context, id string) (Project, error)
	// LockProject is Project that also keeps other transactions from changing it
	// until this one ends.
	LockProject(ctx context.Context, id string) (Project, error)
	// ProjectsByID finds those that there are, in no order.
	ProjectsByID(ctx context.Context, ids []string) ([]Project, error)
	// EditProject writes what a person sets, where the revision is still the
	// given one, and raises that. Conflict: it is another, or the name is taken.
	EditProject(ctx context.Context, p Project) error
	// DeleteProject deletes a project with all that it has: scans, findings,
	// decisions, tokens. What its vulnerabilities count in the portfolio ends.
	// Conflict: the revision is another.
	DeleteProject(ctx context.Context, id string, revision int64) error
	// ListProjects sorts by name, risk, components, scanned or created; by name
	// unless the page says otherwise.
	ListProjects(ctx context.Context, f ProjectFilter, p Page) (List[Project], error)
	// ProjectTags lists the tags in use, sorted; at most limit.
	ProjectTags(ctx context.Context, organisation string, who Visible, limit int) ([]string, error)
	// SetLastScan remembers a project's last scan.
	SetLastScan(ctx context.Context, project string, last LastScan) error

	// DueProjects finds projects whose schedule says to scan them at or before
	// the time, the longest due first.
	DueProjects(ctx context.Context, at time.Time, limit int) ([]Project, error)
	// TakeDue sets the time of a project's next scan if it is still the one
	// given, and tells whether it was: of several schedulers one takes it. The
	// zero time ends the schedule.
	TakeDue(ctx context.Context, project string, due, next time.Time) (bool, error)

	// AddRepository adds one, revision 1. Conflict: some project has its key.
	AddRepository(ctx context.Context, r Repository) error
	Repository(ctx context.Context, id string) (Repository, error)
	// RepositoryByKey finds one by its normalised URL.
	RepositoryByKey(ctx context.Context, key string) (Repository, error)
	// RepositoriesOf lists a project's, the oldest first.
	RepositoriesOf(ctx context.Context, project string) ([]Repository, error)
	// EditRepository writes what a person sets, as EditProject does.
	EditRepository(ctx context.Context, r Repository) error
	// DeleteRepository deletes one; its versions and scans stay, and no longer
	// count for the project's figures.
	DeleteRepository(ctx context.Context, id string, revision int64) error
	// SealedRepositories lists those with a credential, by id after the given
	// one, so that all can be sealed anew.
	SealedRepositories(ctx context.Context, after string, limit int) ([]Repository, error)
	// Reseal replaces a credential's sealed bytes, and tells whether they were
	// still the old ones.
	Reseal(ctx context.Context, repository string, old, sealed []byte) (bool, error)

	// EnsureVersion finds the version of a project, repository and ref, or adds
	// it. If main is asked for, it becomes the repository's only main version, and
	// what was pushed counts no longer.
	EnsureVersion(ctx context.Context, v Version) (Version, error)
	Version(ctx context.Context, id int64) (Version, error)
	// VersionsOf lists a project's, main ones first, then by ref.
	VersionsOf(ctx context.Context, project string) ([]Version, error)
}
