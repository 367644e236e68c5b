package pipeline

import (
	"context"
	"fmt"
	"slices"
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
	if r.scan.RefUnknown() {
		return r.resolve(ctx, repository)
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
	return r.next(ctx, store.StageInventory, "commit "+got.Commit, func(tx store.Store, s *store.Scan) error {
		v, err := tx.EnsureVersion(ctx, r.versionOf())
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
	remote, err := r.remote(repository)
	if err != nil {
		return err
	}
	remote.Ref, remote.Commit = r.scan.Ref, r.scan.Commit
	r.closeSource()
	r.source, err = r.p.Fetch(ctx, remote)
	return err
}

// remote is how a repository is spoken to: with its credential, within the bounds
// of all.
func (r *run) remote(repository store.Repository) (remote source.Remote, err error) {
	remote = r.p.Remote
	remote.URL = repository.URL
	remote.Credential, err = r.p.credential(repository)
	return remote, err
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

// versionOf is the version that a scan is of. One that is narrowed to a language is
// a version beside the whole one, whose other components it must not take for gone.
func (r *run) versionOf() store.Version {
	v := store.Version{Project: r.scan.ProjectID, Repository: r.scan.RepositoryID, Ref: r.scan.Ref}
	if r.scan.Language != "" {
		v.Ref = fmt.Sprintf("%s#%s", v.Ref, r.scan.Language)
	}
	return v
}

// settle lets a version count if it is to. It comes with the findings, so that
// what counted before counts until then; and before them, so that those of a new
// version are counted once: who counts a vulnerability locks it for all.
func (r *run) settle(ctx context.Context, tx store.Store) error {
	if _, err := tx.LockProject(ctx, r.scan.ProjectID); err != nil { // of two versions that could count one comes first
		return err
	}
	counts, err := r.counts(ctx, tx)
	if err != nil || !counts {
		return err
	}
	v := r.versionOf()
	v.Main = true
	_, err = tx.EnsureVersion(ctx, v)
	return err
}

// counts tells whether the scan's version is what its project is made of: the
// repository's own ref, and of the pushed ones the first, unless the project's
// repositories count. One that is narrowed to a language counts only as long as
// there is no whole one.
func (r *run) counts(ctx context.Context, tx store.Store) (bool, error) {
	versions, err := tx.VersionsOf(ctx, r.scan.ProjectID)
	if err != nil {
		return false, err
	}
	other := func(pushed bool) bool {
		return slices.ContainsFunc(versions, func(v store.Version) bool {
			return v.Main && v.ID != r.scan.VersionID && (pushed || v.Repository == r.scan.RepositoryID)
		})
	}
	if r.scan.RepositoryID == "" {
		return !other(true), nil
	}
	repository, err := tx.Repository(ctx, r.scan.RepositoryID)
	if errs.KindOf(err) == errs.NotFound {
		return false, nil // taken away meanwhile
	}
	return r.scan.Ref == repository.Ref && (r.scan.Language == "" || !other(false)), err
}
