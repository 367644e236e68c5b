package store

import (
	"context"
	"time"
)

// Session is a signed-in browser.
type Session struct {
	Hash      []byte // SHA-256 of the cookie
	UserID    string
	CSRF      string // what the session's forms carry
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time // at the latest, however busy
	Address   string
	Agent     string
}

// Sessions keeps sessions.
type Sessions interface {
	CreateSession(ctx context.Context, s Session) error
	// Session finds a session by its hash, expired or not.
	Session(ctx context.Context, hash []byte) (Session, error)
	// SawSession notes when a session was last used.
	SawSession(ctx context.Context, hash []byte, at time.Time) error
	// DeleteSession ends a session; ending again is no error.
	DeleteSession(ctx context.Context, hash []byte) error
	// DeleteSessions ends all sessions of a user but one, which may be nil.
	DeleteSessions(ctx context.Context, user string, but []byte) error
	// UserSessions lists a user's sessions, last used first.
	UserSessions(ctx context.Context, user string) ([]Session, error)
	// ExpireSessions removes sessions that expired, or were last used before idle.
	ExpireSessions(ctx context.Context, now, idle time.Time) (int64, error)
}

// The purposes of links.
const (
	LinkSetup      = "setup"      // creates the first administrator
	LinkInvitation = "invitation" // a new user chooses a password
	LinkPassword   = "password"   // a user chooses a new one
	LinkJoin       = "join"       // a user who is signed in joins an organisation
)

// Link is a secret in an address that works once.
type Link struct {
	Hash         []byte
	Purpose      string
	UserID       string // empty: of setup
	Organisation string // of join: which; else empty
	Role         string // of join: as what
	CreatedAt    time.Time
	ExpiresAt    time.Time
	UsedAt       time.Time // zero: not yet
}

// PendingMember is somebody with an account who was asked into an organisation and
// has not answered.
type PendingMember struct {
	Organisation string
	UserID       string
	Email        string
	Role         string
	ExpiresAt    time.Time
}

// Links keeps links.
type Links interface {
	CreateLink(ctx context.Context, l Link) error
	// Link finds a link by its hash, used, expired or not.
	Link(ctx context.Context, hash []byte) (Link, error)
	// SpendLink notes that a link was used; errs.Conflict if it was before.
	SpendLink(ctx context.Context, hash []byte, at time.Time) error
	// DeleteLinks removes a user's links that were not used and open the account;
	// with an empty user, those of setup.
	DeleteLinks(ctx context.Context, user string) error
	// DeleteJoins removes what asks a user into an organisation, and tells how many
	// of it were not used.
	DeleteJoins(ctx context.Context, organisation, user string) (int64, error)
	// PendingMembers lists who was asked into an organisation (empty: any) by links
	// that work at an instant, by address; at most limit.
	PendingMembers(ctx context.Context, organisation string, at time.Time, limit int) ([]PendingMember, error)
	// ExpireLinks removes links that expired before an instant.
	ExpireLinks(ctx context.Context, before time.Time) (int64, error)
}
