package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
)

// prepare fetches exactly the ref that was asked for, and learns its commit.
func (r *run) prepare(ctx context.Context) error {
	repository, err := r.repository(ctx)
	if err != nil {
		return err
	}
	asked := r.scan.Ref
	if asked == "" {
		asked = "HEAD"
	}
	r.sayf("Fetching %s of %s.", asked, repository.URL)
	if err := r.fetch(ctx, repository); err != nil {
		return err
	}
	got := r.source.Description
	r.sayf("Fetched the commit %s of %s.", got.Commit, got.Ref)
	version, err := r.versionOf(ctx, repository)
	if err != nil {
		return err
	}
	return r.next(ctx, store.StageInventory, "commit "+got.Commit, func(tx store.Store, s *store.Scan) error {
		v, err := tx.EnsureVersion(ctx, version)
		s.VersionID, s.Commit = v.ID, got.Commit
		return err
	})
}

func (r *run) repository(ctx context.Context) (store.Repository, error) {
	repository, err := r.p.Store.Repository(ctx, r.scan.RepositoryID)
	if errs.KindOf(err) == errs.NotFound {
		err = errs.E(errs.NotFound, "the repository is no longer one of the project's")
	}
	return repository, err
}

// fetch opens the repository at the scan's ref, or, when it is known, at its
// commit.
func (r *run) fetch(ctx context.Context, repository store.Repository) error {
	remote := r.p.Remote
	remote.URL, remote.Ref, remote.Commit = repository.URL, r.scan.Ref, r.scan.Commit
	var err error
	if remote.Credential, err = r.p.credential(repository); err != nil {
		return err
	}
	r.closeSource()
	r.source, err = r.p.Fetch(ctx, remote)
	return err
}

// credential is what opens a repository.
func (p *Pipeline) credential(repository store.Repository) (source.Credential, error) {
	if repository.Credential == store.CredentialNone || repository.Credential == "" {
		if strings.HasPrefix(repository.URL, "https://") || strings.HasPrefix(repository.URL, "http://") {
			return source.Credential{}, nil
		}
		return p.Fallback, nil
	}
	if p.Keys == nil {
		return source.Credential{}, errs.E(errs.Unavailable, "the repository's credential cannot be opened: this process has no keys")
	}
	c, err := p.Keys.RepositoryCredential(repository)
	if err != nil {
		return source.Credential{}, err
	}
	out := source.Credential{Username: c.Username, KnownHosts: c.KnownHosts}
	if out.KnownHosts == "" {
		out.KnownHosts = p.Fallback.KnownHosts
	}
	if c.Kind == store.CredentialSSHKey {
		out.SSHKey = c.Secret
	} else {
		out.Token = c.Secret
	}
	return out, nil
}

// versionOf is the version that a scan of a repository is of. One that is narrowed
// to a language is a version beside the whole one, whose other components it must
// not take for gone; it counts only as long as there is no whole one.
func (r *run) versionOf(ctx context.Context, repository store.Repository) (store.Version, error) {
	v := store.Version{Project: r.scan.ProjectID, Repository: repository.ID, Ref: r.scan.Ref, Main: r.scan.Ref == repository.Ref}
	if r.scan.Language == "" {
		return v, nil
	}
	main, err := r.mainVersion(ctx, func(other store.Version) bool { return other.Repository == v.Repository })
	v.Ref = fmt.Sprintf("%s#%s", v.Ref, r.scan.Language)
	v.Main = v.Main && (main.ID == 0 || main.Ref == v.Ref)
	return v, err
}

// mainVersion finds the first of the project's versions that count and have an
// inventory, among some; the zero version if there is none.
func (r *run) mainVersion(ctx context.Context, among func(store.Version) bool) (store.Version, error) {
	all, err := r.p.Store.VersionsOf(ctx, r.scan.ProjectID)
	for _, v := range all {
		if v.Main && v.Inventory != 0 && among(v) {
			return v, err
		}
	}
	return store.Version{}, err
}

// pushedVersion is the version that a pushed inventory is of. The first ref that
// is pushed counts, unless the project's repositories do.
func (r *run) pushedVersion(ctx context.Context) (store.Version, error) {
	v := store.Version{Project: r.scan.ProjectID, Ref: r.scan.Ref}
	main, err := r.mainVersion(ctx, func(store.Version) bool { return true })
	v.Main = main.ID == 0 || main.Repository == "" && main.Ref == v.Ref
	return v, err
}
