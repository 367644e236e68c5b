package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/assay-sca/assay/internal/errs"
)

// dumpName is SQLite's file in a dump.
const dumpName = "assay.db"

// Kind is what a dump is of: "sqlite" or "postgres". A dump can be loaded into a
// database of its own kind.
func (db *DB) Kind() string { return db.dialect.name() }

// Dump writes a consistent copy of the database into an empty folder, while others
// go on reading and writing: SQLite's whole file, or a file for each of our tables
// in PostgreSQL's own format. Of a queue in PostgreSQL nothing is written: its jobs
// are made anew from the scans.
func (db *DB) Dump(ctx context.Context, dir string) error {
	if db.pool == nil {
		_, err := db.write.ExecContext(ctx, "vacuum into $1", filepath.Join(dir, dumpName))
		return unavailable(err)
	}
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("connect to the database: %w", err))
	}
	defer c.Release()
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return unavailable(fmt.Errorf("begin to dump: %w", err))
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // it only reads
	names, err := tables(postgres{})
	if err != nil {
		return err
	}
	for _, table := range names {
		if err := writeFile(filepath.Join(dir, table+".copy"), func(w io.Writer) error {
			_, err := tx.Conn().PgConn().CopyTo(ctx, w, "copy "+table+" to stdout")
			return err
		}); err != nil {
			return unavailable(fmt.Errorf("dump %s: %w", table, err))
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// Load reads what Dump wrote into a database of PostgreSQL that is migrated and
// empty; errs.Conflict if it is not empty. A dump of SQLite is loaded by putting
// its file in the database's place.
func (db *DB) Load(ctx context.Context, dir string) error {
	if db.pool == nil {
		return errs.E(errs.Invalid, "a dump of SQLite is its file")
	}
	names, err := tables(postgres{})
	if err != nil {
		return err
	}
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("connect to the database: %w", err))
	}
	defer c.Release()
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, "select exists (select 1 from organisations) or exists (select 1 from users)").Scan(&there); err != nil {
			return unavailable(err)
		}
		if there {
			return errs.E(errs.Conflict, "the database is not empty")
		}
		for _, table := range names {
			if err := loadTable(ctx, tx, table, filepath.Join(dir, table+".copy")); err != nil {
				return unavailable(fmt.Errorf("load %s: %w", table, err))
			}
		}
		return nil
	})
}

func loadTable(ctx context.Context, tx pgx.Tx, table, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errs.E(errs.Damaged, "the dump has no %s", table)
	}
	if err != nil {
		return err
	}
	defer f.Close()                                               //nolint:errcheck // only read
	if _, err := tx.Exec(ctx, "delete from "+table); err != nil { // what a migration put there
		return err
	}
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, f, "copy "+table+" from stdin"); err != nil {
		return err
	}
	var key string
	err = tx.QueryRow(ctx, `select column_name from information_schema.columns
		where table_schema = current_schema() and table_name = $1 and is_identity = 'YES'`, table).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`select setval(pg_get_serial_sequence('%s', '%s'), (select coalesce(max(%s), 0) + 1 from %s), false)`, table, key, key, table))
	return err
}

var createTable = regexp.MustCompile(`(?m)^create table (\w+)`)

// tables are ours, those that others refer to first.
func tables(d dialect) ([]string, error) {
	var text strings.Builder
	if err := MigrationSQL(&text, d.name(), false); err != nil {
		return nil, err
	}
	var names []string
	for _, m := range createTable.FindAllStringSubmatch(text.String(), -1) {
		names = append(names, m[1])
	}
	return names, nil
}
