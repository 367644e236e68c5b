package vulndb_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
)

var built = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

// in is an affected entry; an empty fix leaves the range open.
func in(ecosystem, name, introduced, fixed string) string {
	events := fmt.Sprintf(`{"introduced":%q}`, introduced)
	if fixed != "" {
		events += fmt.Sprintf(`,{"fixed":%q}`, fixed)
	}
	return fmt.Sprintf(`{"package":{"ecosystem":%q,"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[%s]}]}`, ecosystem, name, events)
}

// create builds a database of records in their order.
func create(t *testing.T, file string, options build.Options, records ...string) {
	t.Helper()
	files := fstest.MapFS{}
	for i, text := range records {
		files[fmt.Sprintf("%05d.json", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	set, err := feeds.FromFS("test", files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build.Run(t.Context(), file, []feed.Set{set}, options, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
}

// records are advisories of each kind that searches tell apart.
func records() []string {
	return []string{
		`{"id":"CVE-2024-1","modified":"2024-01-01T00:00:00Z","summary":"one","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[` + in("npm", "left", "0", "1.0.0") + `,` + in("npm", "right", "0", "2.0.0") + `,` + in("npm", "left", "1.5.0", "") + `]}`,
		`{"id":"GHSA-1","modified":"2024-01-02T00:00:00Z","published":"2023-01-02T00:00:00Z","aliases":["CVE-2024-1"],"details":"Text","database_specific":{"severity":"LOW"},"affected":[` + in("npm", "left", "0", "1.0.0") + `]}`,
		`{"id":"PYSEC-1","modified":"2024-01-03T00:00:00Z","aliases":["CVE-2024-2"],"affected":[` + in("PyPI", "left", "1", "2") + `]}`,
		`{"id":"DSA-1","modified":"2024-01-04T00:00:00Z","aliases":["CVE-2024-1","CVE-2024-2"],"affected":[` + in("Debian:12", "left", "0", "1-1") + `]}`,
		`{"id":"GHSA-2","modified":"2024-01-05T00:00:00Z","withdrawn":"2024-02-01T00:00:00Z","aliases":["CVE-2024-3"],"affected":[` + in("npm", "left", "0", "9.0.0") + `]}`,
		`{"id":"GHSA-3","modified":"2024-01-06T00:00:00Z","affected":[]}`,
	}
}

func openFile(t *testing.T, file string) *vulndb.DB {
	t.Helper()
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func open(t *testing.T, records ...string) *vulndb.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.db")
	create(t, file, build.Options{Built: built}, records...)
	return openFile(t, file)
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, sample := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "a b?#c%41.db")
		create(t, file, build.Options{Built: built, Sample: sample}, records()...)
		db := openFile(t, file)
		m := db.Metadata()
		want := vulndb.Metadata{Schema: vulndb.Schema, Release: "2026-01-02-" + m.Digest[7:15], Digest: m.Digest, Built: built, Sample: sample, Records: 6}
		if sample {
			want.Release = "sample-" + m.Digest[7:15]
		}
		if diff := cmp.Diff(want, m); diff != "" || len(m.Digest) != 71 {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		release := finding.Database{State: finding.DatabaseOK, Release: m.Release, Digest: m.Digest, Schema: m.Schema, Built: built, Sample: sample}
		if diff := cmp.Diff(release, db.Release()); diff != "" {
			t.Errorf("release mismatch (-want +got):\n%s", diff)
		}
		if db.Path() != file {
			t.Errorf("path %s, want %s", db.Path(), file)
		}
	}
}

// other makes a SQLite file by a few statements.
func other(t *testing.T, file, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err == nil {
		_, err = db.ExecContext(t.Context(), statements)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	create(t, good, build.Options{Built: built}, records()...)
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	pages := func(n uint32) []byte {
		changed := append([]byte(nil), data...)
		binary.BigEndian.PutUint32(changed[28:], n)
		return changed
	}
	ours := fmt.Sprintf("pragma application_id = %d; pragma user_version = %d;", vulndb.ApplicationID, vulndb.Model)
	tests := []struct {
		name string
		make any // content, statements, or nothing
		kind errs.Kind
		want string
	}{
		{"missing", nil, errs.NotFound, "there is no advisory database at "},
		{"empty", []byte{}, errs.Invalid, "is not an advisory database"},
		{"text", []byte(strings.Repeat("SQLite format 3\n", 20)), errs.Invalid, "is not an advisory database"},
		{"header alone", data[:100], errs.Damaged, "is damaged: it has 100 bytes and should have"},
		{"less than the header", data[:99], errs.Invalid, "is not an advisory database"},
		{"another program's", `create table t (x); pragma user_version = 1;`, errs.Invalid, "is a SQLite file, but not an advisory database"},
		{"newer", ours + `pragma user_version = 3; create table metadata (name, value);`, errs.Invalid, "has schema 3, this program reads schema 2"},
		{"too long", append(append([]byte(nil), data...), 0), errs.Damaged, "is damaged: it has"},
		{"fewer pages than it says", pages(1 << 20), errs.Damaged, "is damaged: it has"},
		{"more pages than it says", pages(1), errs.Damaged, "is damaged: it has"},
		{"no tables", ours + `create table t (x);`, errs.Damaged, "is damaged: "},
		{"no metadata", ours + vulndb.DDL, errs.Damaged, "read the number of records"},
		{"no time", ours + vulndb.DDL + `insert into metadata values ('records', '1');`, errs.Damaged, "read the build time"},
		{"no digest", ours + vulndb.DDL + `insert into metadata values ('records', '1'), ('built', '2026-01-01T00:00:00Z');`, errs.Damaged, "it was not finished"},
	}
	for n := range 10 {
		tests = append(tests, struct {
			name string
			make any
			kind errs.Kind
			want string
		}{fmt.Sprintf("%d tenths", n), data[:len(data)*n/10], map[bool]errs.Kind{true: errs.Invalid, false: errs.Damaged}[n == 0], "advisory database"})
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, fmt.Sprintf("%d.db", i))
			switch content := test.make.(type) {
			case []byte:
				if err := os.WriteFile(file, content, 0o600); err != nil {
					t.Fatal(err)
				}
			case string:
				other(t, file, content)
			}
			db, err := vulndb.Open(t.Context(), file)
			if err == nil {
				db.Close()
				t.Fatal("it opens")
			}
			if text := err.Error(); errs.KindOf(err) != test.kind || !strings.Contains(text, test.want) || !strings.Contains(text, file) || strings.Contains(text, "\n") {
				t.Errorf("error %q of kind %d, want %q of kind %d with the path in one line", text, errs.KindOf(err), test.want, test.kind)
			}
		})
	}
}

func TestOpenFolder(t *testing.T) {
	t.Parallel()
	if _, err := vulndb.Open(t.Context(), t.TempDir()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("error %v, want one of the kind Invalid", err)
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	create(t, file, build.Options{Built: built}, records()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := vulndb.Open(ctx, file); !errors.Is(err, context.Canceled) || errs.KindOf(err) == errs.Damaged {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// exercise asks everything once; a panic fails the test by itself.
func exercise(t *testing.T, db *vulndb.DB) []error {
	t.Helper()
	ctx := t.Context()
	var found []error
	note := func(err error) {
		if err != nil {
			found = append(found, err)
		}
	}
	note(db.Candidates(ctx, "npm", []string{"left", "right"}, func(c advisory.Candidate) error { return nil }))
	_, err := db.Details(ctx, []int64{1, 2, 3, 4, 5, 6})
	note(err)
	_, err = db.Relatives(ctx, []string{"CVE-2024-1", "CVE-2024-2"})
	note(err)
	_, err = db.ByPackage(ctx, "", "left")
	note(err)
	_, err = db.ByID(ctx, "CVE-2024-1")
	note(err)
	_, err = db.Ecosystems(ctx)
	note(err)
	_, err = db.Providers(ctx)
	note(err)
	_, err = db.Sources(ctx)
	note(err)
	return found
}

// TestDamage flips bytes all over the file. Whatever is hit, nothing panics, every
// error says that the file is damaged, and what Verify accepts is what was built.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	create(t, good, build.Options{Built: built}, records()...)
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	want := answers(t, openFile(t, good))
	r := rand.New(rand.NewPCG(4, 4))
	caught := 0
	const flips = 300
	for i := range flips {
		changed := append([]byte(nil), data...)
		at := 100 + r.IntN(len(data)-100)
		for changed[at] == 0 { // unused space matters to nobody
			at = 100 + r.IntN(len(data)-100)
		}
		changed[at] ^= byte(1 << r.IntN(8))
		file := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := vulndb.Open(t.Context(), file)
		if err != nil {
			caught++
			if errs.KindOf(err) != errs.Damaged {
				t.Errorf("byte %d: %v, want it damaged", at, err)
			}
			continue
		}
		for _, err := range exercise(t, db) {
			if errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), file) {
				t.Errorf("byte %d: %v, want it damaged", at, err)
			}
		}
		if _, err := db.Verify(t.Context()); err != nil {
			caught++
			if errs.KindOf(err) != errs.Damaged {
				t.Errorf("byte %d: %v, want it damaged", at, err)
			}
		} else if diff := cmp.Diff(want, answers(t, db)); diff != "" {
			t.Errorf("byte %d: it is verified and says other things (-want +got):\n%s", at, diff)
		}
		db.Close()
		os.Remove(file)
	}
	t.Logf("%d of %d flipped bits caught", caught, flips)
}

// answers are what the database says of the records.
func answers(t *testing.T, db *vulndb.DB) string {
	t.Helper()
	ctx := t.Context()
	var out []any
	err := db.Candidates(ctx, "npm", []string{"left", "right"}, func(c advisory.Candidate) error {
		out = append(out, c)
		return nil
	})
	details, err2 := db.Details(ctx, []int64{1, 2, 3, 4, 5, 6})
	relatives, err3 := db.Relatives(ctx, []string{"CVE-2024-1", "CVE-2024-2"})
	rows, err4 := db.ByPackage(ctx, "", "left")
	named, err5 := db.ByID(ctx, "CVE-2024-1")
	ecosystems, err6 := db.Ecosystems(ctx)
	providers, err7 := db.Providers(ctx)
	if err := errors.Join(err, err2, err3, err4, err5, err6, err7); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v", append(out, details, relatives, rows, named, ecosystems, providers))
}

// TestVerifyChanged: changes that SQLite itself finds nothing wrong with.
func TestVerifyChanged(t *testing.T) {
	t.Parallel()
	tests := []struct{ change, want string }{
		{`update affected set intervals = '<0.5.0' where intervals = '<1.0.0'`, "are not what was stored"},
		{`update advisories set severity = 0`, "are not what was stored"},
		{`delete from aliases where name = 'CVE-2024-1'`, "are not what was stored"},
		{`update packages set name = 'lefd' where name = 'left'`, "are not what was stored"},
		{`update ecosystems set records = 0`, "are not what was stored"},
		{`update metadata set value = '2027-01-01T00:00:00Z' where name = 'built'`, "are not what was stored"},
		{`delete from metadata where name = 'rows:affected'`, "are not what was stored"},
		{`update blobs set value = replace(value, 'one', 'two')`, "record CVE-2024-1 is not what was stored"},
		{`update blobs set value = (select value from blobs where id = 1) where id = 2`, "record CVE-2024-1 is not what was stored"},
		{`update advisories set digest = (select digest from advisories where id = 1) where id = 2`, "record GHSA-1 is not what was stored"},
		{`update metadata set value = replace(value, 'sha256:', 'sha256:0') where name = 'digest'`, "are not what was stored"},
	}
	for i, test := range tests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a.db")
			create(t, file, build.Options{Built: built}, records()...)
			other(t, file, test.change)
			db := openFile(t, file)
			if _, err := db.Verify(t.Context()); errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: error %v, want %q", test.change, err, test.want)
			}
		})
	}
}

// TestVerifyRoot: rows and records that agree with themselves, but not with the
// release that the database says it is.
func TestVerifyRoot(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	create(t, file, build.Options{Built: built}, records()...)
	other(t, file, `update metadata set value = replace(value, 'sha256:', 'sha256:0') where name = 'digest'`)
	redigest(t, file, "metadata")
	if _, err := openFile(t, file).Verify(t.Context()); errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), "its content has the digest sha256:") {
		t.Errorf("error %v, want another digest", err)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	db := open(t, records()...)
	if n, err := db.Verify(t.Context()); n != 6 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Verify(ctx); !errors.Is(err, context.Canceled) || errs.KindOf(err) == errs.Damaged {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}

// TestReplaced: a database that is replaced while it is open keeps answering, and
// the next to open it sees the new one.
func TestReplaced(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	create(t, file, build.Options{Built: built}, records()...)
	old := openFile(t, file)
	create(t, file, build.Options{Built: built}, records()[2])
	if rows, err := old.ByID(t.Context(), "GHSA-2"); len(rows) != 1 || err != nil {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if n, err := old.Verify(t.Context()); n != 6 || err != nil {
		t.Errorf("%d records, %v", n, err)
	}
	if n, err := openFile(t, file).Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("%d records in the new one, %v", n, err)
	}
}

// redigest stores the digest of a table's rows anew, after a test has changed them.
func redigest(t *testing.T, file, table string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	digest, err := vulndb.RowsDigest(t.Context(), func(ctx context.Context, query string, row func([]byte) error) error {
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text []byte
			if err := errors.Join(rows.Scan(&text), row(text)); err != nil {
				return err
			}
		}
		return rows.Err()
	}, table)
	if err == nil {
		_, err = db.ExecContext(t.Context(), `update metadata set value = $1 where name = $2`, digest, vulndb.RowsKey(table))
	}
	if err != nil {
		t.Fatal(err)
	}
}
