package repourl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/repourl"
)

func TestReleaseRefs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"App v1.0":            "v1.0.0 v1.0 v1",
		"v1":                  "v1.0.0 v1.0 v1",
		"1.0.0":               "v1.0.0 v1.0 v1",
		"2.3.4":               "v2.3.4",
		"2.3.0":               "v2.3.0 v2.3",
		"2.3":                 "v2.3.0 v2.3",
		"10.0":                "v10.0.0 v10.0 v10",
		"1.0.0.0":             "v1.0.0.0 v1.0.0 v1.0 v1",
		"1.0.2.0":             "v1.0.2.0 v1.0.2",
		"0.0.0":               "v0.0.0 v0.0 v0",
		"1.00":                "v1.00.0 v1.00 v1",
		"2024.10":             "v2024.10.0 v2024.10",
		"App 2 v1.0":          "v1.0.0 v1.0 v1",
		"Python3 tools 1.2":   "v1.2.0 v1.2",
		"App v1.2 (build 17)": "v1.2.0 v1.2",
		"App 1.2 of 2024":     "v1.2.0 v1.2",
		"App V1.1.0-rc.1":     "v1.1.0-rc.1 v1.1-rc.1",
		"App v1.0+build.5":    "v1.0.0+build.5 v1.0+build.5 v1+build.5",
		"release/7":           "v7.0.0 v7.0 v7",
		"App":                 "",
		"":                    "",
		"App x1.0":            "",
	} {
		var tags []string
		for _, tag := range strings.Fields(want) {
			tags = append(tags, "refs/tags/"+tag)
		}
		if diff := cmp.Diff(tags, repourl.ReleaseRefs("refs/tags/v#", name)); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
	}
}

func TestResolveRelease(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, tags, want string }{
		{"App v1.0", "v1.0.0 v1.0 v1", "v1.0.0"},
		{"App v1.0", "v1.0 v1", "v1.0"},
		{"App v1.0", "v1", "v1"},
		{"2.3.4", "v2.3.4 v2", "v2.3.4"},
		{"2.3.4", "v2.3 v2", ""},
		{"2.3.4", "", ""},
		{"no number", "v1", ""},
	} {
		got := repourl.ResolveRelease("refs/tags/#", c.name, func(ref string) bool {
			return slices.Contains(strings.Fields(c.tags), "v"+strings.TrimPrefix(ref, "refs/tags/"))
		})
		if strings.TrimPrefix(got, "refs/tags/") != strings.TrimPrefix(c.want, "v") {
			t.Errorf("%q among %q: %q, want %q", c.name, c.tags, got, c.want)
		}
	}
}

func TestCheckReleasePattern(t *testing.T) {
	t.Parallel()
	for pattern, ok := range map[string]bool{
		"refs/tags/v#": true, "refs/tags/#": true, "refs/tags/release-#-final": true, "refs/heads/release/#": true,
		"": false, "v#": false, "refs/tags/v": false, "refs/tags/##": false, "refs/tags/v #": false, "refs/tags/..#": false,
		"refs/tags/#.lock": false, "--upload-pack=#": false, "refs//#": false, "refs/tags/#/": false, "refs/tags/*#": false,
		"refs/tags/" + strings.Repeat("a", 250) + "#": false,
	} {
		if err := repourl.CheckReleasePattern(pattern); (err == nil) != ok || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("CheckReleasePattern(%q): %v", pattern, err)
		}
	}
}

func TestCheckRef(t *testing.T) {
	t.Parallel()
	for ref, ok := range map[string]bool{
		"main": true, "feature/x": true, "v1.0": true, "refs/tags/v1": true, "été": true, "a@b": true, "a-b": true,
		"": false, "-x": false, "--upload-pack=id": false, "a b": false, "a..b": false, "a~1": false, "a^": false, "a:b": false,
		"a?": false, "a*": false, "a[b": false, "a\\b": false, "a@{1}": false, "@": false, "/a": false, "a/": false, "a//b": false,
		".a": false, "a/.b": false, "a.lock": false, "a.lock/b": false, "a.": false, "a\x00": false, "a\x7f": false, "a\n": false,
	} {
		if err := repourl.CheckRef(ref); (err == nil) != ok || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("CheckRef(%q): %v", ref, err)
		}
	}
}
