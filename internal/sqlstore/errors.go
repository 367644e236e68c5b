package sqlstore

import (
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	lib "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/assay-sca/assay/internal/errs"
)

func (sqlite) unique(err error) bool {
	var e *lib.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

func (sqlite) transient(err error) bool {
	var e *lib.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

func (postgres) unique(err error) bool { return code(err) == "23505" }

// transient: serialisation failures and deadlocks are to be tried again by the
// standard's own word.
func (postgres) transient(err error) bool { return code(err) == "40001" || code(err) == "40P01" }

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// unavailable gives errors of the connection and of a full disk their kind, so
// that callers answer "try later" and jobs are retried; and to texts and numbers
// from outside that PostgreSQL has no room for theirs.
func unavailable(err error) error {
	if err == nil || errs.KindOf(err) != errs.Unknown {
		return err
	}
	switch code(err) {
	case "22021", "22P05": // a NUL, or what is no UTF-8
		return errs.E(errs.Invalid, "a text has characters that cannot be stored")
	case "22003":
		return errs.E(errs.Invalid, "a number is out of range")
	}
	var connect *pgconn.ConnectError
	var e *lib.Error
	switch {
	case errors.As(err, &connect), strings.HasPrefix(code(err), "08"), strings.HasPrefix(code(err), "53"), strings.HasPrefix(code(err), "57P"):
	case errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_FULL || e.Code()&0xff == sqlite3.SQLITE_IOERR || e.Code()&0xff == sqlite3.SQLITE_BUSY):
	case errors.Is(err, driver.ErrBadConn): // a statement of a transaction whose connection is gone
	case code(err) == "" && !errors.As(err, &e) && pgconn.SafeToRetry(err):
	default:
		return err
	}
	return errs.E(errs.Unavailable, "the database cannot be used now: %w", err)
}
