package sqlstore

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

const groupColumns = `g.id, g.organisation_id, g.name, (select count(*) from group_members m where m.group_id = g.id), g.revision`

const groupTaken = "there is a group with this name already"

func scanGroup(row func(...any) error) (g store.Group, err error) {
	return g, row(&g.ID, &g.Organisation, &g.Name, &g.Members, &g.Revision)
}

// CreateGroup implements store.Groups.
func (n *nouns) CreateGroup(ctx context.Context, g store.Group) error {
	_, err := n.write.ExecContext(ctx, `insert into groups (id, organisation_id, name) values ($1, $2, $3)`, g.ID, g.Organisation, g.Name)
	return n.taken(err, groupTaken)
}

// Group implements store.Groups.
func (n *nouns) Group(ctx context.Context, id string) (store.Group, error) {
	return one(ctx, n.read, scanGroup, "group with this id", `select `+groupColumns+` from groups g where g.id = $1`, id)
}

// GroupsByID implements store.Groups.
func (n *nouns) GroupsByID(ctx context.Context, ids []string) (map[string]store.Group, error) {
	groups, err := collect(ctx, n.read, scanGroup, `select `+groupColumns+` from groups g where g.id`+n.dialect.texts(1), list(ids))
	out := make(map[string]store.Group, len(groups))
	for _, g := range groups {
		out[g.ID] = g
	}
	return out, err
}

// Groups implements store.Groups.
func (n *nouns) Groups(ctx context.Context, organisation string, p store.Page) (store.List[store.Group], error) {
	var where filter
	where.and("g.organisation_id = ?", organisation)
	return keyset[store.Group]{
		columns: groupColumns, from: "groups g", id: byText("g.id"),
		sorts: map[string]column{"name": byText("g.name")}, first: "name", scan: scanGroup,
	}.list(ctx, n.read, p, where)
}

// UpdateGroup implements store.Groups.
func (n *nouns) UpdateGroup(ctx context.Context, g store.Group) error {
	err := n.revise(ctx, "group", `update groups set name = $1, revision = revision + 1 where id = $2 and revision = $3`, g.Name, g.ID, g.Revision)
	return n.taken(err, groupTaken)
}

// DeleteGroup implements store.Groups.
func (n *nouns) DeleteGroup(ctx context.Context, id string) error {
	if err := n.do(ctx, `delete from grants where subject = $1`, "group:"+id); err != nil {
		return err
	}
	return n.must(ctx, "group with this id", `delete from groups where id = $1`, id)
}

// AddToGroup implements store.Groups.
func (n *nouns) AddToGroup(ctx context.Context, group, user string) error {
	return n.do(ctx, `insert into group_members (group_id, user_id) values ($1, $2) on conflict (group_id, user_id) do nothing`, group, user)
}

// RemoveFromGroup implements store.Groups.
func (n *nouns) RemoveFromGroup(ctx context.Context, group, user string) error {
	return n.must(ctx, "such member of this group", `delete from group_members where group_id = $1 and user_id = $2`, group, user)
}

// GroupMembers implements store.Groups.
func (n *nouns) GroupMembers(ctx context.Context, group string, p store.Page) (store.List[store.User], error) {
	var where filter
	where.and("m.group_id = ?", group)
	return persons("group_members m join users u on u.id = m.user_id").list(ctx, n.read, p, where)
}

// UserGroups implements store.Groups.
func (n *nouns) UserGroups(ctx context.Context, user string) ([]store.Group, error) {
	return collect(ctx, n.read, scanGroup, `select `+groupColumns+` from group_members u join groups g on g.id = u.group_id where u.user_id = $1 order by g.name, g.id`, user)
}
