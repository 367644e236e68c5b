package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

const repositoryColumns = `id, project_id, url, url_key, ref, credential, username, sealed, known_hosts, created_at, revision`

func scanRepository(row func(...any) error) (r store.Repository, err error) {
	var created int64
	err = row(&r.ID, &r.Project, &r.URL, &r.Key, &r.Ref, &r.Credential, &r.Username, &r.Sealed, &r.KnownHosts, &created, &r.Revision)
	r.Created = instant(&created)
	return r, err
}

// AddRepository adds a repository.
func (n *nouns) AddRepository(ctx context.Context, r store.Repository) error {
	_, err := n.write.ExecContext(ctx, `insert into repositories (id, project_id, url, url_key, ref, credential, username, sealed, known_hosts, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.ID, r.Project, r.URL, r.Key, r.Ref, r.Credential, r.Username, r.Sealed, r.KnownHosts, millis(r.Created))
	return n.keyTaken(err)
}

func (n *nouns) keyTaken(err error) error {
	if err != nil && n.dialect.unique(err) {
		return errs.E(errs.Conflict, "this repository belongs to a project already")
	}
	return unavailable(err)
}

// Repository finds a repository.
func (n *nouns) Repository(ctx context.Context, id string) (store.Repository, error) {
	return one(ctx, n.read, scanRepository, "such repository", `select `+repositoryColumns+` from repositories where id = $1`, id)
}

// RepositoryByKey finds a repository by its normalised URL.
func (n *nouns) RepositoryByKey(ctx context.Context, key string) (store.Repository, error) {
	return one(ctx, n.read, scanRepository, "such repository", `select `+repositoryColumns+` from repositories where url_key = $1`, key)
}

// RepositoriesOf lists a project's repositories.
func (n *nouns) RepositoriesOf(ctx context.Context, project string) ([]store.Repository, error) {
	return collect(ctx, n.read, scanRepository, `select `+repositoryColumns+` from repositories where project_id = $1 order by created_at, id`, project)
}

// EditRepository writes what a person sets.
func (n *nouns) EditRepository(ctx context.Context, r store.Repository) error {
	result, err := n.write.ExecContext(ctx, `update repositories set url = $3, url_key = $4, ref = $5, credential = $6, username = $7,
		sealed = $8, known_hosts = $9, revision = revision + 1 where id = $1 and revision = $2`,
		r.ID, r.Revision, r.URL, r.Key, r.Ref, r.Credential, r.Username, r.Sealed, r.KnownHosts)
	if err != nil {
		return n.keyTaken(err)
	}
	return unchanged(result, "repository")
}

// DeleteRepository deletes a repository; its versions no longer count.
func (n *nouns) DeleteRepository(ctx context.Context, id string, revision int64) error {
	return n.within(ctx, func(in *nouns) error {
		r, err := in.Repository(ctx, id)
		if err != nil {
			return err
		}
		if err := in.uncountVersions(ctx, r.Project, []string{id}, 0); err != nil {
			return err
		}
		result, err := in.write.ExecContext(ctx, `delete from repositories where id = $1 and revision = $2`, id, revision)
		if err == nil {
			err = unchanged(result, "repository")
		}
		if err != nil {
			return unavailable(err)
		}
		return in.tellProject(ctx, r.Project)
	})
}

// uncountVersions makes the main versions of some repositories others, but for one.
func (n *nouns) uncountVersions(ctx context.Context, project string, repositories []string, but int64) error {
	ids, err := collect(ctx, n.write, scanOne[int64], `select id from versions
		where project_id = $1 and repository_id`+n.dialect.texts(2)+` and main and id <> $3`, project, list(repositories), but)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := n.SetVersionMain(ctx, id, false); err != nil {
			return err
		}
	}
	return nil
}

// SealedRepositories lists repositories with a credential.
func (n *nouns) SealedRepositories(ctx context.Context, after string, limit int) ([]store.Repository, error) {
	return collect(ctx, n.read, scanRepository, `select `+repositoryColumns+` from repositories
		where sealed is not null and id > $1 order by id limit $2`, after, limit)
}

// Reseal replaces sealed bytes.
func (n *nouns) Reseal(ctx context.Context, repository string, old, sealed []byte) (bool, error) {
	result, err := n.write.ExecContext(ctx, `update repositories set sealed = $3 where id = $1 and sealed = $2`, repository, old, sealed)
	if err != nil {
		return false, unavailable(err)
	}
	count, err := result.RowsAffected()
	return count == 1, err
}

const versionColumns = `id, project_id, repository_id, ref, main, coalesce(inventory_id, 0), coalesce(scan_id, '')`

func scanVersion(row func(...any) error) (v store.Version, err error) {
	err = row(&v.ID, &v.Project, &v.Repository, &v.Ref, &v.Main, &v.Inventory, &v.Scan)
	return v, err
}

// EnsureVersion finds a version or adds it. Of each repository one version is a
// main one; one that was pushed only where no repository's is.
func (n *nouns) EnsureVersion(ctx context.Context, v store.Version) (store.Version, error) {
	var out store.Version
	err := n.within(ctx, func(in *nouns) (err error) {
		if out, err = in.versionRow(ctx, v); err != nil || !v.Main || out.Main {
			return err
		}
		if err := in.uncountVersions(ctx, v.Project, []string{v.Repository, ""}, out.ID); err != nil {
			return err
		}
		out.Main = true
		return in.SetVersionMain(ctx, out.ID, true)
	})
	return out, err
}

func (n *nouns) versionRow(ctx context.Context, v store.Version) (store.Version, error) {
	const query = `select ` + versionColumns + ` from versions where project_id = $1 and repository_id = $2 and ref = $3`
	out, err := scanVersion(n.write.QueryRowContext(ctx, query, v.Project, v.Repository, v.Ref).Scan)
	if !errors.Is(err, sql.ErrNoRows) {
		return out, unavailable(err)
	}
	_, err = n.write.ExecContext(ctx, `insert into versions (project_id, repository_id, ref, main) values ($1, $2, $3, $4)
		on conflict (project_id, repository_id, ref) do nothing`, v.Project, v.Repository, v.Ref, false)
	if err != nil {
		return out, unavailable(err)
	}
	return one(ctx, n.write, scanVersion, "such version", query, v.Project, v.Repository, v.Ref)
}

// Version finds a version.
func (n *nouns) Version(ctx context.Context, id int64) (store.Version, error) {
	return one(ctx, n.read, scanVersion, "such version", `select `+versionColumns+` from versions where id = $1`, id)
}

// VersionsOf lists a project's versions.
func (n *nouns) VersionsOf(ctx context.Context, project string) ([]store.Version, error) {
	return collect(ctx, n.read, scanVersion, `select `+versionColumns+` from versions where project_id = $1 order by main desc, ref, id`, project)
}
