package app

import (
	"context"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// NewRepository is what a repository is made from.
type NewRepository struct {
	URL        string // https, ssh, or user@host:path
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

func viewOfRepository(r store.Repository) RepositoryView {
	view := RepositoryView{Repository: r, HasCredential: len(r.Sealed) > 0}
	view.Sealed = nil
	return view
}

// AddRepository adds a repository to a project and queues its first scan. It needs
// a manager. Conflict: it belongs to a project already, which is named if the
// actor may see it.
func (a *App) AddRepository(ctx context.Context, who Actor, project string, in NewRepository) (RepositoryView, error) {
	p, err := projectFor(ctx, a.Store, who, project, Manager, ScopeManage)
	if err != nil {
		return RepositoryView{}, err
	}
	var f Faults
	r, err := a.newRepository(faultsOf{faults: &f}, p.ID, in, a.now())
	if err == nil {
		err = f.Err()
	}
	if err != nil {
		return RepositoryView{}, err
	}
	err = a.Store.Tx(ctx, func(tx store.Store) error {
		if p, err = tx.LockProject(ctx, project); err != nil {
			return err
		}
		there, err := tx.RepositoriesOf(ctx, project)
		if err != nil {
			return err
		}
		if len(there) >= maxRepositories {
			return errs.E(errs.Invalid, "a project has at most %d repositories", maxRepositories)
		}
		if err := a.addRepository(ctx, tx, who, p, r); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, repositoryEvent(p, r, "repository.add"))
	})
	r.Revision = 1
	return viewOfRepository(r), err
}

// addRepository stores a repository and queues its first scan.
func (a *App) addRepository(ctx context.Context, tx store.Store, who Actor, p store.Project, r store.Repository) error {
	if err := free(ctx, tx, who, r); err != nil {
		return err
	}
	if err := tx.AddRepository(ctx, r); err != nil {
		return err
	}
	if p.Archived {
		return nil
	}
	_, err := a.startScan(ctx, tx, who, r, p, NewScan{Trigger: store.TriggerCreate})
	return err
}

// free is the Conflict of a repository that belongs to another project, or to this
// one already.
func free(ctx context.Context, tx store.Store, who Actor, r store.Repository) error {
	other, err := tx.RepositoryByKey(ctx, r.Key)
	switch {
	case errs.KindOf(err) == errs.NotFound || err == nil && other.ID == r.ID:
		return nil
	case err != nil:
		return err
	}
	p, err := tx.Project(ctx, other.Project)
	if err != nil {
		return err
	}
	if who.For(p.Organisation, p.ID, p.Visibility == store.Private) == Nobody {
		return errs.E(errs.Conflict, "this repository belongs to a project already, which you may not see")
	}
	return errs.E(errs.Conflict, "this repository belongs to the project %q already", p.Name)
}

// EditRepository changes a repository that still has the given revision.
func (a *App) EditRepository(ctx context.Context, who Actor, project, id string, revision int64, in RepositoryEdit) (RepositoryView, error) {
	var r store.Repository
	err := a.Store.Tx(ctx, func(tx store.Store) (err error) {
		p, before, err := repositoryOf(ctx, tx, who, project, id, revision)
		if err != nil {
			return err
		}
		if r, err = a.editedRepository(before, in); err != nil {
			return err
		}
		if err := free(ctx, tx, who, r); err != nil {
			return err
		}
		if err := tx.EditRepository(ctx, r); err != nil {
			return err
		}
		if err := a.audit(ctx, tx, who, repositoryEvent(p, r, "repository.edit")); err != nil {
			return err
		}
		r.Revision++
		return nil
	})
	return viewOfRepository(r), err
}

// repositoryOf reads a repository of a project that the actor manages, for a
// change.
func repositoryOf(ctx context.Context, tx store.Store, who Actor, project, id string, revision int64) (store.Project, store.Repository, error) {
	p, err := projectFor(ctx, tx, who, project, Manager, ScopeManage)
	if err != nil {
		return p, store.Repository{}, err
	}
	if _, err := tx.LockProject(ctx, project); err != nil {
		return p, store.Repository{}, err
	}
	r, err := tx.Repository(ctx, id)
	switch {
	case err == nil && r.Project != project:
		err = errs.E(errs.NotFound, "there is no such repository")
	case err == nil && r.Revision != revision:
		err = errs.Changed("repository")
	}
	return p, r, err
}

// DeleteRepository takes a repository from its project; scans of it stay.
func (a *App) DeleteRepository(ctx context.Context, who Actor, project, id string, revision int64) error {
	return a.Store.Tx(ctx, func(tx store.Store) error {
		p, r, err := repositoryOf(ctx, tx, who, project, id, revision)
		if err != nil {
			return err
		}
		if err := tx.DeleteRepository(ctx, id, revision); err != nil {
			return err
		}
		return a.audit(ctx, tx, who, repositoryEvent(p, r, "repository.delete"))
	})
}

// repositoryEvent is an event of the audit log about a repository.
func repositoryEvent(p store.Project, r store.Repository, action string) store.Event {
	return store.Event{Organisation: p.Organisation, Project: p.ID, Action: action, Object: "repository:" + r.ID,
		Detail: map[string]any{"url": r.URL, "ref": r.Ref, "credential": string(r.Credential)}}
}

func urls(repositories []store.Repository) []string {
	out := make([]string, len(repositories))
	for i, r := range repositories {
		out[i] = r.URL
	}
	return out
}
