package kev

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "catalogue.json")
	feedtest.Golden(t, New(), "catalogue.csv")
}

// The catalogue of 2025-08-25 says itself that it has 1,404 entries.
func TestReal(t *testing.T) {
	t.Parallel()
	records, failed, err := count(t, feedtest.Shared(t, "kev.json"))
	if err != nil || failed != 0 || records != 1404 {
		t.Errorf("%d records, %d failed, error %v; want 1404 records", records, failed, err)
	}
}

func count(t *testing.T, path string) (records, failed int, err error) {
	t.Helper()
	sets, err := New().Sets(path)
	if err != nil {
		return 0, 0, err
	}
	for _, set := range sets {
		_, err = set.Each(context.Background(), func(r feed.Record) error {
			if r.Err != nil {
				failed++
				return nil
			}
			records++
			return nil
		})
	}
	return records, failed, err
}

func TestNoCatalogue(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("testdata/catalogue.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := "cveID,dateAdded,dueDate\nCVE-2024-1000,2024-01-01,2024-01-31\nCVE-2024-1001,2024"
	for _, c := range []struct{ name, file, text, want string }{
		{"empty", "a.json", "", "it is empty"},
		{"no list", "a.json", `{"vulnerability": []}`, "no catalogue"},
		{"no object", "a.json", `7`, "no JSON object"},
		{"text", "a.json", `<html>`, "not valid JSON"},
		{"cut", "a.json", string(whole[:len(whole)/2]), "it ends in the middle"},
		{"cut behind the list", "a.json", string(whole[:len(whole)-2]), "it ends in the middle"},
		{"two documents", "a.json", `{"vulnerabilities": []}{}`, "more behind"},
		{"large entry", "a.json", `{"vulnerabilities": ["` + strings.Repeat("x", maxRecord+200_000) + `"]}`, "over 262144 bytes"},
		{"empty CSV", "a.csv", "", "it is empty"},
		{"other CSV", "a.csv", "cve,epss\n", "no column cveID"},
		{"cut CSV", "a.csv", rows, "ends in the middle"},
		{"cut quotes", "a.csv", "cveID,dateAdded\nCVE-2024-1000,\"2024", "extraneous or missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := count(t, path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestSets(t *testing.T) {
	t.Parallel()
	if _, err := New().Sets(t.TempDir()); err == nil {
		t.Error("an empty folder has no catalogue, and gives no error")
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "catalogue.json") }

func FuzzSetsCSV(f *testing.F) { feedtest.Fuzz(f, New(), "catalogue.csv") }
