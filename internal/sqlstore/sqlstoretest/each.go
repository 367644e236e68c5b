// Package sqlstoretest gives tests databases: a SQLite file and a database of a
// real PostgreSQL server, each migrated and empty.
package sqlstoretest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/sqlstore"
)

// Each runs a test on SQLite and on PostgreSQL, each time on a database of its
// own.
func Each(t *testing.T, test func(t *testing.T, db *sqlstore.DB)) {
	t.Helper()
	EachTarget(t, func(t *testing.T, target string) {
		test(t, open(t, target))
	})
}

// EachTarget is Each for tests that open the database themselves, or from other
// processes; it is migrated.
func EachTarget(t *testing.T, test func(t *testing.T, target string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t).Migrated(t))
	})
}

// SQLite makes a migrated file.
func SQLite(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "assay.db")
	db := open(tb, file)
	if err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return file
}

// Migrated makes a database with all tables, by copying one.
func (s *Server) Migrated(tb testing.TB) string {
	tb.Helper()
	s.template.Do(func() { s.migrated = s.migrate(tb.Context()) })
	if s.migrated != nil {
		tb.Fatal(s.migrated)
	}
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	if err := s.create(tb.Context(), name, "migrated"); err != nil {
		tb.Fatal(err)
	}
	return s.URL(name)
}

func (s *Server) migrate(ctx context.Context) error {
	if err := s.create(ctx, "migrated", "template0"); err != nil {
		return err
	}
	db, err := sqlstore.Open(ctx, s.URL("migrated"), sqlstore.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Migrate(ctx)
}

func open(tb testing.TB, target string) *sqlstore.DB {
	tb.Helper()
	db, err := sqlstore.Open(tb.Context(), target, sqlstore.Options{Readers: 4})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return db
}
