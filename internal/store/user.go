package store

import (
	"context"
	"time"
)

// User is a person with an account of the installation.
type User struct {
	ID            string
	Email         string // lower case, unique
	Name          string
	Password      string // an encoding of a hash; empty: has none
	Administrator bool   // of the installation
	Disabled      bool
	CreatedAt     time.Time
	LastSeenAt    time.Time // zero: never
	OverviewSeen  time.Time // zero: never
	Revision      int64
}

// UserFilter narrows a list of users; what is empty does not.
type UserFilter struct {
	Organisation string // members of it
	Search       string // a part of the name or the address
	Disabled     *bool
}

// Identity is how another service knows a user.
type Identity struct {
	Provider, Subject string
	UserID            string
}

// Users keeps the installation's users.
type Users interface {
	// CreateUser adds a user; errs.Conflict if the address is taken.
	CreateUser(ctx context.Context, u User) error
	User(ctx context.Context, id string) (User, error)
	// UserByEmail finds a user by the address in lower case.
	UserByEmail(ctx context.Context, email string) (User, error)
	// Users lists users. Sort: email.
	Users(ctx context.Context, f UserFilter, p Page) (List[User], error)
	// UsersByID reads some users; those that are not there are left out.
	UsersByID(ctx context.Context, ids []string) (map[string]User, error)
	// UpdateUser changes name, administrator and disabled, and raises the revision;
	// errs.Conflict if the revision is another than u's.
	UpdateUser(ctx context.Context, u User) error
	// SetPassword changes the encoding of a password.
	SetPassword(ctx context.Context, id, encoded string) error
	// SetSeen notes when a user was last there.
	SetSeen(ctx context.Context, id string, at time.Time) error
	// SetOverviewSeen notes when a user last looked at the overview.
	SetOverviewSeen(ctx context.Context, id string, at time.Time) error
	// Administrators lists the administrators of the installation who are not
	// disabled, and locks them until the transaction ends.
	Administrators(ctx context.Context) ([]string, error)
	// HasUsers tells whether there is any user.
	HasUsers(ctx context.Context) (bool, error)

	// AddIdentity ties an identity to a user; errs.Conflict if it is another's.
	AddIdentity(ctx context.Context, i Identity) error
	// UserByIdentity finds the user whom a provider knows by subject.
	UserByIdentity(ctx context.Context, provider, subject string) (User, error)
	// Identities lists a user's identities.
	Identities(ctx context.Context, user string) ([]Identity, error)
}
