package npmspec

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

func TestParse(t *testing.T) {
	t.Parallel()
	registry := func(name, constraint string) Spec { return Spec{Name: name, Constraint: constraint} }
	from := func(kind inventory.OriginKind, spec, ref string) Spec {
		return Spec{Name: "dep", Constraint: spec, Origin: inventory.Origin{Kind: kind, Ref: ref}}
	}
	git, url, path := inventory.OriginGit, inventory.OriginURL, inventory.OriginPath
	tests := map[string]Spec{
		"":                       registry("dep", ""),
		"^1.2.0":                 registry("dep", "^1.2.0"),
		"1 || >=2 <3":            registry("dep", "1 || >=2 <3"),
		"latest":                 registry("dep", "latest"),
		"catalog:":               registry("dep", "catalog:"),
		"npm:lodash@^4":          registry("lodash", "^4"),
		"npm:@scope/real@~1.0.0": registry("@scope/real", "~1.0.0"),
		"npm:@scope/real":        registry("@scope/real", ""),
		"npm:^1.0.0":             registry("dep", "npm:^1.0.0"),
		"npm:v2":                 registry("dep", "npm:v2"),
		"npm:vue":                registry("vue", ""),
		"patch:dep@npm%3A1.0.0#~/.yarn/patches/dep.patch": registry("dep", "patch:dep@npm%3A1.0.0#~/.yarn/patches/dep.patch"),

		"workspace:^":                           from(path, "workspace:^", "workspace:^"),
		"file:../lib":                           from(path, "file:../lib", "../lib"),
		"link:./lib":                            from(path, "link:./lib", "./lib"),
		"portal:../lib":                         from(path, "portal:../lib", "../lib"),
		"./lib":                                 from(path, "./lib", "./lib"),
		"~/lib":                                 from(path, "~/lib", "~/lib"),
		`C:\lib`:                                from(path, `C:\lib`, `C:\lib`),
		"dist/dep-1.0.0.tgz":                    from(path, "dist/dep-1.0.0.tgz", "dist/dep-1.0.0.tgz"),
		"some/deep/folder":                      from(path, "some/deep/folder", "some/deep/folder"),
		"owner/repo":                            from(git, "owner/repo", "https://github.com/owner/repo.git"),
		"owner/repo#v1":                         from(git, "owner/repo#v1", "https://github.com/owner/repo.git@v1"),
		"github:owner/repo#a1":                  from(git, "github:owner/repo#a1", "https://github.com/owner/repo.git@a1"),
		"gitlab:owner/repo":                     from(git, "gitlab:owner/repo", "https://gitlab.com/owner/repo.git"),
		"gist:0a1b2c":                           from(git, "gist:0a1b2c", "https://gist.github.com/0a1b2c.git"),
		"git@git.example.org:owner/repo.git#a1": from(git, "git@git.example.org:owner/repo.git#a1", "ssh://git@git.example.org/owner/repo.git@a1"),
		"git+ssh://git@github.com/owner/repo.git#a1":      from(git, "git+ssh://git@github.com/owner/repo.git#a1", "https://github.com/owner/repo.git@a1"),
		"git+ssh://git@github.com:owner/repo.git#a1":      from(git, "git+ssh://git@github.com:owner/repo.git#a1", "https://github.com/owner/repo.git@a1"),
		"ssh://git@github.com:22/owner/repo.git":          from(git, "ssh://git@github.com:22/owner/repo.git", "https://github.com/owner/repo.git"),
		"git+https://u:secret@git.example.org/a/b.git#a1": from(git, "git+https://u:secret@git.example.org/a/b.git#a1", "https://git.example.org/a/b.git@a1"),
		"git://github.com/owner/repo#semver:^1.0":         from(git, "git://github.com/owner/repo#semver:^1.0", "https://github.com/owner/repo.git"),
		"git+https://git.example.org/a/b#a1&path:/sub":    from(git, "git+https://git.example.org/a/b#a1&path:/sub", "https://git.example.org/a/b@a1"),
		"https://github.com/owner/repo":                   from(git, "https://github.com/owner/repo", "https://github.com/owner/repo.git"),
		"https://git.example.org/a/b.git":                 from(git, "https://git.example.org/a/b.git", "https://git.example.org/a/b.git"),
		"https://github.com/o/r/archive/v1.tar.gz":        from(url, "https://github.com/o/r/archive/v1.tar.gz", "https://github.com/o/r/archive/v1.tar.gz"),
		"https://token@files.example.org/dep.tgz":         from(url, "https://token@files.example.org/dep.tgz", "https://files.example.org/dep.tgz"),
	}
	for spec, want := range tests {
		if diff := cmp.Diff(want, Parse("dep", spec)); diff != "" {
			t.Errorf("Parse(%q): mismatch (-want +got):\n%s", spec, diff)
		}
	}
}

func TestResolved(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, resolved, want string }{
		{"dep", "https://registry.example.org/dep/-/dep-1.0.0.tgz", ""},
		{"@a/dep", "https://npm.example.org/download/@a/dep/1.0.0/0a1b", ""},
		{"dep", "https://mirror.example.org/dep/download/dep-1.0.0.tgz", ""},
		{"dep", "https://files.example.org/dep-1.0.0.tgz", "url https://files.example.org/dep-1.0.0.tgz"},
		{"dep", "https://github.com/o/r/releases/download/v1/dep.tgz", "url https://github.com/o/r/releases/download/v1/dep.tgz"},
		{"dep", "git+ssh://git@github.com/o/r.git#0a1b", "git https://github.com/o/r.git@0a1b"},
		{"dep", "file:dep.tgz", "path dep.tgz"},
		{"dep", "", ""},
	}
	for _, tt := range tests {
		got := ""
		if o := Resolved(tt.name, tt.resolved); o.Kind != "" {
			got = string(o.Kind) + " " + o.Ref
		}
		if got != tt.want {
			t.Errorf("Resolved(%q, %q) = %q, want %q", tt.name, tt.resolved, got, tt.want)
		}
	}
}

func TestSplitName(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, name, rest string }{
		{"a@1", "a", "1"}, {"@s/a@1", "@s/a", "1"}, {"a", "a", ""}, {"", "", ""}, {"@", "@", ""},
		{"a@git+ssh://git@host/r", "a", "git+ssh://git@host/r"},
	}
	for _, tt := range tests {
		if name, rest := SplitName(tt.in); name != tt.name || rest != tt.rest {
			t.Errorf("SplitName(%q) = %q, %q, want %q, %q", tt.in, name, rest, tt.name, tt.rest)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"npm:", "git@:", "://", "a/b#", "https://@:", "gist:", "git+"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, spec string) {
		Parse("dep", spec)
		Resolved("dep", spec)
		SplitName(spec)
	})
}
