package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

const userColumns = `u.id, u.email, u.name, coalesce(u.password, ''), u.administrator, u.disabled, u.created_at, u.last_seen_at, u.overview_seen_at, u.revision`

func scanUser(row func(...any) error) (u store.User, err error) {
	var created, seen, overview *int64
	err = row(&u.ID, &u.Email, &u.Name, &u.Password, &u.Administrator, &u.Disabled, &created, &seen, &overview, &u.Revision)
	u.CreatedAt, u.LastSeenAt, u.OverviewSeen = instant(created), instant(seen), instant(overview)
	return u, err
}

// scanPerson reads a user without the password.
func scanPerson(row func(...any) error) (store.User, error) {
	u, err := scanUser(row)
	u.Password = ""
	return u, err
}

// CreateUser implements store.Users.
func (n *nouns) CreateUser(ctx context.Context, u store.User) error {
	_, err := n.write.ExecContext(ctx, `insert into users (id, email, name, password, administrator, disabled, created_at, last_seen_at, overview_seen_at)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9)`,
		u.ID, u.Email, u.Name, u.Password, u.Administrator, u.Disabled, millis(u.CreatedAt), millis(u.LastSeenAt), millis(u.OverviewSeen))
	return n.taken(err, "there is a user with this address already")
}

// taken gives the violation of a unique key its kind and words.
func (n *nouns) taken(err error, message string) error {
	if err != nil && n.dialect.unique(err) {
		return errs.E(errs.Conflict, "%s", message)
	}
	return unavailable(err)
}

// User implements store.Users.
func (n *nouns) User(ctx context.Context, id string) (store.User, error) {
	return one(ctx, n.read, scanUser, "user with this id", `select `+userColumns+` from users u where u.id = $1`, id)
}

// UserByEmail implements store.Users.
func (n *nouns) UserByEmail(ctx context.Context, email string) (store.User, error) {
	return one(ctx, n.read, scanUser, "user with this address", `select `+userColumns+` from users u where u.email = $1`, email)
}

// Users implements store.Users.
func (n *nouns) Users(ctx context.Context, f store.UserFilter, p store.Page) (store.List[store.User], error) {
	var where filter
	where.when(f.Organisation != "", "u.id in (select user_id from members where organisation_id = ?)", f.Organisation)
	search := contains(strings.ToLower(f.Search))
	where.when(f.Search != "", `(u.email like ? escape '\' or lower(u.name) like ? escape '\')`, search, search)
	if f.Disabled != nil {
		where.and("u.disabled = ?", *f.Disabled)
	}
	return persons("users u").list(ctx, n.read, p, where)
}

// persons lists users by address.
func persons(from string) keyset[store.User] {
	return keyset[store.User]{
		columns: userColumns, from: from, id: byText("u.id"),
		sorts: map[string]column{"email": byText("u.email"), "created": byNumber("u.created_at")}, first: "email", scan: scanPerson,
	}
}

// UsersByID implements store.Users.
func (n *nouns) UsersByID(ctx context.Context, ids []string) (map[string]store.User, error) {
	users, err := collect(ctx, n.read, scanPerson, `select `+userColumns+` from users u where u.id`+n.dialect.texts(1), list(ids))
	out := make(map[string]store.User, len(users))
	for _, u := range users {
		out[u.ID] = u
	}
	return out, err
}

// UpdateUser implements store.Users.
func (n *nouns) UpdateUser(ctx context.Context, u store.User) error {
	return n.revise(ctx, "user", `update users set name = $1, administrator = $2, disabled = $3, revision = revision + 1 where id = $4 and revision = $5`,
		u.Name, u.Administrator, u.Disabled, u.ID, u.Revision)
}

// revise runs an update that names the revision it is about.
func (n *nouns) revise(ctx context.Context, what, statement string, args ...any) error {
	changed, err := n.affected(ctx, statement, args...)
	if err == nil && changed == 0 {
		return errs.Changed(what)
	}
	return err
}

// affected runs a statement and tells how many rows it concerned.
func (n *nouns) affected(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := n.write.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, unavailable(err)
	}
	return result.RowsAffected()
}

// must runs a statement that concerns a row; what names it if there is none.
func (n *nouns) must(ctx context.Context, what, statement string, args ...any) error {
	changed, err := n.affected(ctx, statement, args...)
	if err == nil && changed == 0 {
		return errs.E(errs.NotFound, "there is no %s", what)
	}
	return err
}

// do runs a statement, whatever number of rows it concerns.
func (n *nouns) do(ctx context.Context, statement string, args ...any) error {
	_, err := n.affected(ctx, statement, args...)
	return err
}

// SetPassword implements store.Users.
func (n *nouns) SetPassword(ctx context.Context, id, encoded string) error {
	return n.must(ctx, "user with this id", `update users set password = nullif($1, ''), revision = revision + 1 where id = $2`, encoded, id)
}

// SetSeen implements store.Users.
func (n *nouns) SetSeen(ctx context.Context, id string, at time.Time) error {
	return n.must(ctx, "user with this id", `update users set last_seen_at = $1 where id = $2`, millis(at), id)
}

// SetOverviewSeen implements store.Users.
func (n *nouns) SetOverviewSeen(ctx context.Context, id string, at time.Time) error {
	return n.must(ctx, "user with this id", `update users set overview_seen_at = $1 where id = $2`, millis(at), id)
}

func scanText(row func(...any) error) (s string, err error) { return s, row(&s) }

// Administrators implements store.Users.
func (n *nouns) Administrators(ctx context.Context) ([]string, error) {
	return collect(ctx, n.write, scanText, `select id from users where administrator and not disabled order by id`+n.dialect.forUpdate())
}

// HasUsers implements store.Users.
func (n *nouns) HasUsers(ctx context.Context) (bool, error) {
	some, err := collect(ctx, n.read, scanText, `select id from users limit 1`)
	return len(some) > 0, err
}

// AddIdentity implements store.Users.
func (n *nouns) AddIdentity(ctx context.Context, i store.Identity) error {
	_, err := n.write.ExecContext(ctx, `insert into identities (provider, subject, user_id) values ($1, $2, $3)`, i.Provider, i.Subject, i.UserID)
	return n.taken(err, "this account of the provider is tied to a user already")
}

// UserByIdentity implements store.Users.
func (n *nouns) UserByIdentity(ctx context.Context, provider, subject string) (store.User, error) {
	return one(ctx, n.read, scanUser, "user whom this provider knows so",
		`select `+userColumns+` from identities i join users u on u.id = i.user_id where i.provider = $1 and i.subject = $2`, provider, subject)
}

// Identities implements store.Users.
func (n *nouns) Identities(ctx context.Context, user string) ([]store.Identity, error) {
	return collect(ctx, n.read, func(row func(...any) error) (i store.Identity, err error) {
		return i, row(&i.Provider, &i.Subject, &i.UserID)
	}, `select provider, subject, user_id from identities where user_id = $1 order by provider, subject`, user)
}
