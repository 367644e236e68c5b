package friendsofphp

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "feed")
}

func TestNothingToRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Sets(dir); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a folder of another kind: %v", err)
	}
}

func FuzzSets(f *testing.F) {
	seed, err := os.ReadFile(filepath.FromSlash("testdata/feed/frob/yaml/CVE-2024-10001.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	feedtest.Fuzz(f, New(), "CVE-2024-1.yaml")
}
