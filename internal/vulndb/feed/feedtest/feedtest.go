// Package feedtest is what every feed's test uses: golden files of all that a
// feed gives, fuzzing, and hostile input.
package feedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Golden reads testdata/name, a file or a folder, and compares every field of
// every record with testdata/name.golden. ASSAY_UPDATE=1 rewrites the golden file:
// read its diff.
func Golden(t *testing.T, f feed.Feed, name string) {
	t.Helper()
	got := Render(t, f, filepath.Join("testdata", filepath.FromSlash(name)))
	golden := filepath.Join("testdata", filepath.FromSlash(name)+".golden")
	if os.Getenv("ASSAY_UPDATE") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
	}
}

// Render writes all records at path as indented JSON, and the sets' own errors.
func Render(t testing.TB, f feed.Feed, path string) []byte {
	t.Helper()
	sets, err := f.Sets(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	known := map[string]bool{}
	for _, p := range f.Providers() {
		known[p.Name] = true
	}
	for _, set := range sets {
		fmt.Fprintf(&out, "set %s\n", set.Name())
		_, err := set.Each(context.Background(), func(r feed.Record) error {
			if r.Err == nil && !known[r.Provider] {
				t.Errorf("%s: the feed does not describe the provider %q", r.Entry, r.Provider)
			}
			return render(&out, r)
		})
		if err != nil {
			fmt.Fprintf(&out, "error %s\n", strings.ReplaceAll(err.Error(), path, "PATH"))
		}
	}
	return out.Bytes()
}

func render(out *bytes.Buffer, r feed.Record) error {
	if r.Err != nil {
		fmt.Fprintf(out, "%s: skipped: %v\n", r.Entry, r.Err)
		return nil
	}
	var value any = r.Advisory
	switch {
	case r.KnownExploited != nil:
		value = r.KnownExploited
	case r.EPSS != nil:
		value = r.EPSS
	case r.EndOfLife != nil:
		value = r.EndOfLife
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var fields any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	indented, err := json.MarshalIndent(present(fields), "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s %s\n", r.Entry, r.Provider, indented)
	return nil
}

// present leaves out what is empty, so that golden files can be read.
func present(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			if member = present(member); member == nil || member == "" || member == false || member == 0.0 {
				delete(x, name)
				continue
			}
			x[name] = present(member)
		}
		if len(x) == 0 {
			return nil
		}
	case []any:
		if len(x) == 0 {
			return nil
		}
		for i := range x {
			x[i] = present(x[i])
		}
	}
	return v
}

// Fuzz feeds arbitrary content as the file name: nothing may panic, and what is
// given must keep the contract.
func Fuzz(f *testing.F, of feed.Feed, name string) {
	f.Helper()
	seeds, err := filepath.Glob("testdata/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range seeds {
		if data, err := os.ReadFile(seed); err == nil && !strings.HasSuffix(seed, ".golden") {
			f.Add(data)
		}
	}
	f.Add([]byte(""))
	f.Add([]byte(strings.Repeat("[{", 5000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		sets, err := of.Sets(path)
		if err != nil {
			return
		}
		for _, set := range sets {
			// An error of the set is an answer, too.
			_, _ = set.Each(t.Context(), func(r feed.Record) error {
				check(t, r)
				return nil
			})
		}
	})
}

// check fails if a record breaks the contract.
func check(t *testing.T, r feed.Record) {
	t.Helper()
	if r.Err != nil {
		return
	}
	if r.Provider == "" {
		t.Errorf("%s has no provider", r.Entry)
	}
	if r.Advisory.ID == "" && r.KnownExploited == nil && r.EPSS == nil && r.EndOfLife == nil {
		t.Errorf("%s: a record of nothing", r.Entry)
	}
	for i := range r.Advisory.Affected {
		if a := &r.Advisory.Affected[i]; a.CPE == "" && (a.Name == "" || a.Ecosystem == "") && len(a.Ranges) == 0 {
			t.Errorf("%s: affected[%d] names nothing", r.Entry, i)
		}
	}
}

// Shared is a file of the shared data, which lies beside the checkout; the test
// skips when it is not there.
func Shared(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			tb.Skipf("skipped: the real feed %s is not present", name)
		}
	}
}
