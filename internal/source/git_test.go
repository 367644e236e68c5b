package source_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/source"
)

// repo is a repository of a test, with two commits: the first has the tags v1 and
// (annotated) v1.0-signed, the second is main's; the branch topic/x stands beside.
type repo struct {
	t             *testing.T
	dir           string
	first, second string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	r := emptyRepo(t)
	r.write("a/requirements.txt", "a==1\n")
	r.first = r.commit("first")
	r.git("tag", "v1")
	r.git("tag", "-a", "-m", "annotated", "v1.0-signed")
	r.git("branch", "topic/x")
	r.write("a/requirements.txt", "a==2\n")
	r.write("b.txt", "b")
	r.second = r.commit("second")
	return r
}

func emptyRepo(t *testing.T) repo {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipped: the git command is not here")
	}
	r := repo{t: t, dir: filepath.Join(t.TempDir(), "app")}
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.git("init", "--quiet", "--initial-branch=main", "--template=")
	return r
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	return r.gitInput("", args...)
}

func (r repo) gitInput(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(stdin)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "GIT_") }),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "HOME="+r.dir,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repo) write(name, content string) {
	r.t.Helper()
	name = filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) commit(message string) string {
	r.t.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "-m", message)
	return r.git("rev-parse", "HEAD")
}

func (r repo) url() string { return "file://" + filepath.ToSlash(r.dir) }

// open opens a source and closes it at the end of the test.
func open(t *testing.T, target, ref string) *source.Source {
	t.Helper()
	s, err := source.Open(t.Context(), target, ref)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// files reads all files of a tree.
func files(t *testing.T, tree fs.FS) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestGitRefs(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	old := map[string]string{"a/requirements.txt": "a==1\n"}
	latest := map[string]string{"a/requirements.txt": "a==2\n", "b.txt": "b"}
	for _, test := range []struct {
		name, target, ref string
		want              finding.Source
		files             map[string]string
	}{
		{"default branch", r.url(), "", finding.Source{Name: r.url(), Ref: "HEAD", Commit: r.second}, latest},
		{"branch", r.url() + "@topic/x", "", finding.Source{Name: r.url(), Ref: "topic/x", Commit: r.first}, old},
		{"tag", r.url() + "@v1", "", finding.Source{Name: r.url(), Ref: "v1", Commit: r.first}, old},
		{"annotated tag", r.url(), "v1.0-signed", finding.Source{Name: r.url(), Ref: "v1.0-signed", Commit: r.first}, old},
		{"commit", r.url() + "@" + r.first, "", finding.Source{Name: r.url(), Ref: r.first, Commit: r.first}, old},
		{"forced", "git:" + r.url(), "main", finding.Source{Name: r.url(), Ref: "main", Commit: r.second}, latest},
		{"local branch", r.dir, "topic/x", finding.Source{Name: "app", Ref: "topic/x", Commit: r.first}, old},
		{"local commit", "dir:" + r.dir, r.first[:8], finding.Source{Name: "app", Ref: r.first[:8], Commit: r.first}, old},
		{"local annotated tag", r.dir, "v1.0-signed", finding.Source{Name: "app", Ref: "v1.0-signed", Commit: r.first}, old},
		{"local HEAD", "git:" + r.dir, "", finding.Source{Name: "app", Ref: "HEAD", Commit: r.second}, latest},
		{"local folder", filepath.Join(r.dir, "a"), "v1", finding.Source{Name: "a", Ref: "v1", Commit: r.first}, map[string]string{"requirements.txt": "a==1\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, test.target, test.ref)
			test.want.Kind = "git"
			if diff := cmp.Diff(test.want, s.Description); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.files, files(t, s.Tree)); diff != "" {
				t.Errorf("files: mismatch (-want +got):\n%s", diff)
			}
			if s.Trusted {
				t.Error("a commit's own configuration is trusted")
			}
		})
	}
}

func TestGitOneFile(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	s := open(t, filepath.Join(r.dir, "a", "requirements.txt"), "v1")
	if s.File != "requirements.txt" || s.Description.Commit != r.first {
		t.Errorf("got file %q at %s", s.File, s.Description.Commit)
	}
	if diff := cmp.Diff(map[string]string{"requirements.txt": "a==1\n"}, files(t, s.Tree)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestGitFaults(t *testing.T) {
	t.Parallel()
	r, empty := newRepo(t), emptyRepo(t)
	marker := filepath.Join(t.TempDir(), "marker")
	for _, test := range []struct {
		name, target, ref string
		kind              errs.Kind
		words             string
	}{
		{"no such branch", r.url() + "@nope", "", errs.Unavailable, "at nope"},
		{"no such local branch", r.dir, "nope", errs.Invalid, `there is no commit "nope" in app`},
		{"no repository there", "file:///does/not/exist", "", errs.Unavailable, "does not appear to be a git repository"},
		{"no repository here", t.TempDir(), "main", errs.Invalid, "not a git repository"},
		{"empty repository", empty.url(), "", errs.Unavailable, "at HEAD"},
		{"empty local repository", empty.dir, "HEAD", errs.Invalid, "there is no commit"},
		{"an option as address", "git:--upload-pack=touch " + marker, "", errs.Invalid, "no repository address"},
		{"an option as target", "-x", "", errs.Invalid, "no such file"},
		{"an option as ref", r.url(), "--output=" + marker, errs.Invalid, "no name of a branch"},
		{"an option as ref of a folder", r.dir, "--output=" + marker, errs.Invalid, "no name of a branch"},
		{"an option behind the at sign", r.url() + "@--upload-pack=touch " + marker, "", errs.Invalid, "no name of a branch"},
		{"a revision", r.dir, "HEAD~1", errs.Invalid, "no name of a branch"},
		{"a range", r.dir, "v1..main", errs.Invalid, "no name of a branch"},
		{"a path", r.dir, "main:a", errs.Invalid, "no name of a branch"},
		{"a reflog", r.dir, "main@{0}", errs.Invalid, "no name of a branch"},
		{"a refspec", r.url(), "+main:main", errs.Invalid, "no name of a branch"},
		{"a line break", r.url(), "main\nx", errs.Invalid, "no name of a branch"},
		{"no ref", r.url() + "@", "", errs.Unavailable, ""},
		{"a helper", "ext::sh -c touch% " + marker, "", errs.Invalid, "remote helpers are not allowed"},
		{"a forced helper", "git:ext::sh -c touch% " + marker, "", errs.Invalid, "remote helpers are not allowed"},
		{"a helper with an address", "ext::sh -c touch% " + marker + " x://y", "", errs.Invalid, ""},
		{"an unknown scheme", "ftp://git.example.org/x", "", errs.Invalid, `"ftp" is not allowed`},
		{"two schemes", "https:http://git.example.org/x", "", errs.Invalid, "is not allowed"},
		{"an option as host", "ssh://-oProxyCommand=touch%20" + marker + "/x", "", errs.Unavailable, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := source.Open(t.Context(), test.target, test.ref)
			if test.name == "no ref" { // the at sign without a name is the default branch
				if err != nil || s.Close() != nil {
					t.Errorf("got error %v", err)
				}
				return
			}
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			if errs.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got kind %d, %q; want kind %d, one line with %q", errs.KindOf(err), err, test.kind, test.words)
			}
		})
	}
	t.Cleanup(func() {
		if _, err := os.Stat(marker); err == nil {
			t.Error("something was executed")
		}
	})
}

// TestGitAtSigns: where an address ends and a ref begins, seen in what cannot be
// reached (nothing listens on the port).
func TestGitAtSigns(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	listener.Close()
	for target, want := range map[string]string{
		"http://" + host + "/team/app":                      "http://" + host + "/team/app at HEAD",
		"http://" + host + "/team/app@v1":                   "http://" + host + "/team/app at v1",
		"http://jane@" + host + "/team/app":                 "http://" + host + "/team/app at HEAD",
		"http://jane@" + host + "/team/app@feature/x":       "http://" + host + "/team/app at feature/x",
		"http://jane:s%zzcret@" + host + "/team/app@v1":     "http://" + host + "/team/app at v1",
		"http://jane:p@ss:s3cret@" + host + "/team/app@v1":  "http://" + host + "/team/app at v1",
		"http://jane:s3cret@" + host + "/@team/app":         "http://" + host + "/@team/app at HEAD",
		"http://jane:s3cret@" + host + "/@team/app@v1":      "http://" + host + "/@team/app at v1",
		"git@127.0.0.1.invalid:team/app@v1":                 "git@127.0.0.1.invalid:team/app at v1",
		"git@127.0.0.1.invalid:team/app":                    "git@127.0.0.1.invalid:team/app at HEAD",
		"ssh://git@127.0.0.1.invalid/team/app@release/2026": "ssh://127.0.0.1.invalid/team/app at release/2026",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := source.Open(t.Context(), target, "")
			if err == nil || !strings.HasPrefix(err.Error(), "fetch "+want+": ") {
				t.Fatalf("got error %v, want %q", err, "fetch "+want)
			}
			for _, secret := range []string{"s3cret", "s%zzcret"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the password is shown: %v", err)
				}
			}
		})
	}
}

// TestGitExecutesNothing: a repository full of traps, each of which would leave a
// mark.
func TestGitExecutesNothing(t *testing.T) {
	t.Parallel()
	r := emptyRepo(t)
	marks := t.TempDir()
	trap := func(name string) string { return "touch '" + filepath.Join(marks, name) + "'; cat" }
	r.write("requirements.txt", "a==1\n")
	r.write("lost/requirements.txt", "lost==1\n")
	r.write(".gitattributes", "* filter=trap diff=trap text eol=crlf export-ignore\n*.16 working-tree-encoding=UTF-16\n")
	r.write(".gitmodules", "[submodule \"x\"]\n\tpath = sub\n\turl = ext::"+trap("submodule")+"\n")
	commit := r.commit("trapped")
	lost := r.git("rev-parse", "HEAD:lost/requirements.txt")
	for key, value := range map[string]string{
		"core.fsmonitor": trap("fsmonitor"), "core.sshCommand": trap("ssh"), "core.pager": trap("pager"), "core.editor": trap("editor"),
		"core.alternateRefsCommand": trap("alternates"), "core.gitProxy": trap("proxy"), "core.askPass": trap("askpass"),
		"filter.trap.smudge": trap("smudge"), "filter.trap.clean": trap("clean"), "filter.trap.process": trap("process"), "filter.trap.required": "true",
		"diff.trap.textconv": trap("textconv"), "diff.external": trap("diff"), "credential.helper": "!" + trap("credential"),
		"uploadpack.packObjectsHook": trap("pack-objects"), "core.hooksPath": filepath.Join(r.dir, "hooks"), "alias.cat-file": "!" + trap("alias"),
		"remote.origin.url": r.dir, "remote.origin.uploadpack": trap("promisor"), "remote.origin.promisor": "true",
		"extensions.partialClone": "origin", "core.repositoryformatversion": "1", "protocol.ext.allow": "always", "gpg.program": trap("gpg"),
	} {
		r.git("config", key, value)
	}
	for _, hook := range []string{"post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change", "fsmonitor-watchman"} {
		r.write("hooks/"+hook, "#!/bin/sh\n"+trap("hook-"+hook)+"\n")
		if err := os.Chmod(filepath.Join(r.dir, "hooks", hook), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"requirements.txt": "a==1\n", ".gitattributes": "", ".gitmodules": ""}
	for _, s := range []*source.Source{open(t, r.url(), ""), open(t, r.dir, commit), open(t, r.url(), commit)} {
		for name := range want {
			if data, err := fs.ReadFile(s.Tree, name); err != nil || want[name] != "" && string(data) != want[name] {
				t.Errorf("%s: got %q, error %v", name, data, err)
			}
		}
	}
	// An object that is missing must not be fetched by the repository's own means.
	if err := os.Remove(filepath.Join(r.dir, ".git", "objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	if s, err := source.Open(t.Context(), r.dir, commit); err == nil {
		if _, err := fs.ReadFile(s.Tree, "lost/requirements.txt"); err == nil {
			t.Error("a lost object was read")
		}
		s.Close()
	}
	entries, err := os.ReadDir(marks)
	if err != nil || len(entries) > 0 {
		t.Errorf("executed: %v, error %v", entries, err)
	}
}

func TestGitTree(t *testing.T) {
	t.Parallel()
	r, other := emptyRepo(t), newRepo(t)
	odd := map[string]string{"line\nbreak": "1", `quo"te`: "2", "ünï/cödé🐍": "3", "tab\there": "4", " space ": "5", "-dash": "6", "deep/er/file": "7", "empty": ""}
	for name, content := range odd {
		r.write(name, content)
	}
	blob := r.gitInput("latin1", "hash-object", "-w", "--stdin")
	r.git("add", "--all")
	r.git("update-index", "--add", "--cacheinfo", "120000,"+r.gitInput("/etc/passwd", "hash-object", "-w", "--stdin")+",link")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+other.first+",submodule")
	r.git("update-index", "--add", "--cacheinfo", "100644,"+blob+",caf\xe9")
	r.git("commit", "--quiet", "-m", "odd names")
	s := open(t, r.url(), "")
	odd["caf\ufffd"] = "latin1"
	if diff := cmp.Diff(odd, files(t, s.Tree)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if _, err := s.Tree.Open("link"); err == nil || !strings.Contains(err.Error(), "not followed") {
		t.Errorf("a link was opened: error %v", err)
	}
	if info, err := fs.Lstat(s.Tree, "link"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is none: error %v", err)
	}
	for _, name := range []string{"submodule", "submodule/a", "nowhere", "../app", "/etc/passwd"} {
		if _, err := s.Tree.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := fs.ReadFile(s.Tree, "deep"); err == nil {
		t.Error("a folder was read")
	}
}

// TestGitFetchesOneCommit looks into the temporary folder: no history, no tags;
// and nothing is left when the source is closed.
func TestGitFetchesOneCommit(t *testing.T) {
	r := newRepo(t)
	shallow := repo{t: t, dir: filepath.Join(t.TempDir(), "shallow")}
	r.git("clone", "--quiet", "--depth=1", r.url(), shallow.dir)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	// In a hook these point to the hook's repository.
	t.Setenv("GIT_DIR", filepath.Join(r.dir, "elsewhere"))
	t.Setenv("GIT_INDEX_FILE", "index")
	for _, url := range []string{r.url(), shallow.url()} {
		s := open(t, url, "main")
		kept, err := filepath.Glob(filepath.Join(temp, "assay-git-*"))
		if err != nil || len(kept) != 1 {
			t.Fatalf("temporary folders: %v, error %v", kept, err)
		}
		bare := repo{t: t, dir: kept[0]}
		if got := bare.git("rev-list", "--count", "FETCH_HEAD"); got != "1" {
			t.Errorf("%s commits were fetched, want 1", got)
		}
		if got := bare.git("for-each-ref"); got != "" {
			t.Errorf("refs were fetched: %s", got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if _, err := source.Open(t.Context(), r.url(), "nope"); err == nil {
		t.Error("no error")
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind after a failure: %v", left)
	}
}

// TestGitCancel: a server that never answers; whoever gives up waits no longer,
// and the programs that git started are gone too.
func TestGitCancel(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipped: the git command is not here")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			ended <- err
			return
		}
		defer conn.Close()
		buffer := make([]byte, 4096)
		_, err = conn.Read(buffer)
		cancel()
		for err == nil {
			_, err = conn.Read(buffer)
		}
		ended <- nil
	}()
	start := time.Now()
	_, err = source.Open(ctx, fmt.Sprintf("http://%s/app", listener.Addr()), "")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that of the context", err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("a program of git's still holds the connection")
	}
}

// TestGitCancelWhileReading: reading ends with an error when the scan is given up.
func TestGitCancelWhileReading(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	ctx, cancel := context.WithCancel(t.Context())
	s, err := source.Open(ctx, r.url(), "")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		_, err = fs.ReadFile(s.Tree, "b.txt")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
