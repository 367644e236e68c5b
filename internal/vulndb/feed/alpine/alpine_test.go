package alpine

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "secdb")
}

// TestReal: osv/Alpine.zip is made of the same files. It leaves out what never
// concerned a package (5 CVEs) and what has no CVE id.
func TestReal(t *testing.T) {
	t.Parallel()
	folder := feedtest.Shared(t, "secdb/alpine")
	count := map[string]int{}
	read(t, folder, func(r feed.Record) {
		switch {
		case r.Err != nil:
			count["skipped"]++
		case !strings.HasPrefix(r.Advisory.ID, "ALPINE-CVE-"):
			count["other ids"]++
		case len(r.Advisory.Affected) > 0 && r.Advisory.Affected[0].Unaffected:
			count["never"]++
		default:
			count["CVE"]++
		}
	})
	for name, want := range map[string]int{"CVE": 2438 + 1, "never": 5, "other ids": 30, "skipped": 0} {
		if count[name] != want {
			t.Errorf("%s: %d records, want %d", name, count[name], want)
		}
	}
}

func TestSameWithEitherForm(t *testing.T) {
	t.Parallel()
	folder := feedtest.Shared(t, "secdb/alpine/v3.11")
	records := map[string][]string{}
	for _, ext := range []string{"json", "yaml"} {
		only := t.TempDir()
		for _, repo := range []string{"main", "community"} {
			data, err := os.ReadFile(filepath.Join(folder, repo+"."+ext))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(only, repo+"."+ext), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text := feedtest.Render(t, New(), only)
		_, text, _ = bytes.Cut(text, []byte("\n")) // the folder's name
		records[ext] = strings.Split(strings.ReplaceAll(string(text), ".yaml#", ".json#"), "\n")
	}
	if a, b := strings.Join(records["json"], "\n"), strings.Join(records["yaml"], "\n"); a != b || len(a) < 1000 {
		t.Error("JSON and YAML give different records")
	}
}

func read(t *testing.T, path string, see func(feed.Record)) {
	t.Helper()
	sets, err := New().Sets(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		if _, err := set.Each(t.Context(), func(r feed.Record) error { see(r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":          "",
		"cut":            `{"distroversion":"v3.18","packages":[{"pkg":{"name":"a","secf`,
		"another file":   `{"vulnerabilities":[]}`,
		"a list":         `[]`,
		"no release":     `{"packages":[{"pkg":{"name":"a","secfixes":{"1":["CVE-2020-0001"]}}}]}`,
		"a name twice":   `{"distroversion":"v3.18","packages":[],"packages":[]}`,
		"other packages": `{"distroversion":"v3.18","packages":{}}`,
		"cut YAML":       "distroversion: v3.18\npackages: [",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "main.json")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			sets, err := New().Sets(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = sets[0].Each(t.Context(), func(r feed.Record) error {
				t.Errorf("unexpected record %s", r.Entry)
				return nil
			})
			if kind := errs.KindOf(err); kind != errs.Damaged && kind != errs.Invalid {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func FuzzSets(f *testing.F) {
	for _, name := range []string{"v3.18/main.json", "v3.18/community.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata/secdb", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	feedtest.Fuzz(f, New(), "main.json")
}
