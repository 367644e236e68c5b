package sqlstore

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

// ProjectPlace implements store.Grants.
func (n *nouns) ProjectPlace(ctx context.Context, project string) (store.ProjectPlace, error) {
	return one(ctx, n.read, func(row func(...any) error) (p store.ProjectPlace, err error) {
		return p, row(&p.ID, &p.Organisation, &p.Name, &p.Private)
	}, "project with this id", `select id, organisation_id, name, visibility = 'private' from projects where id = $1`, project)
}

// SetGrant implements store.Grants.
func (n *nouns) SetGrant(ctx context.Context, g store.Grant) error {
	return n.do(ctx, `insert into grants (project_id, subject, role) values ($1, $2, $3)
		on conflict (project_id, subject) do update set role = excluded.role`, g.Project, g.Subject, g.Role)
}

// RemoveGrant implements store.Grants.
func (n *nouns) RemoveGrant(ctx context.Context, project, subject string) error {
	return n.must(ctx, "such grant of this project", `delete from grants where project_id = $1 and subject = $2`, project, subject)
}

func scanGrant(row func(...any) error) (g store.Grant, err error) {
	return g, row(&g.Project, &g.Subject, &g.Role)
}

// ProjectGrants implements store.Grants.
func (n *nouns) ProjectGrants(ctx context.Context, project string) ([]store.Grant, error) {
	return collect(ctx, n.read, scanGrant, `select project_id, subject, role from grants where project_id = $1 order by subject`, project)
}

// UserGrants implements store.Grants.
func (n *nouns) UserGrants(ctx context.Context, user, organisation string) ([]store.Grant, error) {
	return collect(ctx, n.read, scanGrant, `select g.project_id, g.subject, g.role from grants g join projects p on p.id = g.project_id
		where g.subject in (select 'user:' || cast($1 as text) union all select 'group:' || group_id from group_members where user_id = $1)
		and (cast($2 as text) = '' or p.organisation_id = $2)
		order by g.project_id, g.subject`, user, organisation)
}
