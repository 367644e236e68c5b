package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

const tokenColumns = `t.id, t.hash, coalesce(t.organisation_id, ''), coalesce(t.user_id, ''), coalesce(t.project_id, ''), t.name, t.scopes, t.created_by, t.created_at, t.expires_at, t.revoked_at, t.used_at`

func scanToken(row func(...any) error) (t store.Token, err error) {
	var scopes string
	var created, expires, revoked, used *int64
	err = row(&t.ID, &t.Hash, &t.Organisation, &t.UserID, &t.Project, &t.Name, &scopes, &t.CreatedBy, &created, &expires, &revoked, &used)
	t.Scopes = strings.Fields(scopes)
	t.CreatedAt, t.ExpiresAt, t.RevokedAt, t.UsedAt = instant(created), instant(expires), instant(revoked), instant(used)
	return t, err
}

// CreateToken implements store.Tokens.
func (n *nouns) CreateToken(ctx context.Context, t store.Token) error {
	return n.do(ctx, `insert into tokens (id, hash, organisation_id, user_id, project_id, name, scopes, created_by, created_at, expires_at)
		values ($1, $2, nullif($3, ''), nullif($4, ''), nullif($5, ''), $6, $7, $8, $9, $10)`,
		t.ID, t.Hash, t.Organisation, t.UserID, t.Project, t.Name, strings.Join(t.Scopes, " "), t.CreatedBy, millis(t.CreatedAt), millis(t.ExpiresAt))
}

// Token implements store.Tokens.
func (n *nouns) Token(ctx context.Context, id string) (store.Token, error) {
	return one(ctx, n.read, scanToken, "token with this id", `select `+tokenColumns+` from tokens t where t.id = $1`, id)
}

// TokenByHash implements store.Tokens.
func (n *nouns) TokenByHash(ctx context.Context, hash []byte) (store.Token, error) {
	return one(ctx, n.read, scanToken, "such token", `select `+tokenColumns+` from tokens t where t.hash = $1`, hash)
}

// Tokens implements store.Tokens.
func (n *nouns) Tokens(ctx context.Context, f store.TokenFilter, p store.Page) (store.List[store.Token], error) {
	var where filter
	where.and("t.revoked_at is null")
	where.when(f.UserID != "", "t.user_id = ?", f.UserID)
	where.when(f.Project != "", "t.project_id = ?", f.Project)
	where.when(f.Organisation != "", "t.organisation_id = ? and t.project_id is not null", f.Organisation)
	p.Sort, p.Desc = "created", true
	return keyset[store.Token]{
		columns: tokenColumns, from: "tokens t", id: byText("t.id"),
		sorts: map[string]column{"created": byNumber("t.created_at")}, scan: scanToken,
	}.list(ctx, n.read, p, where)
}

// RevokeToken implements store.Tokens.
func (n *nouns) RevokeToken(ctx context.Context, id string, at time.Time) error {
	return n.do(ctx, `update tokens set revoked_at = $1 where id = $2 and revoked_at is null`, millis(at), id)
}

// RevokeTokens implements store.Tokens.
func (n *nouns) RevokeTokens(ctx context.Context, user, project string, at time.Time) error {
	return n.do(ctx, `update tokens set revoked_at = $1
		where revoked_at is null and (user_id = nullif($2, '') or project_id = nullif($3, ''))`, millis(at), user, project)
}

// UsedToken implements store.Tokens.
func (n *nouns) UsedToken(ctx context.Context, id string, at time.Time) error {
	return n.do(ctx, `update tokens set used_at = $1 where id = $2`, millis(at), id)
}
