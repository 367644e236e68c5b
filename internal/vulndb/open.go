package vulndb

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the pure Go driver, registered as "sqlite"

	"github.com/assay-sca/assay/internal/errs"
)

// DB is an open advisory database. It is safe for concurrent use.
type DB struct {
	sql    *sql.DB
	path   string
	meta   Metadata
	frames frames
}

// Metadata says which release a database is.
type Metadata struct {
	Schema  string    // model.revision.addition
	Release string    // a name for people: build day and the digest's beginning
	Digest  string    // "sha256:…" over the sorted logical records
	Built   time.Time // UTC
	Sample  bool      // the embedded sample: a demonstration, not a database
	Records int       // live and withdrawn
	// Sequence counts the releases of one line, upwards: an update of the installed
	// database is one more than it. 0: it is of no line, such as a build by hand.
	Sequence int64

	Unaffected int // entries of no operating system that say what is not affected
}

// Open opens a database file for reading. A file that is missing, cut short,
// of another schema or no database at all gives an error that says so; the kinds
// are NotFound, Damaged and Invalid.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := checkHeader(path); err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open advisory database %s: %w", path, err)
	}
	// immutable: no locks and no look for a journal; the file is only ever
	// replaced by rename, which leaves our open one as it was.
	source := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(absolute), RawQuery: "mode=ro&immutable=1"}
	pool, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, fmt.Errorf("open advisory database %s: %w", path, err)
	}
	db := &DB{sql: pool, path: path}
	if db.meta, err = db.metadata(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// Close releases the file.
func (db *DB) Close() error { return db.sql.Close() }

// Metadata returns what the database says of itself.
func (db *DB) Metadata() Metadata { return db.meta }

// Path is the file that was opened.
func (db *DB) Path() string { return db.path }

// damaged wraps an error of a query with the file: once the header is right, a
// query fails only because the file is not what was written.
func (db *DB) damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errs.E(errs.Damaged, "advisory database %s is damaged: %w; run `assay db update` or build it again", db.path, err)
}

// headerSize is the length of the SQLite file header
// (https://www.sqlite.org/fileformat2.html#the_database_header).
const headerSize = 100

// checkHeader reads the SQLite header itself: the answers are clearer than the
// library's, and a truncated file is found before a query happens to need what
// is missing.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return errs.E(errs.NotFound, "there is no advisory database at %s", path)
	}
	if err != nil {
		return errs.E(errs.Unavailable, "open advisory database: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return errs.E(errs.Unavailable, "open advisory database: %w", err)
	}
	var header [headerSize]byte
	if _, err := io.ReadFull(f, header[:]); err != nil || !bytes.HasPrefix(header[:], []byte("SQLite format 3\x00")) {
		return errs.E(errs.Invalid, "%s is not an advisory database", path)
	}
	if binary.BigEndian.Uint32(header[68:]) != ApplicationID {
		return errs.E(errs.Invalid, "%s is a SQLite file, but not an advisory database", path)
	}
	if model := binary.BigEndian.Uint32(header[60:]); model != Model {
		return errs.E(errs.Invalid, "advisory database %s has schema %d, this program reads schema %d: build or update it with this version of assay", path, model, Model)
	}
	pageSize := int64(binary.BigEndian.Uint16(header[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	if want := pageSize * int64(binary.BigEndian.Uint32(header[28:])); info.Size() != want {
		return errs.E(errs.Damaged, "advisory database %s is damaged: it has %d bytes and should have %d; run `assay db update` or build it again", path, info.Size(), want)
	}
	return nil
}

// checkRevision refuses a revision that is not ours; any addition will do.
func (db *DB) checkRevision(schema string) error {
	var model, revision, addition int
	if _, err := fmt.Sscanf(schema, "%d.%d.%d", &model, &revision, &addition); err != nil {
		return db.damaged(fmt.Errorf("read the schema's version %q: %w", schema, err))
	}
	if revision != Revision {
		return errs.E(errs.Invalid, "advisory database %s has schema %s, this program reads %d.%d: build or update it with this version of assay", db.path, schema, Model, Revision)
	}
	return nil
}

const metadataQuery = `select name, value from metadata`

func (db *DB) metadataValues(ctx context.Context) (map[string]string, error) {
	values := map[string]string{}
	err := db.each(ctx, metadataQuery, func(scan func(...any) error) error {
		var name, value string
		err := scan(&name, &value)
		values[name] = value
		return err
	})
	return values, err
}

func (db *DB) metadata(ctx context.Context) (Metadata, error) {
	values, err := db.metadataValues(ctx)
	if err != nil {
		return Metadata{}, err
	}
	m := Metadata{Schema: values["schema"], Release: values["release"], Digest: values["digest"], Sample: values["sample"] == "true"}
	if _, err := fmt.Sscan(values["records"], &m.Records); err != nil {
		return m, db.damaged(fmt.Errorf("read the number of records: %w", err))
	}
	if text, ok := values["sequence"]; ok { // databases of older builds have none
		if _, err := fmt.Sscan(text, &m.Sequence); err != nil || m.Sequence < 0 {
			return m, db.damaged(fmt.Errorf("its sequence number is %q", text))
		}
	}
	if m.Built, err = time.Parse(time.RFC3339, values["built"]); err != nil {
		return m, db.damaged(fmt.Errorf("read the build time: %w", err))
	}
	if m.Digest == "" {
		return m, db.damaged(errors.New("it was not finished"))
	}
	if _, err := fmt.Sscan(values["unaffected"], &m.Unaffected); err != nil {
		return m, db.damaged(fmt.Errorf("read the number of unaffected packages: %w", err))
	}
	return m, db.checkRevision(m.Schema)
}
