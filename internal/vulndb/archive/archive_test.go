package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/release"
)

var built = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

// database builds one with a record of the id.
func database(t testing.TB, id string, options build.Options) *vulndb.DB {
	t.Helper()
	set, err := feeds.FromFS("test", fstest.MapFS{"1.json": {Data: []byte(`{"id":"` + id + `","summary":"x","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1.0.0"]}]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.db")
	if _, err := build.Run(t.Context(), file, []feed.Set{set}, options, build.Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	return open(t, file)
}

func open(t testing.TB, file string) *vulndb.DB {
	t.Helper()
	db, err := vulndb.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func export(t testing.TB, db *vulndb.DB) (file string, e Exported) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "a.tar.zst")
	e, err := Export(t.Context(), db, file, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return file, e
}

// installed is the release that a folder has; empty: none.
func installed(t testing.TB, dir release.Dir) string {
	t.Helper()
	file, err := dir.Current()
	if errs.KindOf(err) == errs.NotFound {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, file)
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db.Metadata().Release
}

// clean fails if an import left something behind beside what is installed.
func clean(t testing.TB, dir release.Dir) {
	t.Helper()
	entries, err := os.ReadDir(string(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "new-") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func TestExportImport(t *testing.T) {
	t.Parallel()
	db := database(t, "A-1", build.Options{Built: built, Sequence: 7})
	file, e := export(t, db)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if e.SHA256 != hex.EncodeToString(sum[:]) || e.Size != int64(len(data)) {
		t.Errorf("%+v", e)
	}
	again, _ := export(t, db)
	if other, err := os.ReadFile(again); err != nil || !bytes.Equal(data, other) {
		t.Errorf("the same database gives another archive (%v)", err)
	}
	dir := release.Dir(filepath.Join(t.TempDir(), "db"))
	m, err := Import(t.Context(), file, dir, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	meta := db.Metadata()
	want := Manifest{Format: Format, Tool: "1.2.3", Schema: vulndb.Schema, Release: meta.Release, Sequence: 7, Built: built, Records: 1, Digest: meta.Digest,
		SHA256: m.SHA256, Size: m.Size}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("manifest mismatch (-want +got):\n%s", diff)
	}
	if got := installed(t, dir); got != meta.Release {
		t.Errorf("installed is %q, want %q", got, meta.Release)
	}
	if _, err := Import(t.Context(), file, dir, ImportOptions{}); err != nil { // the same again
		t.Error(err)
	}
	clean(t, dir)
}

// TestImportOlder: time and number decide; the same release is not older.
func TestImportOlder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		was, is        build.Options
		older, damaged bool
	}{
		{"newer", build.Options{Built: built}, build.Options{Built: built.Add(time.Hour)}, false, false},
		{"same time", build.Options{Built: built}, build.Options{Built: built}, false, false},
		{"older", build.Options{Built: built.Add(time.Hour)}, build.Options{Built: built}, true, false},
		{"older by its number", build.Options{Built: built, Sequence: 5}, build.Options{Built: built.Add(time.Hour), Sequence: 4}, true, false},
		{"newer by its number", build.Options{Built: built, Sequence: 5}, build.Options{Built: built, Sequence: 6}, false, false},
		{"of no line", build.Options{Built: built, Sequence: 5}, build.Options{Built: built.Add(time.Hour)}, false, false},
		{"older than what is damaged", build.Options{Built: built.Add(time.Hour)}, build.Options{Built: built}, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := release.Dir(t.TempDir())
			was, _ := export(t, database(t, "A-1", test.was))
			is, e := export(t, database(t, "A-2", test.is))
			if _, err := Import(t.Context(), was, dir, ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			if test.damaged {
				file, err := dir.Current()
				if err := errors.Join(err, os.Truncate(file, 100)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Import(t.Context(), is, dir, ImportOptions{})
			if test.older != (errs.KindOf(err) == errs.Stale) || !test.older && err != nil {
				t.Errorf("error %v", err)
			}
			if _, err := Import(t.Context(), is, dir, ImportOptions{AllowOlder: true}); err != nil || installed(t, dir) != e.Manifest.Release {
				t.Errorf("%v; installed is %s", err, installed(t, dir))
			}
			clean(t, dir)
		})
	}
}

// entry is one of a tar; header overrides what stands in it.
type entry struct {
	name   string
	data   []byte
	header tar.Header
}

// pack makes an archive of any entries.
func pack(t testing.TB, tail string, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := e.header
		h.Name, h.Size, h.Mode = e.name, int64(len(e.data)), 0o644
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		err = w.WriteHeader(&h)
		if err == nil {
			_, err = w.Write(e.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = w.Close()
	if err == nil {
		_, err = z.Write([]byte(tail))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestImportRefuses: whatever is wrong is refused with its reason, and what was
// installed stays.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	db := database(t, "A-2", build.Options{Built: built.Add(time.Hour)})
	file, e := export(t, db)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	manifest := func(edit func(*Manifest)) entry {
		m := e.Manifest
		edit(&m)
		text, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		return entry{name: manifestName, data: text}
	}
	good, body := manifest(func(*Manifest) {}), entry{name: databaseName, data: data}
	// of is an archive of other bytes with their right checksum.
	of := func(data []byte, edit func(*Manifest)) []byte {
		sum := sha256.Sum256(data)
		return pack(t, "", manifest(func(m *Manifest) { m.Size, m.SHA256 = int64(len(data)), hex.EncodeToString(sum[:]); edit(m) }), entry{name: databaseName, data: data})
	}
	poked := func(at int) []byte {
		out := bytes.Clone(data)
		out[at] ^= 1
		return out
	}
	keep := func(*Manifest) {}
	sample, _ := export(t, database(t, "A-3", build.Options{Built: built.Add(time.Hour), Sample: true}))
	sampled, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		data []byte
		kind errs.Kind
		want string
	}{
		{"nothing", nil, errs.Damaged, "it has no manifest.json"},
		{"no archive", []byte("not one"), errs.Damaged, "it is no archive"},
		{"cut in the middle", whole[:len(whole)/2], errs.Damaged, "it is cut short"},
		{"cut at the end", whole[:len(whole)-1], errs.Damaged, ""},
		{"more", append(bytes.Clone(whole), "more"...), errs.Damaged, "its end is damaged"},
		{"more in the tar", pack(t, "more", good, body), errs.Damaged, "something follows its end"},
		{"more zeros", pack(t, strings.Repeat("\x00", maxManifest), good, body), errs.Damaged, "something follows its end"},
		{"a byte", append(append(bytes.Clone(whole[:len(whole)/2]), whole[len(whole)/2]^0x10), whole[len(whole)/2+1:]...), errs.Damaged, ""},
		{"no manifest", pack(t, "", body), errs.Damaged, `it holds "advisories.db" where manifest.json should be`},
		{"no database", pack(t, "", good), errs.Damaged, "it has no advisories.db"},
		{"three entries", pack(t, "", good, body, entry{name: "x", data: []byte("x")}), errs.Damaged, `it holds "x", too`},
		{"a path", pack(t, "", good, entry{name: "../advisories.db", data: data}), errs.Damaged, `it holds "../advisories.db" where`},
		{"a link", pack(t, "", good, entry{name: databaseName, header: tar.Header{Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}), errs.Damaged, "where advisories.db should be"},
		{"a folder", pack(t, "", entry{name: manifestName, header: tar.Header{Typeflag: tar.TypeDir}}, body), errs.Damaged, "where manifest.json should be"},
		{"with records", pack(t, "", good, entry{name: databaseName, data: data, header: tar.Header{PAXRecords: map[string]string{"X.y": "z"}}}), errs.Damaged, "where advisories.db should be"},
		{"another size", pack(t, "", manifest(func(m *Manifest) { m.Size++ }), body), errs.Damaged, "the manifest says"},
		{"another checksum", pack(t, "", manifest(func(m *Manifest) { m.SHA256 = strings.Repeat("0", 64) }), body), errs.Damaged, "has not the checksum"},
		{"another digest", pack(t, "", manifest(func(m *Manifest) { m.Digest = "sha256:00" }), body), errs.Damaged, "not the one that the manifest describes"},
		{"another time", pack(t, "", manifest(func(m *Manifest) { m.Built = m.Built.Add(time.Hour) }), body), errs.Damaged, "not the one that the manifest describes"},
		{"another number", pack(t, "", manifest(func(m *Manifest) { m.Sequence = 9 }), body), errs.Damaged, "not the one that the manifest describes"},
		{"a bomb", pack(t, "", manifest(func(m *Manifest) { m.Size = 4 << 30 }), body), errs.Damaged, "cannot come of"},
		{"beyond the bound", pack(t, "", manifest(func(m *Manifest) { m.Size = maxDatabase + 1 }), body), errs.Damaged, "its manifest has the size"},
		{"a long manifest", pack(t, "", entry{name: manifestName, data: bytes.Repeat([]byte(" "), maxManifest+1)}, body), errs.Damaged, "its manifest has more than"},
		{"another format", pack(t, "", manifest(func(m *Manifest) { m.Format = "assay.db/v2" }), body), errs.Invalid, `its format is "assay.db/v2"`},
		{"no database at all", of([]byte("text"), keep), errs.Invalid, "is not an advisory database"},
		{"another model", of(poked(63), keep), errs.Invalid, "has schema"},
		{"a record", of(bytes.Replace(data, []byte("left"), []byte("felt"), 1), keep), errs.Damaged, "is damaged"},
		{"an interval", of(bytes.ReplaceAll(data, []byte("=1.0.0"), []byte("=1.0.1")), keep), errs.Damaged, "the rows of its affected are not what was stored"},
		{"the sample", sampled, errs.Invalid, "a demonstration"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := release.Dir(t.TempDir())
			was, before := export(t, database(t, "A-1", build.Options{Built: built}))
			if _, err := Import(t.Context(), was, dir, ImportOptions{}); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "bad.tar.zst")
			if err := os.WriteFile(file, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Import(t.Context(), file, dir, ImportOptions{})
			if errs.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one of kind %d with %q", err, test.kind, test.want)
			}
			if got := installed(t, dir); got != before.Manifest.Release {
				t.Errorf("installed is %q", got)
			}
			clean(t, dir)
		})
	}
}

func TestImportNoFile(t *testing.T) {
	t.Parallel()
	dir := release.Dir(t.TempDir())
	if _, err := Import(t.Context(), filepath.Join(t.TempDir(), "none"), dir, ImportOptions{}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("error %v, want one of the kind NotFound", err)
	}
	if _, err := Import(t.Context(), t.TempDir(), dir, ImportOptions{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("error %v, want one of the kind Invalid", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file, _ := export(t, database(t, "A-1", build.Options{Built: built}))
	if _, err := Import(ctx, file, dir, ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	clean(t, dir)
}

func TestExportFails(t *testing.T) {
	t.Parallel()
	db := database(t, "A-1", build.Options{Built: built})
	if _, err := Export(t.Context(), db, filepath.Join(t.TempDir(), "none", "a.tar.zst"), ""); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("error %v, want one of the kind Unavailable", err)
	}
	data, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.db")
	if err := os.WriteFile(file, bytes.Replace(data, []byte("left"), []byte("felt"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "a.tar.zst")
	if _, err := Export(t.Context(), open(t, file), out, ""); errs.KindOf(err) != errs.Damaged {
		t.Errorf("error %v, want one of the kind Damaged", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(out)); err != nil || len(entries) > 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

// FuzzReadManifest: what is accepted says all that an import needs, and is
// written and read again as the same.
func FuzzReadManifest(f *testing.F) {
	m := Manifest{Format: Format, Schema: "2.0.0", Release: "r", Built: built, Digest: "sha256:00", SHA256: strings.Repeat("0a", 32), Size: 1}
	text, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":"assay.db/v1"}`))
	f.Add([]byte(`{"format":"assay.db/v1","size":1e400}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadManifest(data)
		if err != nil {
			if errs.KindOf(err) == errs.Unknown || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		if m.Size <= 0 || m.Size > maxDatabase || len(m.SHA256) != 64 || m.Sequence < 0 {
			t.Errorf("%+v", m)
		}
		text, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ReadManifest(text); err != nil || !again.Built.Equal(m.Built) || again.SHA256 != m.SHA256 {
			t.Errorf("%+v, %v, want %+v", again, err, m)
		}
	})
}

// FuzzUnpack: whatever an archive holds, reading it ends with an answer.
func FuzzUnpack(f *testing.F) {
	m := Manifest{Format: Format, Schema: "2.0.0", Release: "r", Built: built, Digest: "sha256:00", SHA256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", Size: 1}
	text, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pack(f, "", entry{name: manifestName, data: text}, entry{name: databaseName, data: []byte("x")}))
	f.Add(pack(f, "more"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out := filepath.Join(t.TempDir(), "out")
		m, err := unpack(t.Context(), bytes.NewReader(data), int64(len(data)), out, func(Manifest) error { return nil })
		if err != nil {
			return
		}
		got, err := os.ReadFile(out)
		if sum := sha256.Sum256(got); err != nil || hex.EncodeToString(sum[:]) != m.SHA256 {
			t.Errorf("accepted with another checksum, %v", err)
		}
	})
}
