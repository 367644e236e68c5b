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

func TestRelease(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"9/errata.full.json": "9", "2024-01-05/10/errata.json": "10", "errata-8.json": "8", "almalinux-9/errata.full.json": "9", "10.json": "10",
		"2024-11-22/errata.full.json": "", "errata.full.json": "", "01/errata.json": "",
	} {
		if got := release(entry); got != want {
			t.Errorf("%s: got %q, want %q", entry, got, want)
		}
	}
	for release, want := range map[string]string{"3.el8_4": "8", "4.module_el8.6.0+1+aa": "8", "1.el10": "10", "2.relax.el9.alma.1": "9", "1": "", "1.el": "", "1.el123": ""} {
		if got := built(release); got != want {
			t.Errorf("%s: got %q, want %q", release, got, want)
		}
	}
}
