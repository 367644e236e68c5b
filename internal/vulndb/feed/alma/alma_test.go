package alma

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "errata")
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"empty":     {"", "it is empty"},
		"truncated": {`{"data": [{"id": "ALSA-2024:1"`, "it ends in the middle"},
		"cut":       {`{"data": [{"id": "ALSA-2024:1"}`, "it ends in the middle"},
		"wrong":     {`{"id": "GHSA-1", "affected": []}`, `it has no list "data"`},
		"a word":    {`"data"`, "no list of records"},
		"more":      {`[] []`, "something follows"},
		"no JSON":   {`<html/>`, "not valid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "errata.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := string(feedtest.Render(t, New(), path)); !strings.Contains(got, "\nerror ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "errata.json") }
