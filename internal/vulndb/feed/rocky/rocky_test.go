package rocky

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "pages")
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"empty":     {"", "it is empty"},
		"truncated": {`{"advisories": [{"name": "RLSA-2024:1"`, "it ends in the middle"},
		"wrong":     {`{"id": "GHSA-1", "advisories": {}}`, `it has no list "advisories"`},
		"no JSON":   {`<html/>`, "not valid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "page.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := string(feedtest.Render(t, New(), path)); !strings.Contains(got, "\nerror ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "page.json") }
