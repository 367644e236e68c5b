package app

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

// NewRepository is what a repository is made from.
type NewRepository struct {
	URL        string // https, http, ssh, git, or user@host:path
	Ref        string // branch or tag; empty: the remote's HEAD
	Credential NewCredential
}

// NewCredential is how a repository is entered.
type NewCredential struct {
	Kind       store.CredentialKind // empty: none
	Username   string               // token: if the host wants one
	Secret     string               // the token, or the private key; empty when editing: as it was
	KnownHosts string               // ssh-key: lines of known_hosts; empty: the installation's
}

// RepositoryEdit changes a repository; what is nil stays.
type RepositoryEdit struct {
	URL        *string
	Ref        *string
	Credential *NewCredential
}

// AddRepository adds a repository to a project and queues its first scan. It needs
// a manager. Conflict: it belongs to a project already, which is named if the
// actor may see it.
func (a *App) AddRepository(ctx context.Context, who Actor, project string, in NewRepository) (RepositoryView, error) {
	return RepositoryView{}, errUnbuilt()
}

// EditRepository changes a repository that still has the given revision.
func (a *App) EditRepository(ctx context.Context, who Actor, project, id string, revision int64, in RepositoryEdit) (RepositoryView, error) {
	return RepositoryView{}, errUnbuilt()
}

// DeleteRepository takes a repository from its project; scans of it stay.
func (a *App) DeleteRepository(ctx context.Context, who Actor, project, id string, revision int64) error {
	return errUnbuilt()
}
