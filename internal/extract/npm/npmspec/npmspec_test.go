package npmspec

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

const commit = "97edff6f525f192a3f83cea1944765f769ae2678"

func TestParse(t *testing.T) {
	t.Parallel()
	const repo = "https://github.com/jane/kite.git"
	for _, test := range []struct {
		text, name, rng string // an empty name is the dependency's own, an empty range the text
		kind            inventory.OriginKind
		ref             string
	}{
		{text: ""},
		{text: "^1.2.3"},
		{text: ">=1.0.0 <2.0.0 || 3.x"},
		{text: "latest"},
		{text: "~1.2"},
		{text: "catalog:"},
		{text: "catalog:react18"},
		{text: "npm:^1.0.0", rng: "^1.0.0"},
		{text: "npm:latest", rng: "latest"},
		{text: "npm:v1.x", rng: "v1.x"},
		{text: "npm:string-width@^4.2.0", name: "string-width", rng: "^4.2.0"},
		{text: "npm:@sky/kite@~2", name: "@sky/kite", rng: "~2"},
		{text: "npm:@sky/kite", name: "@sky/kite", rng: "-"},
		{text: "npm:kite", name: "kite", rng: "-"},
		{text: "jsr:^1.0.0", rng: "^1.0.0"},
		{text: "jsr:@sky/kite@^1.0.0", name: "@jsr/sky__kite", rng: "^1.0.0"},
		{text: "file:../kite", kind: inventory.OriginPath, ref: "../kite"},
		{text: "file:./kite.tgz#./kite.tgz::hash=1a&locator=root%40workspace%3A.", kind: inventory.OriginPath, ref: "./kite.tgz"},
		{text: "link:../kite", kind: inventory.OriginPath, ref: "../kite"},
		{text: "portal:../kite::locator=root%40workspace%3A.", kind: inventory.OriginPath, ref: "../kite"},
		{text: "workspace:*", kind: inventory.OriginPath, ref: "workspace:*"},
		{text: "workspace:packages/kite", kind: inventory.OriginPath, ref: "packages/kite"},
		{text: "./kite", kind: inventory.OriginPath, ref: "./kite"},
		{text: "~/kite", kind: inventory.OriginPath, ref: "~/kite"},
		{text: `C:\kite`, kind: inventory.OriginPath, ref: `C:\kite`},
		{text: "dist/kite.tgz", kind: inventory.OriginPath, ref: "dist/kite.tgz"},
		{text: "kite-1.0.0.tar.gz", kind: inventory.OriginPath, ref: "kite-1.0.0.tar.gz"},
		{text: "some/deep/folder", kind: inventory.OriginPath, ref: "some/deep/folder"},
		{text: "git+ssh://git@github.com:jane/kite.git#" + commit, kind: inventory.OriginGit, ref: repo + "@" + commit},
		{text: "ssh://git@github.com:22/jane/kite", kind: inventory.OriginGit, ref: repo},
		{text: "jane/kite#feature/a", kind: inventory.OriginGit, ref: repo},
		{text: "jane/kite", kind: inventory.OriginGit, ref: repo},
		{text: "jane/kite#" + commit, kind: inventory.OriginGit, ref: repo + "@" + commit},
		{text: "jane/kite#main", kind: inventory.OriginGit, ref: repo},
		{text: "github:jane/kite#semver:^1", kind: inventory.OriginGit, ref: repo},
		{text: "gitlab:jane/kite", kind: inventory.OriginGit, ref: "https://gitlab.com/jane/kite.git"},
		{text: "bitbucket:jane/kite", kind: inventory.OriginGit, ref: "https://bitbucket.org/jane/kite.git"},
		{text: "gist:1234567890abcdef", kind: inventory.OriginGit, ref: "https://gist.github.com/1234567890abcdef.git"},
		{text: "git@github.com:jane/kite.git", kind: inventory.OriginGit, ref: repo},
		{text: "git@git.example.org:jane/kite.git#workspace=a&commit=" + commit, kind: inventory.OriginGit, ref: "ssh://git@git.example.org/jane/kite.git@" + commit},
		{text: "git+ssh://git@github.com/jane/kite.git#" + commit, kind: inventory.OriginGit, ref: repo + "@" + commit},
		{text: "git+https://jane:secret@git.example.org/kite.git#" + commit, kind: inventory.OriginGit, ref: "https://git.example.org/kite.git@" + commit},
		{text: "git+ssh://git:secret@git.example.org/kite.git", kind: inventory.OriginGit, ref: "ssh://git@git.example.org/kite.git"},
		{text: "git://git.example.org/kite", kind: inventory.OriginGit, ref: "git://git.example.org/kite"},
		{text: "https://github.com/jane/kite", kind: inventory.OriginGit, ref: repo},
		{text: "https://github.com/jane/kite.git#workspace=a&commit=" + commit, kind: inventory.OriginGit, ref: repo + "@" + commit},
		{text: "https://git.example.org/a/b/kite#commit=" + commit, kind: inventory.OriginGit, ref: "https://git.example.org/a/b/kite@" + commit},
		{text: "https://codeload.github.com/jane/kite/tar.gz/" + commit, kind: inventory.OriginGit, ref: repo + "@" + commit},
		{text: "https://bitbucket.org/jane/kite/get/" + commit + ".tar.gz", kind: inventory.OriginGit, ref: "https://bitbucket.org/jane/kite.git@" + commit},
		{text: "https://gitlab.com/api/v4/projects/jane%2Fkite/repository/archive.tar.gz?ref=" + commit, kind: inventory.OriginGit, ref: "https://gitlab.com/jane/kite.git@" + commit},
		{text: "https://jane:secret@files.example.org/kite-1.0.0.tgz", kind: inventory.OriginURL, ref: "https://files.example.org/kite-1.0.0.tgz"},
		{text: "https://github.com/jane/kite/archive/v1.tar.gz", kind: inventory.OriginURL, ref: "https://github.com/jane/kite/archive/v1.tar.gz"},
		{text: "runtime:22.0.0", kind: inventory.OriginURL, ref: "runtime:22.0.0"},
		{text: "patch:kite@npm%3A^1.0.0#./kite.patch::version=1.0.1&hash=1a", rng: "^1.0.0"},
		{text: "patch:@sky/kite@^1.0.0#~builtin<compat/kite>", name: "@sky/kite", rng: "^1.0.0"},
	} {
		want := Spec{Name: test.name, Range: test.rng, Origin: inventory.Origin{Kind: test.kind, Ref: test.ref}}
		name := "kite"
		if want.Name == "" {
			want.Name = name
		}
		switch want.Range {
		case "":
			want.Range = test.text
		case "-":
			want.Range = ""
		}
		if diff := cmp.Diff(want, Parse(name, test.text)); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestJSRName(t *testing.T) {
	t.Parallel()
	want := Spec{Name: "@jsr/sky__kite", Range: "^1.0.0"}
	if diff := cmp.Diff(want, Parse("@sky/kite", "jsr:^1.0.0")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestSplitName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, name, rest string }{
		{"", "", ""},
		{"@", "@", ""},
		{"kite", "kite", ""},
		{"kite@", "kite", ""},
		{"kite@^1", "kite", "^1"},
		{"@sky/kite", "@sky/kite", ""},
		{"@sky/kite@npm:other@1", "@sky/kite", "npm:other@1"},
		{"@@", "@@", ""},
	} {
		name, rest := SplitName(test.text)
		if name != test.name || rest != test.rest {
			t.Errorf("%q: got %q and %q, want %q and %q", test.text, name, rest, test.name, test.rest)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("kite", "npm:@sky/kite@^1")
	f.Add("kite", "patch:patch:a@npm%3A1#x")
	f.Add("kite", "git+ssh://git@host:owner/name#commit=1")
	f.Fuzz(func(t *testing.T, name, text string) {
		spec := Parse(name, text)
		if name != "" && spec.Name == "" {
			t.Errorf("%q: no name", text)
		}
	})
}
