package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

const sessionColumns = `hash, user_id, csrf, created_at, seen_at, expires_at, address, agent`

func scanSession(row func(...any) error) (s store.Session, err error) {
	var created, seen, expires *int64
	err = row(&s.Hash, &s.UserID, &s.CSRF, &created, &seen, &expires, &s.Address, &s.Agent)
	s.CreatedAt, s.SeenAt, s.ExpiresAt = instant(created), instant(seen), instant(expires)
	return s, err
}

// CreateSession implements store.Sessions.
func (n *nouns) CreateSession(ctx context.Context, s store.Session) error {
	return n.do(ctx, `insert into sessions (`+sessionColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.Hash, s.UserID, s.CSRF, millis(s.CreatedAt), millis(s.SeenAt), millis(s.ExpiresAt), s.Address, s.Agent)
}

// Session implements store.Sessions.
func (n *nouns) Session(ctx context.Context, hash []byte) (store.Session, error) {
	return one(ctx, n.read, scanSession, "such session", `select `+sessionColumns+` from sessions where hash = $1`, hash)
}

// SawSession implements store.Sessions.
func (n *nouns) SawSession(ctx context.Context, hash []byte, at time.Time) error {
	return n.must(ctx, "such session", `update sessions set seen_at = $1 where hash = $2`, millis(at), hash)
}

// DeleteSession implements store.Sessions.
func (n *nouns) DeleteSession(ctx context.Context, hash []byte) error {
	return n.do(ctx, `delete from sessions where hash = $1`, hash)
}

// DeleteSessions implements store.Sessions.
func (n *nouns) DeleteSessions(ctx context.Context, user string, but []byte) error {
	if but == nil {
		but = []byte{}
	}
	return n.do(ctx, `delete from sessions where user_id = $1 and hash <> $2`, user, but)
}

// UserSessions implements store.Sessions.
func (n *nouns) UserSessions(ctx context.Context, user string) ([]store.Session, error) {
	return collect(ctx, n.read, scanSession, `select `+sessionColumns+` from sessions where user_id = $1 order by seen_at desc, hash`, user)
}

// ExpireSessions implements store.Sessions.
func (n *nouns) ExpireSessions(ctx context.Context, now, idle time.Time) (int64, error) {
	return n.affected(ctx, `delete from sessions where expires_at <= $1 or seen_at < $2`, millis(now), millis(idle))
}

const linkColumns = `hash, purpose, coalesce(user_id, ''), coalesce(organisation_id, ''), role, created_at, expires_at, used_at`

func scanLink(row func(...any) error) (l store.Link, err error) {
	var created, expires, used *int64
	err = row(&l.Hash, &l.Purpose, &l.UserID, &l.Organisation, &l.Role, &created, &expires, &used)
	l.CreatedAt, l.ExpiresAt, l.UsedAt = instant(created), instant(expires), instant(used)
	return l, err
}

// CreateLink implements store.Links.
func (n *nouns) CreateLink(ctx context.Context, l store.Link) error {
	return n.do(ctx, `insert into links (hash, purpose, user_id, organisation_id, role, created_at, expires_at)
		values ($1, $2, nullif($3, ''), nullif($4, ''), $5, $6, $7)`,
		l.Hash, l.Purpose, l.UserID, l.Organisation, l.Role, millis(l.CreatedAt), millis(l.ExpiresAt))
}

// Link implements store.Links.
func (n *nouns) Link(ctx context.Context, hash []byte) (store.Link, error) {
	return one(ctx, n.read, scanLink, "such link", `select `+linkColumns+` from links where hash = $1`, hash)
}

// SpendLink implements store.Links.
func (n *nouns) SpendLink(ctx context.Context, hash []byte, at time.Time) error {
	changed, err := n.affected(ctx, `update links set used_at = $1 where hash = $2 and used_at is null`, millis(at), hash)
	if err == nil && changed == 0 {
		return errs.E(errs.Conflict, "the link was used already")
	}
	return err
}

// DeleteLinks implements store.Links.
func (n *nouns) DeleteLinks(ctx context.Context, user string) error {
	return n.do(ctx, `delete from links where coalesce(user_id, '') = $1 and organisation_id is null and used_at is null`, user)
}

// DeleteJoins implements store.Links.
func (n *nouns) DeleteJoins(ctx context.Context, organisation, user string) (int64, error) {
	return n.affected(ctx, `delete from links where organisation_id = $1 and user_id = $2 and used_at is null`, organisation, user)
}

// PendingMembers implements store.Links.
func (n *nouns) PendingMembers(ctx context.Context, organisation string, at time.Time, limit int) ([]store.PendingMember, error) {
	var f filter
	f.and("l.organisation_id is not null and l.used_at is null and l.expires_at > ?", millis(at))
	f.when(organisation != "", "l.organisation_id = ?", organisation)
	return collect(ctx, n.read, func(row func(...any) error) (p store.PendingMember, err error) {
		var expires *int64
		err = row(&p.Organisation, &p.UserID, &p.Email, &p.Role, &expires)
		p.ExpiresAt = instant(expires)
		return p, err
	}, `select l.organisation_id, u.id, u.email, l.role, l.expires_at from links l join users u on u.id = l.user_id`+f.where()+
		fmt.Sprintf(` order by u.email, l.organisation_id limit %d`, limit), f.args...)
}

// ExpireLinks implements store.Links.
func (n *nouns) ExpireLinks(ctx context.Context, before time.Time) (int64, error) {
	return n.affected(ctx, `delete from links where expires_at < $1`, millis(before))
}
