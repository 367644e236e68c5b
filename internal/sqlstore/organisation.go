package sqlstore

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

const organisationColumns = `id, slug, name, created_at, revision`

const slugTaken = "there is an organisation with this short name already"

func scanOrganisation(row func(...any) error) (o store.Organisation, err error) {
	var created *int64
	err = row(&o.ID, &o.Slug, &o.Name, &created, &o.Revision)
	o.CreatedAt = instant(created)
	return o, err
}

// CreateOrganisation implements store.Organisations.
func (n *nouns) CreateOrganisation(ctx context.Context, o store.Organisation) error {
	_, err := n.write.ExecContext(ctx, `insert into organisations (id, slug, name, created_at) values ($1, $2, $3, $4)`, o.ID, o.Slug, o.Name, millis(o.CreatedAt))
	return n.taken(err, slugTaken)
}

// Organisation implements store.Organisations.
func (n *nouns) Organisation(ctx context.Context, id string) (store.Organisation, error) {
	return one(ctx, n.read, scanOrganisation, "organisation with this id", `select `+organisationColumns+` from organisations where id = $1`, id)
}

// Organisations implements store.Organisations.
func (n *nouns) Organisations(ctx context.Context) ([]store.Organisation, error) {
	return collect(ctx, n.read, scanOrganisation, `select `+organisationColumns+` from organisations order by lower(name), id`)
}

// UpdateOrganisation implements store.Organisations.
func (n *nouns) UpdateOrganisation(ctx context.Context, o store.Organisation) error {
	err := n.revise(ctx, "organisation", `update organisations set slug = $1, name = $2, revision = revision + 1 where id = $3 and revision = $4`, o.Slug, o.Name, o.ID, o.Revision)
	return n.taken(err, slugTaken)
}

// SetMember implements store.Organisations.
func (n *nouns) SetMember(ctx context.Context, organisation, user, role string) error {
	return n.do(ctx, `insert into members (organisation_id, user_id, role) values ($1, $2, $3)
		on conflict (organisation_id, user_id) do update set role = excluded.role`, organisation, user, role)
}

// RemoveMember implements store.Organisations.
func (n *nouns) RemoveMember(ctx context.Context, organisation, user string) error {
	err := n.must(ctx, "such member of this organisation", `delete from members where organisation_id = $1 and user_id = $2`, organisation, user)
	if err != nil {
		return err
	}
	err = n.do(ctx, `delete from group_members where user_id = $2 and group_id in (select id from groups where organisation_id = $1)`, organisation, user)
	if err != nil {
		return err
	}
	return n.do(ctx, `delete from grants where subject = $2 and project_id in (select id from projects where organisation_id = $1)`, organisation, "user:"+user)
}

// Members implements store.Organisations.
func (n *nouns) Members(ctx context.Context, organisation string, p store.Page) (store.List[store.Member], error) {
	var where filter
	where.and("m.organisation_id = ?", organisation)
	return keyset[store.Member]{
		columns: `m.organisation_id, m.role, ` + userColumns, from: "members m join users u on u.id = m.user_id", id: byText("u.id"),
		sorts: map[string]column{"email": byText("u.email")}, first: "email", scan: scanMember,
	}.list(ctx, n.read, p, where)
}

func scanMember(row func(...any) error) (m store.Member, err error) {
	m.User, err = scanPerson(func(into ...any) error {
		return row(append([]any{&m.Organisation, &m.Role}, into...)...)
	})
	return m, err
}

// Memberships implements store.Organisations.
func (n *nouns) Memberships(ctx context.Context, user string) (map[string]string, error) {
	roles, err := collect(ctx, n.read, func(row func(...any) error) (pair [2]string, err error) {
		return pair, row(&pair[0], &pair[1])
	}, `select organisation_id, role from members where user_id = $1`, user)
	out := make(map[string]string, len(roles))
	for _, r := range roles {
		out[r[0]] = r[1]
	}
	return out, err
}

// MembersWith implements store.Organisations. The organisation's row is what is
// locked: members may be none.
func (n *nouns) MembersWith(ctx context.Context, organisation, role string) ([]string, error) {
	_, err := collect(ctx, n.write, scanText, `select id from organisations where id = $1`+n.dialect.forUpdate(), organisation)
	if err != nil {
		return nil, err
	}
	return collect(ctx, n.write, scanText, `select m.user_id from members m join users u on u.id = m.user_id
		where m.organisation_id = $1 and m.role = $2 and not u.disabled order by m.user_id`, organisation, role)
}
