package osv

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

func recordOf(id string) string { return fmt.Sprintf(`{"id":%q,"summary":"of %s"}`, id, id) }

// archive makes a zip of names and contents, in the order given.
func archive(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		entry, err := w.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tree writes files below a new folder; a name that ends in a slash is a folder.
func tree(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		folder := filepath.Join(root, filepath.FromSlash(name[:strings.LastIndex(name, "/")+1]))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// read gives each set's "name: entry=id entry!reason …".
func read(t *testing.T, sets []feed.Set) []string {
	t.Helper()
	var out []string
	for _, set := range sets {
		records, _ := each(t, set)
		out = append(out, strings.TrimSpace(set.Name()+": "+strings.Join(records, " ")))
	}
	return out
}

func each(t *testing.T, set feed.Set) (records []string, digest string) {
	t.Helper()
	digest, err := set.Each(t.Context(), func(r feed.Record) error {
		if r.Err != nil {
			records = append(records, r.Entry+"!"+r.Err.Error())
		} else {
			records = append(records, r.Entry+"="+r.Provider+"/"+r.Advisory.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records, digest
}

func TestSets(t *testing.T) {
	t.Parallel()
	one := func(id string) []byte { return []byte(recordOf(id)) }
	zipped := func(id string) []byte { return archive(t, [2]string{id + ".json", recordOf(id)}) }
	tests := []struct {
		name, path string
		files      map[string][]byte
		want       []string
	}{
		{"public layout", "", map[string][]byte{"npm/all.zip": zipped("GHSA-1"), "GitHub Actions/all.zip": zipped("GHSA-2"), "PyPI/": nil},
			[]string{"GitHub Actions: GHSA-2.json=GHSA/GHSA-2", "npm: GHSA-1.json=GHSA/GHSA-1"}},
		{"archives by name", "", map[string][]byte{"npm.zip": zipped("GHSA-1"), "crates.io.ZIP": zipped("RUSTSEC-1")},
			[]string{"crates.io: RUSTSEC-1.json=RUSTSEC/RUSTSEC-1", "npm: GHSA-1.json=GHSA/GHSA-1"}},
		{"loose and nested", "in", map[string][]byte{"in/b/c/A-2.json": one("A-2"), "in/A-1.JSON": one("A-1"), "in/README.md": one("x"), "in/.git/x.json": one("x")},
			[]string{"in: A-1.JSON=A/A-1 b/c/A-2.json=A/A-2"}},
		{"all together", "in", map[string][]byte{"in/npm/all.zip": zipped("A-1"), "in/Go.zip": zipped("A-2"), "in/npm/A-3.json": one("A-3")},
			[]string{"Go: A-2.json=A/A-2", "in: npm/A-3.json=A/A-3", "npm: A-1.json=A/A-1"}},
		{"one record", "dir/A-1.json", map[string][]byte{"dir/A-1.json": one("A-1"), "dir/A-2.json": one("A-2")}, []string{"A-1.json: A-1.json=A/A-1"}},
		{"one archive", "dir/npm.zip", map[string][]byte{"dir/npm.zip": zipped("A-1")}, []string{"npm: A-1.json=A/A-1"}},
		{"one all.zip", "npm/all.zip", map[string][]byte{"npm/all.zip": zipped("A-1")}, []string{"npm: A-1.json=A/A-1"}},
		{"archive in order, other files left alone", "x.zip", map[string][]byte{
			"x.zip": archive(t, [2]string{"b.json", recordOf("B-1")}, [2]string{"d/a.json", recordOf("A-1")}, [2]string{"e.json/", ""}, [2]string{"LICENSE", "x"}, [2]string{"a.JSON", "{"})},
			[]string{"x: a.JSON!not valid JSON at byte 1: unexpected EOF b.json=B/B-1 d/a.json=A/A-1"}},
		{"empty archive", "x.zip", map[string][]byte{"x.zip": archive(t)}, []string{"x:"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sets, err := Sets(filepath.Join(tree(t, test.files), test.path))
			if err != nil {
				t.Fatal(err)
			}
			got := read(t, sets)
			if test.path == "" { // the folder's own name is made up
				slices.Sort(got)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSetsLinks: the link that the user names is followed, those below are not.
func TestSetsLinks(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string][]byte{"in/A-1.json": []byte(recordOf("A-1")), "secret.json": []byte(recordOf("S-1"))})
	for from, to := range map[string]string{"link": "in", "file.json": "in/A-1.json", "in/out.json": "../secret.json", "in/outside": ".."} {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	for path, want := range map[string]string{"link": "in: A-1.json=A/A-1", "file.json": "A-1.json: A-1.json=A/A-1"} {
		sets, err := Sets(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want}, read(t, sets)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", path, diff)
		}
	}
}

func TestSetsFaults(t *testing.T) {
	t.Parallel()
	whole := archive(t, [2]string{"A-1.json", recordOf("A-1")}, [2]string{"A-2.json", recordOf("A-2")})
	root := tree(t, map[string][]byte{
		"empty/": nil, "other/README.md": nil, "text.zip": []byte("<html>not found</html>"), "none.zip": nil, "cut.zip": whole[:len(whole)-20],
	})
	tests := []struct {
		path, want string
		kind       errs.Kind
	}{
		{"missing", "no such file", errs.NotFound},
		{"empty", "there are no OSV archives", errs.Invalid},
		{"other", "there are no OSV archives", errs.Invalid},
		{"text.zip", "read archive", errs.Damaged},
		{"none.zip", "read archive", errs.Damaged},
		{"cut.zip", "read archive", errs.Damaged},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			sets, err := Sets(filepath.Join(root, test.path))
			if err == nil {
				_, err = sets[0].Each(t.Context(), func(feed.Record) error { return errors.New("it has no record") })
			}
			if errs.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("error %v of kind %d, want %q of kind %d with the path", err, errs.KindOf(err), test.want, test.kind)
			}
		})
	}
}

// lying makes an archive whose one entry says another size than it has.
func lying(t *testing.T, content []byte, size uint64) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = z.Write(content)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&out)
	entry, err := w.CreateRaw(&zip.FileHeader{Name: "A-1.json", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: size})
	if err == nil {
		_, err = entry.Write(packed.Bytes())
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestEntryFaults: an entry that cannot be read costs one record, and no memory.
func TestEntryFaults(t *testing.T) {
	t.Parallel()
	flipped := archive(t, [2]string{"A-1.json", recordOf("A-1")})
	flipped[60] ^= 0x40
	tests := []struct {
		name, want string
		data       []byte
	}{
		{"smaller than it says", "unexpected EOF", lying(t, []byte(recordOf("A-1")), 1<<40)},
		{"larger than it says", "not a valid zip file", lying(t, []byte(recordOf("A-1")), 3)},
		{"bomb", "it has over 16777216 bytes", lying(t, bytes.Repeat([]byte(" "), 20<<20), 1<<25)},
		{"bomb that lies", "not a valid zip file", lying(t, bytes.Repeat([]byte(" "), 40<<20), 10)},
		{"flipped", "", flipped},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, map[string][]byte{"x.zip": test.data})
			sets, err := Sets(root)
			if err != nil {
				t.Fatal(err)
			}
			records, _ := each(t, sets[0])
			if len(records) != 1 || !strings.Contains(records[0], "!") || !strings.Contains(records[0], test.want) {
				t.Errorf("got %q, want one record with %q", records, test.want)
			}
		})
	}
}

// many is a set in memory of n records, some of them bad.
func many(t *testing.T, n int) feed.Set {
	t.Helper()
	files := fstest.MapFS{}
	for i := range n {
		text := recordOf(fmt.Sprintf("A-%d", i))
		if i%7 == 3 {
			text = "{"
		}
		files[fmt.Sprintf("A-%05d.json", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	set, err := FromFS("many", files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestEachOrder: order and digest are those of the names, whatever the workers do.
func TestEachOrder(t *testing.T) { // not parallel: it changes the number of processors
	const n = 2000
	set := many(t, n)
	first, digest := each(t, set)
	if len(first) != n || !slices.IsSorted(first) {
		t.Errorf("%d records, sorted %t", len(first), slices.IsSorted(first))
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, workers := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(workers)
		again, other := each(t, set)
		if !slices.Equal(first, again) || digest != other {
			t.Errorf("with %d workers other records or the digest %s, not %s", workers, other, digest)
		}
	}
	if _, other := each(t, many(t, n-1)); other == digest {
		t.Error("a record less has the same digest")
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	digest := func(files ...[2]string) string {
		sets, err := Sets(filepath.Join(tree(t, map[string][]byte{"x.zip": archive(t, files...)}), "x.zip"))
		if err != nil {
			t.Fatal(err)
		}
		_, digest := each(t, sets[0])
		return digest
	}
	a, b := [2]string{"a.json", recordOf("A-1")}, [2]string{"b.json", recordOf("B-1")}
	want := digest(a, b)
	if got := digest(b, a); got != want {
		t.Errorf("in another order %s, want %s", got, want)
	}
	for name, got := range map[string]string{
		"another name": digest(a, [2]string{"c.json", b[1]}), "another content": digest(a, [2]string{"b.json", recordOf("B-2")}), "swapped": digest([2]string{"a.json", b[1]}, [2]string{"b.json", a[1]}),
	} {
		if got == want || !strings.HasPrefix(got, "sha256:") {
			t.Errorf("%s has the digest %s", name, got)
		}
	}
}

func TestFromFSEmpty(t *testing.T) {
	t.Parallel()
	set, err := FromFS("empty", fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	if records, _ := each(t, set); len(records) != 0 {
		t.Errorf("got %q", records)
	}
}

// within fails the test if f does not end: a worker or the reader waits for ever.
func within(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("Each does not return")
		return nil
	}
}

// TestEachRefused: the consumer's error ends it, wherever it comes.
func TestEachRefused(t *testing.T) {
	t.Parallel()
	set := many(t, 1200)
	refusal := errors.New("no more")
	for _, after := range []int{0, 1, 2, 255, 256, 257, 1000, 1199} {
		n := 0
		err := within(t, func() error {
			_, err := set.Each(t.Context(), func(feed.Record) error {
				if n == after {
					return refusal
				}
				n++
				return nil
			})
			return err
		})
		if !errors.Is(err, refusal) {
			t.Errorf("after %d records: %v, want the consumer's error", after, err)
		}
	}
}

// TestEachCancelled: the end of the context ends it, wherever it comes, and says so.
func TestEachCancelled(t *testing.T) {
	t.Parallel()
	set := many(t, 1200)
	for after := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := within(t, func() error {
			_, err := set.Each(ctx, func(feed.Record) error {
				if n++; n == after*50 {
					cancel()
				}
				return nil
			})
			return err
		})
		if after > 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at record %d: %v", after*50, err)
		}
		cancel()
	}
}

// TestEachLeaks: whatever ends it, nothing keeps running.
func TestEachLeaks(t *testing.T) { // not parallel: it counts goroutines
	set := many(t, 600)
	before := runtime.NumGoroutine()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		_, _ = set.Each(ctx, func(feed.Record) error { cancel(); return nil })
		_, _ = set.Each(t.Context(), func(feed.Record) error { return errors.New("no more") })
	}
	for range 100 {
		if runtime.NumGoroutine() <= before+1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
