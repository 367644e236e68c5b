package store

import "context"

// Group is a set of an organisation's members.
type Group struct {
	ID           string
	Organisation string
	Name         string // unique in the organisation
	Members      int64
	Revision     int64
}

// Groups keeps groups and who is in them.
type Groups interface {
	// CreateGroup adds a group; errs.Conflict if the name is taken.
	CreateGroup(ctx context.Context, g Group) error
	Group(ctx context.Context, id string) (Group, error)
	// GroupsByID reads some groups; those that are not there are left out.
	GroupsByID(ctx context.Context, ids []string) (map[string]Group, error)
	// Groups lists an organisation's groups by name.
	Groups(ctx context.Context, organisation string, p Page) (List[Group], error)
	// UpdateGroup changes the name and raises the revision; errs.Conflict if the
	// revision is another than g's, or the name taken.
	UpdateGroup(ctx context.Context, g Group) error
	// DeleteGroup removes a group and what projects grant it.
	DeleteGroup(ctx context.Context, id string) error
	// AddToGroup puts a user into a group; again is no error.
	AddToGroup(ctx context.Context, group, user string) error
	// RemoveFromGroup takes a user out; errs.NotFound if not in it.
	RemoveFromGroup(ctx context.Context, group, user string) error
	// GroupMembers lists a group's users, without passwords, by address.
	GroupMembers(ctx context.Context, group string, p Page) (List[User], error)
	// UserGroups lists the groups that a user is in, by name.
	UserGroups(ctx context.Context, user string) ([]Group, error)
}
