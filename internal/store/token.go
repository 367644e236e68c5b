package store

import (
	"context"
	"time"
)

// Token is a secret that programs show instead of a session.
type Token struct {
	ID           string
	Hash         []byte // SHA-256 of the secret
	Organisation string // that it is narrowed to; empty: none
	UserID       string // whose; empty: a project's
	Project      string // empty: a person's
	Name         string
	Scopes       []string
	CreatedBy    string // an actor
	CreatedAt    time.Time
	ExpiresAt    time.Time // zero: never
	RevokedAt    time.Time // zero: not
	UsedAt       time.Time // zero: never; to the minute
}

// TokenFilter narrows a list of tokens; what is empty does not.
type TokenFilter struct {
	UserID       string
	Project      string
	Organisation string // tokens of its projects
}

// Tokens keeps tokens.
type Tokens interface {
	CreateToken(ctx context.Context, t Token) error
	Token(ctx context.Context, id string) (Token, error)
	// TokenByHash finds a token, expired, revoked or not.
	TokenByHash(ctx context.Context, hash []byte) (Token, error)
	// Tokens lists tokens that were not revoked, newest first.
	Tokens(ctx context.Context, f TokenFilter, p Page) (List[Token], error)
	// RevokeToken revokes a token; again is no error.
	RevokeToken(ctx context.Context, id string, at time.Time) error
	// RevokeTokens revokes all tokens of a user, or of a project: the other is empty.
	RevokeTokens(ctx context.Context, user, project string, at time.Time) error
	// UsedToken notes when a token was last used.
	UsedToken(ctx context.Context, id string, at time.Time) error
}

// Answer is what was answered to a request with an idempotency key.
type Answer struct {
	Actor     string
	Key       string
	Request   []byte // digest of method, path and body
	Status    int    // 0: still running
	Headers   string
	Body      []byte
	CreatedAt time.Time
}

// Answers keeps answers for requests that are sent again.
type Answers interface {
	// BeginAnswer reserves a key, or returns the row that has it already and false.
	// A row that was begun before stale and never finished is taken over.
	BeginAnswer(ctx context.Context, a Answer, stale time.Time) (Answer, bool, error)
	// FinishAnswer keeps what was answered.
	FinishAnswer(ctx context.Context, a Answer) error
	// DropAnswer frees a key whose request had no effect.
	DropAnswer(ctx context.Context, actor, key string) error
	// ExpireAnswers removes answers from before an instant.
	ExpireAnswers(ctx context.Context, before time.Time) (int64, error)
}

// Settings keeps texts by name.
type Settings interface {
	// Setting reads a text; empty if it was never set.
	Setting(ctx context.Context, name string) (string, error)
	SetSetting(ctx context.Context, name, value string) error
}
