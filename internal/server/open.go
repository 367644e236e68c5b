package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/safe/flock"
	"github.com/assay-sca/assay/internal/sqlstore"
)

// Names in the data folder.
const (
	databaseName = "assay.db"
	lockName     = "server.lock"
)

// OpenDatabase opens the server's database, which it neither makes current nor
// checks.
func OpenDatabase(ctx context.Context, o Options) (*sqlstore.DB, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if o.Database != "" && !sqlstore.IsPostgres(o.Database) {
		return nil, errs.E(errs.Invalid, "a database is a URL of PostgreSQL, such as postgres://assay@db.example.org/assay; without one, SQLite in the data folder is used")
	}
	target := o.Database
	if target == "" {
		if err := os.MkdirAll(o.Data, 0o700); err != nil {
			return nil, errs.E(errs.Unavailable, "make the data folder: %w", err)
		}
		target = filepath.Join(o.Data, databaseName)
	}
	return sqlstore.Open(ctx, target, sqlstore.Options{})
}

// OpenBlobs opens the blob store.
func OpenBlobs(o Options) (blob.Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(o.Blobs, "s3://") {
		folder, err := blob.NewFolder(o.Blobs)
		if err != nil {
			return nil, err
		}
		return blob.Small(folder), nil
	}
	bucket, err := blob.ParseBucket(o.Blobs)
	if err != nil {
		return nil, err
	}
	bucket.AccessKey, bucket.SecretKey, bucket.Session = o.SecretAccess.Key, o.SecretAccess.Secret, o.SecretAccess.Session
	s3, err := blob.NewS3(bucket)
	if err != nil {
		return nil, err
	}
	return blob.Small(s3), nil
}

// Hold takes the data folder for this process; the function gives it back.
func Hold(o Options) (func() error, error) {
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return nil, errs.E(errs.Unavailable, "make the data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(o.Data, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "take the data folder: %w", err)
	}
	held, err := flock.Try(f)
	if err == nil && !held {
		err = errs.E(errs.Conflict, "another server uses the data folder %s", o.Data)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

// Migrate brings the tables of the store and of the queue up to date.
func Migrate(ctx context.Context, db *sqlstore.DB, o Options) error {
	return db.Exclusive(ctx, func(ctx context.Context) error {
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		queue, err := queueOf(db, jobs.Options{Log: o.Log})
		if err != nil {
			return err
		}
		return queue.Migrate(ctx)
	})
}

// MigrateDown takes back the last migration, and with the first the queue's tables.
func MigrateDown(ctx context.Context, db *sqlstore.DB, o Options) error {
	return db.Exclusive(ctx, func(ctx context.Context) error {
		if err := db.MigrateDown(ctx); err != nil {
			return err
		}
		all, err := db.Migrations(ctx)
		if err != nil {
			return err
		}
		for _, m := range all {
			if !m.Applied.IsZero() {
				return nil
			}
		}
		queue, err := queueOf(db, jobs.Options{Log: o.Log})
		if err != nil {
			return err
		}
		return queue.MigrateDown(ctx)
	})
}

func queueOf(db *sqlstore.DB, o jobs.Options) (*jobs.Runner, error) {
	return jobs.New(jobs.Database{SQLite: db.SQL(), Postgres: db.Pool()}, o)
}
