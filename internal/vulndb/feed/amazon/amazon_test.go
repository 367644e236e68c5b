package amazon

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/vulndb/feed/feedtest"
	"github.com/assay-sca/assay/internal/vulndb/feed/updateinfo"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	feedtest.Golden(t, New(), "updateinfo.xml")
}

// An advisory is in the lists of several architectures; it is one record.
func TestRepositories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, arch := range []string{"x86_64", "aarch64"} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write([]byte(`<updates><update type="security"><id>ALAS-2024-1</id><title>` + arch + `</title><pkglist><collection short="core">` +
			`<package name="nut" epoch="0" version="1" release="1" arch="` + arch + `"/></collection></pkglist></update></updates>`))
		w.Close()
		path := filepath.Join(dir, "al2", arch, "repodata", "updateinfo.xml.gz")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := string(feedtest.Render(t, New(), dir))
	for _, want := range []string{`"aarch64",`, `"x86_64"`, `"Amazon Linux:2"`, `al2/aarch64/repodata/updateinfo.xml.gz#ALAS-2024-1`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if n := strings.Count(got, `"ID"`); n != 1 {
		t.Errorf("%d records, want 1:\n%s", n, got)
	}
}

func TestEcosystem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		place updateinfo.Place
		want  string
	}{
		{updateinfo.Place{Short: "amazon-linux-2023---kernel-livepatch"}, "Amazon Linux:2023"},
		{updateinfo.Place{Name: "Amazon Linux 2---Core"}, "Amazon Linux:2"},
		{updateinfo.Place{ID: "ALAS2022-2021-1"}, "Amazon Linux:2022"},
		{updateinfo.Place{ID: "ALAS2LIVEPATCH-2021-1"}, "Amazon Linux:2"},
		{updateinfo.Place{ID: "ALAS-2021-1", Path: "al2023/updateinfo.xml"}, "Amazon Linux:2023"},
		{updateinfo.Place{ID: "ALAS-2021-1", Path: "2018.03/updateinfo.xml"}, "Amazon Linux:2018.03"},
		{updateinfo.Place{ID: "ALAS-2021-1", Path: "updateinfo.xml"}, ""},
	} {
		if got := ecosystem(test.place); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.place, got, test.want)
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"empty":     {"", "it is empty"},
		"truncated": {`<updates><update type="security"><id>ALAS2-2024-1</id>`, "it ends in the middle"},
		"cut":       {`<updates><update type="security"><id>ALAS2-2024-1</id></update>`, "it ends in the middle"},
		"wrong":     {`<html><body/></html>`, `its outermost element is "html"`},
		"no XML":    {`{"a": 1}`, "it is empty"},
		"malformed": {`<updates><update></updates>`, "not valid XML in line 1"},
		"deep":      {"<updates><update>" + strings.Repeat("<a>", 100), "elements deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "updateinfo.xml")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := string(feedtest.Render(t, New(), path)); !strings.Contains(got, "error ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzSets(f *testing.F) { feedtest.Fuzz(f, New(), "updateinfo.xml") }
