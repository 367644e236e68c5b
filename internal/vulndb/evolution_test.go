package vulndb_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
)

// TestOlderReaderOpensNewerAddition: a file of a later addition has tables and
// columns that this reader does not know; it answers all that it is asked, and
// finds the file sound.
func TestOlderReaderOpensNewerAddition(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "newer.db")
	create(t, file, build.Options{Built: built}, records()...)
	older := openFile(t, file)
	want, err := older.ByPackage(t.Context(), "npm", "left")
	if err != nil {
		t.Fatal(err)
	}
	// What a later addition may do: a handle table of its own with its blob type, a
	// column at the end of a table, a decoration, its digest beside the others'.
	other(t, file, `
create table reachable_symbols (advisory_id integer not null, symbol text not null, blob_id integer, primary key (advisory_id, symbol)) without rowid;
insert into reachable_symbols select id, 'main.Main', blob_id from advisories;
create index reachable_by_symbol on reachable_symbols (symbol);
alter table advisories add column knowable integer;
update advisories set knowable = 1;
alter table affected add column first_fixed text;
insert into metadata values ('rows:reachable_symbols', 'sha256:00');
`)
	newer(t, file)
	db := openFile(t, file)
	if got := db.Metadata().Schema; got != "2.0.99" {
		t.Errorf("the schema is %s", got)
	}
	rows, err := db.ByPackage(t.Context(), "npm", "left")
	if err != nil || len(rows) != len(want) {
		t.Errorf("%d rows, want %d: %v", len(rows), len(want), err)
	}
	if _, err := db.Details(t.Context(), []int64{1, 2, 3}); err != nil {
		t.Error(err)
	}
	if _, err := db.Find(t.Context(), vulndb.Query{Text: "one", Dead: true}); err != nil {
		t.Error(err)
	}
}

// newer says that the file is of a later addition, and mends the digest of the
// metadata as a later build would have written it.
func newer(t *testing.T, file string) {
	t.Helper()
	other(t, file, `update metadata set value = '2.0.99' where name = 'schema'`)
	redigest(t, file, "metadata")
	if _, err := openFile(t, file).Verify(t.Context()); err != nil {
		t.Errorf("it is not found sound: %v", err)
	}
}

// TestOtherRevisionIsRefused: it would be read wrongly.
func TestOtherRevisionIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	create(t, file, build.Options{Built: built}, records()...)
	other(t, file, `update metadata set value = '2.1.0' where name = 'schema'`)
	_, err := vulndb.Open(t.Context(), file)
	if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "has schema 2.1.0, this program reads 2.0") {
		t.Errorf("the error is %v", err)
	}
}
