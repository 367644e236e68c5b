package endoflife

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
	feedtest.Golden(t, New(), "full.json")
	feedtest.Golden(t, New(), "folder")
}

func TestNothing(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	many := `{"result": {"name": "x", "releases": [1` + strings.Repeat(",1", maxCycles) + `]}}`
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "it is empty"},
		{"other object", `{"vulnerabilities": [{"cveID": "CVE-2024-1000"}]}`, "neither products nor cycles"},
		{"other list", `[{"id": 1}]`, "neither products nor cycles"},
		{"no list", `{}`, "neither products nor cycles"},
		{"index", `{"result": [{"name": "ubuntu", "uri": "https://products.example.org/ubuntu"}]}`, "neither products nor cycles"},
		{"cycles without end", many, "neither products nor cycles"},
		{"page", `<html>`, "not valid JSON"},
		{"cut", string(whole[:len(whole)/2]), "it ends in the middle"},
		{"cut at the end", string(whole[:len(whole)-2]), "it ends in the middle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.json")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			sets, err := New().Sets(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = sets[0].Each(context.Background(), func(feed.Record) error { return nil }); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "product.json") }
