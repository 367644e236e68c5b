package sqlstore

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"text/template"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/assay-sca/assay/internal/errs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// MigrationState is one migration and whether it was applied.
type MigrationState struct {
	Version int64
	Name    string
	Applied time.Time // zero: not yet
}

// Migrate applies all migrations that are missing. Several processes may call it
// at once: one does the work, the others wait.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return errs.E(errs.Unavailable, "migrate the database: %w", err)
	}
	return nil
}

// MigrateDown takes back the last migration, with what it stored.
func (db *DB) MigrateDown(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	if _, err := p.Down(ctx); err != nil {
		return errs.E(errs.Unavailable, "take back a migration: %w", err)
	}
	return nil
}

// Migrations lists all migrations.
func (db *DB) Migrations(ctx context.Context) ([]MigrationState, error) {
	p, err := db.provider()
	if err != nil {
		return nil, err
	}
	status, err := p.Status(ctx)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "read the state of migrations: %w", err)
	}
	out := make([]MigrationState, len(status))
	for i, s := range status {
		out[i] = MigrationState{s.Source.Version, strings.TrimSuffix(path.Base(s.Source.Path), ".sql"), s.AppliedAt}
	}
	return out, nil
}

// Current tells whether all migrations are applied.
func (db *DB) Current(ctx context.Context) (bool, error) {
	p, err := db.provider()
	if err != nil {
		return false, err
	}
	pending, err := p.HasPending(ctx)
	return !pending, unavailable(err)
}

func (db *DB) provider() (*goose.Provider, error) {
	files := rendered{migrations, db.dialect.words()}
	options := []goose.ProviderOption{goose.WithVerbose(false)}
	kind := goose.DialectSQLite3
	if db.pool != nil {
		kind = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("make the migrations' lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(kind, db.write, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// MigrationSQL writes what Migrate or MigrateDown would run for a kind of
// database, "sqlite" or "postgres".
func MigrationSQL(w io.Writer, kind string, down bool) error {
	var d dialect = sqlite{}
	if kind == "postgres" {
		d = postgres{}
	}
	files := rendered{migrations, d.words()}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	for i := range names {
		name := names[i]
		if down {
			name = names[len(names)-1-i]
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		up, rest, _ := strings.Cut(string(text), "-- +goose Down\n")
		if down {
			up = rest
		}
		if _, err := fmt.Fprintf(w, "-- %s\n%s\n", name, strings.TrimSpace(strings.Replace(up, "-- +goose Up\n", "", 1))); err != nil {
			return err
		}
	}
	return nil
}

// rendered is the folder of migrations with a database's own words filled in.
type rendered struct {
	files embed.FS
	words words
}

// Open fills in a file.
func (r rendered) Open(name string) (fs.File, error) {
	f, err := r.files.Open(path.Join("migrations", name))
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close() //nolint:errcheck // embedded
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the migration %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, r.words); err != nil {
		return nil, fmt.Errorf("fill in the migration %s: %w", name, err)
	}
	info, err := f.Stat()
	return &renderedFile{Reader: bytes.NewReader(out.Bytes()), info: info}, err
}

// ReadDir lists the folder.
func (r rendered) ReadDir(name string) ([]fs.DirEntry, error) {
	return r.files.ReadDir(path.Join("migrations", name))
}

type renderedFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *renderedFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *renderedFile) Close() error               { return nil }
