package store

import (
	"context"
	"time"
)

// Organisation owns projects and isolates them from those of others.
type Organisation struct {
	ID        string
	Slug      string // unique, for addresses
	Name      string
	CreatedAt time.Time
	Revision  int64
}

// Member is a user's role in an organisation.
type Member struct {
	Organisation string
	User         User // without the password
	Role         string
}

// Organisations keeps organisations and who is in them.
type Organisations interface {
	// CreateOrganisation adds one; errs.Conflict if the slug is taken.
	CreateOrganisation(ctx context.Context, o Organisation) error
	Organisation(ctx context.Context, id string) (Organisation, error)
	// Organisations lists all, by name; they are few.
	Organisations(ctx context.Context) ([]Organisation, error)
	// UpdateOrganisation changes name and slug and raises the revision; errs.Conflict
	// if the revision is another than o's, or the slug taken.
	UpdateOrganisation(ctx context.Context, o Organisation) error

	// SetMember gives a user a role in an organisation.
	SetMember(ctx context.Context, organisation, user, role string) error
	// RemoveMember takes a user out of an organisation, and of all its groups, and
	// of what its projects grant; errs.NotFound if the user is not in it.
	RemoveMember(ctx context.Context, organisation, user string) error
	// Members lists an organisation's members by address.
	Members(ctx context.Context, organisation string, p Page) (List[Member], error)
	// Memberships are a user's roles by organisation.
	Memberships(ctx context.Context, user string) (map[string]string, error)
	// MembersWith lists who has a role in an organisation and is not disabled, and
	// locks them until the transaction ends.
	MembersWith(ctx context.Context, organisation, role string) ([]string, error)
}
