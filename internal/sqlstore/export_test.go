package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/assay-sca/assay/internal/store"
)

// Watched is the store with a look at every statement before it runs. Its
// transactions are none: each statement commits by itself.
func (db *DB) Watched(look func(query string, args []any)) store.Store {
	read, write := watched{pooled{db.read}, look}, watched{pooled{db.write}, look}
	return &nouns{read: read, write: write, dialect: db.dialect}
}

// Explain asks the database how it would run a statement, one line a step.
func (db *DB) Explain(ctx context.Context, query string, args []any) ([]string, error) {
	line := func(row func(...any) error) (text string, err error) {
		err = row(&text)
		return text, err
	}
	if db.pool == nil {
		return collect(ctx, db.read, func(row func(...any) error) (text string, err error) {
			var a, b, c int
			err = row(&a, &b, &c, &text)
			return text, err
		}, "explain query plan "+query, args...)
	}
	c, err := db.read.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	// Tables of tests are small: without this every plan would read them whole.
	// What remains tells whether there is a way by indexes at all.
	for _, way := range []string{"enable_seqscan = off", "enable_hashjoin = off", "enable_mergejoin = off", "enable_material = off", "cpu_index_tuple_cost = 100"} {
		if _, err := c.ExecContext(ctx, "set "+way); err != nil {
			return nil, err
		}
	}
	plan, err := collect(ctx, c, line, "explain (costs off) "+query, args...)
	_, reset := c.ExecContext(ctx, "reset all")
	return plan, errors.Join(err, reset)
}

type watched struct {
	conn
	look func(query string, args []any)
}

func (w watched) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	w.look(query, args)
	return w.conn.ExecContext(ctx, query, args...)
}

func (w watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.look(query, args)
	return w.conn.QueryContext(ctx, query, args...)
}

func (w watched) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.look(query, args)
	return w.conn.QueryRowContext(ctx, query, args...)
}

// Row is one of every type that rows carry.
type Row struct {
	Number int64
	Maybe  *int64
	Real   float64
	Truth  bool
	Text   string
	Bytes  []byte
}

// Rows hands rows to the database and reads them back, in their order.
func (db *DB) Rows(ctx context.Context, rows []Row) ([]Row, error) {
	from, args := table(db.dialect, 1, rows, func(r Row) []any { return []any{r.Number, r.Maybe, r.Real, r.Truth, r.Text, r.Bytes} },
		"n bigint", "m bigint", "f double precision", "t boolean", "s text", "b bytes")
	return collect(ctx, db.read, func(row func(...any) error) (r Row, err error) {
		return r, row(&r.Number, &r.Maybe, &r.Real, &r.Truth, &r.Text, &r.Bytes)
	}, "select n, m, f, t, s, b from "+from+" r order by n", args...)
}
