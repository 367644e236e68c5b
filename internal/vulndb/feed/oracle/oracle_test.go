package oracle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "com.oracle.elsa-all.xml")
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"empty":     {"", "it is empty"},
		"truncated": {`<oval_definitions><definitions><definition>`, "it ends in the middle"},
		"wrong":     {`<updates/>`, `its outermost element is "updates"`},
		"no XML":    {`<a`, "it ends in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "com.oracle.elsa-all.xml")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := string(feedtest.Render(t, New(), path)); !strings.Contains(got, "\nerror ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "com.oracle.elsa-all.xml") }
