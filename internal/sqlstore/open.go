// Package sqlstore is the server's memory on SQLite and PostgreSQL: one text of
// SQL for both, a dialect of a few methods for what differs, and migrations.
// Methods are sorted by noun, a file each.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Options say how a database is used.
type Options struct {
	// Readers bounds the connections for reading (SQLite) or all of them
	// (PostgreSQL). 0: 8 and 16.
	Readers int
}

// DB is an open database. It is a store by itself; Tx gives one that is bound to
// a transaction.
type DB struct {
	nouns
	write, read *sql.DB
	pool        *pgxpool.Pool // of PostgreSQL
	file        string        // of SQLite
	dialect     dialect
}

// Open opens the database at target: a file's path, or a URL of PostgreSQL. It
// does not migrate it.
func Open(ctx context.Context, target string, o Options) (*DB, error) {
	if IsPostgres(target) {
		return openPostgres(ctx, target, o)
	}
	return openSQLite(ctx, target, o)
}

// IsPostgres tells whether a target is a URL of PostgreSQL.
func IsPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

// pragmas of every connection. WAL with synchronous=NORMAL loses no committed
// transaction when the process is killed; busy_timeout comes first so that the
// others wait too.
func pragmas(more ...string) string {
	values := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(MEMORY)"}, more...) {
		values.Add("_pragma", p)
	}
	return values.Encode()
}

func openSQLite(ctx context.Context, file string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, errs.E(errs.Unavailable, "make the folder of the database: %w", err)
	}
	address := "file:" + (&url.URL{Path: file}).EscapedPath()
	write, err := sql.Open("sqlite", address+"?"+pragmas())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(file), err)
	}
	write.SetMaxOpenConns(1) // SQLite has one writer: waiting for it in Go is fair and has no time limit
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(errs.E(errs.Unavailable, "open the database %s: %w", filepath.Base(file), err), write.Close())
	}
	read, err := sql.Open("sqlite", address+"?"+pragmas("query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(file), err), write.Close())
	}
	limit := o.Readers
	if limit == 0 {
		limit = 8
	}
	read.SetMaxOpenConns(limit)
	read.SetMaxIdleConns(limit)
	return newDB(&DB{write: write, read: read, file: file, dialect: sqlite{}}), nil
}

func openPostgres(ctx context.Context, target string, o Options) (*DB, error) {
	config, err := pgxpool.ParseConfig(target)
	if err != nil {
		return nil, errs.E(errs.Invalid, "the URL of the database cannot be read") // the error repeats the password
	}
	config.MaxConns = int32(max(o.Readers, 16))
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.ConnConfig.RuntimeParams["application_name"] = "assay"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "open the database: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	return newDB(&DB{write: db, read: db, pool: pool, dialect: postgres{}}), nil
}

func newDB(db *DB) *DB {
	db.nouns = nouns{read: pooled{db.read}, write: pooled{db.write}, dialect: db.dialect, begin: db.Tx, components: &known[string]{}, records: &known[store.AdvisoryKey]{}}
	return db
}

// Close closes all connections.
func (db *DB) Close() error {
	err := db.write.Close()
	if db.read != db.write {
		err = errors.Join(err, db.read.Close())
	}
	if db.pool != nil {
		db.pool.Close()
	}
	return err
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return unavailable(db.read.QueryRowContext(ctx, "select 1").Scan(&one))
}

// SQL is the pool that writes, for a queue that keeps its tables in this
// database. It is nil on PostgreSQL, where Pool is meant.
func (db *DB) SQL() *sql.DB {
	if db.pool != nil {
		return nil
	}
	return db.write
}

// Pool is the pool of PostgreSQL, nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }
