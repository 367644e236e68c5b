package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// conn runs statements: a pool, or one connection in a transaction.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// pooled is a pool as a conn.
type pooled struct{ *sql.DB }

// nouns has the methods of every noun. Within a transaction read and write are
// the same connection.
type nouns struct {
	read, write conn
	dialect     dialect
	driver      any
	components  *known[string]                                                 // nil within a transaction
	records     *known[store.AdvisoryKey]                                      // nil within a transaction
	begin       func(ctx context.Context, do func(tx store.Store) error) error // nil within a transaction
}

// Driver is the transaction as the driver knows it, *sql.Tx or pgx.Tx, for a
// queue that writes in the same one; nil outside a transaction.
func (n *nouns) Driver() any { return n.driver }

// Tx within a transaction goes on in it.
func (n *nouns) Tx(ctx context.Context, do func(tx store.Store) error) error {
	if n.begin != nil {
		return n.begin(ctx, do)
	}
	return do(n)
}

// within runs do with the methods of this package bound to a transaction.
func (n *nouns) within(ctx context.Context, do func(in *nouns) error) error {
	return n.Tx(ctx, func(tx store.Store) error {
		in, ok := tx.(*nouns)
		if !ok {
			return fmt.Errorf("unexpected store %T", tx)
		}
		return do(in)
	})
}

// tries bounds how often a transaction is begun anew after a deadlock.
const tries = 5

// commitTime bounds a commit, which does not end with its context: whoever cuts it off
// does not know whether it was made.
const commitTime = 10 * time.Second

// Tx runs do in a transaction that is committed if do returns nil. Do may run
// several times: it must have no effect but on the store. No I/O belongs into it.
func (db *DB) Tx(ctx context.Context, do func(tx store.Store) error) error {
	for try := 1; ; try++ {
		err := db.once(ctx, do)
		if err == nil || !db.dialect.transient(err) || try == tries {
			return unavailable(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

func (db *DB) once(ctx context.Context, do func(tx store.Store) error) error {
	if db.pool != nil {
		return db.oncePostgres(ctx, do)
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := do(&nouns{read: tx, write: tx, dialect: db.dialect, driver: tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// oncePostgres begins the transaction beneath database/sql, so that statements of
// the store and of the queue, which takes a pgx.Tx, are in the same one. It ends
// through database/sql: after a statement that found its context done the
// connection is given up, and whoever still spoke to it would race with its end.
func (db *DB) oncePostgres(ctx context.Context, do func(tx store.Store) error) error {
	c, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // back to the pool
	var tx pgx.Tx
	err = c.Raw(func(driver any) (err error) {
		own, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected connection %T", driver)
		}
		tx, err = own.Conn().Begin(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	rollback := func(any) error { return tx.Rollback(context.WithoutCancel(ctx)) }
	defer c.Raw(rollback) //nolint:errcheck // after a commit there is nothing to roll back, and a closed connection is
	if err := do(&nouns{read: c, write: c, dialect: db.dialect, driver: tx}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	return c.Raw(func(any) error { return tx.Commit(last) })
}

// found turns "no rows" into errs.NotFound; what names the thing.
func found(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.E(errs.NotFound, "there is no "+format, args...)
	}
	return unavailable(err)
}

// list is a JSON list, as dialect.ints and dialect.texts read it.
func list[T any](values []T) string {
	if len(values) == 0 {
		return "[]"
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // numbers and texts always can
	}
	return string(text)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, c conn, scan func(row func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, unavailable(err)
	}
	defer rows.Close() //nolint:errcheck // Err says it
	var out []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, unavailable(rows.Err())
}

// one reads the only row of a query; what names the thing if there is none.
func one[T any](ctx context.Context, c conn, scan func(row func(...any) error) (T, error), what, query string, args ...any) (T, error) {
	v, err := scan(c.QueryRowContext(ctx, query, args...).Scan)
	return v, found(err, "%s", what)
}

// millis is a time as it is stored; the zero time is null.
func millis(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	m := t.UnixMilli()
	return &m
}

// instant is a stored time.
func instant(m *int64) time.Time {
	if m == nil {
		return time.Time{}
	}
	return time.UnixMilli(*m).UTC()
}
