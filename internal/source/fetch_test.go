package source_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/egress"
	"github.com/assay-sca/assay/internal/source"
)

// token has what must be escaped in addresses.
const token = "s3cret/%:@+ z"

// host serves the repositories below a folder by git's own program, to whom knows
// the token; an empty one lets everyone in.
type host struct {
	*httptest.Server
	asked atomic.Int64
	look  func() // is called while git is at work, credential in hand
}

func newHost(t *testing.T, root, token string) *host {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Stderr: io.Discard,
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + globalConfig(t)}}
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		if _, got, _ := r.BasicAuth(); token != "" && got != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if h.look != nil {
			h.look()
		}
		if away := r.URL.Query().Get("away"); away != "" || strings.HasPrefix(r.URL.Path, "/moved/") {
			http.Redirect(w, r, strings.Replace(r.URL.String(), "/moved/", "/", 1), http.StatusFound)
			return
		}
		if version := r.Header.Get("Git-Protocol"); version != "" {
			own := *backend
			own.Env = append(own.Env[:len(own.Env):len(own.Env)], "GIT_PROTOCOL="+version)
			own.ServeHTTP(w, r)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func globalConfig(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte("[safe]\n\tdirectory = *\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// remote is a repository on a host of this machine, which a test's operator allows.
func (h *host) remote(t *testing.T, r repo) source.Remote {
	t.Helper()
	return source.Remote{URL: h.URL + "/" + filepath.Base(r.dir), Transports: []string{"http"}, Dir: t.TempDir(),
		Guard: egress.Resolver{Inside: []string{"127.0.0.1"}}}
}

func fetch(t *testing.T, r source.Remote) *source.Source {
	t.Helper()
	s, err := source.Fetch(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		empty(t, r.Dir)
	})
	return s
}

func empty(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

func fails(t *testing.T, r source.Remote, kind errs.Kind, words string) {
	t.Helper()
	s, err := source.Fetch(t.Context(), r)
	if err == nil {
		s.Close()
		t.Fatal("no error")
	}
	if errs.KindOf(err) != kind || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got kind %d, %q; want kind %d, one line with %q", errs.KindOf(err), err, kind, words)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the token is shown: %v", err)
	}
	if r.Dir != "" {
		empty(t, r.Dir)
	}
}

func TestFetchRef(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.git("tag", "main", r.first) // a tag that has a branch's name
	h := newHost(t, filepath.Dir(r.dir), "")
	for _, test := range []struct{ name, ref, commit, wantRef, wantCommit string }{
		{"the default", "", "", "refs/heads/main", r.second},
		{"a branch", "topic/x", "", "refs/heads/topic/x", r.first},
		{"a branch before a tag", "main", "", "refs/heads/main", r.second},
		{"a tag", "v1", "", "refs/tags/v1", r.first},
		{"an annotated tag", "v1.0-signed", "", "refs/tags/v1.0-signed", r.first},
		{"in full", "refs/tags/main", "", "refs/tags/main", r.first},
		{"a commit as ref", r.first, "", r.first, r.first},
		{"an earlier commit", "main", r.first, "refs/heads/main", r.first},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			remote := h.remote(t, r)
			remote.Ref, remote.Commit = test.ref, test.commit
			got := fetch(t, remote).Description
			if got.Ref != test.wantRef || got.Commit != test.wantCommit || got.Name != remote.URL {
				t.Errorf("got %+v", got)
			}
		})
	}
	for name, remote := range map[string]source.Remote{"ref": {Ref: "nope"}, "full": {Ref: "refs/heads/v1"}} {
		given := h.remote(t, r)
		given.Ref = remote.Ref
		t.Run("no "+name, func(t *testing.T) { fails(t, given, errs.NotFound, "has no branch or tag") })
	}
	gone := h.remote(t, r)
	gone.Commit = strings.Repeat("1", 40)
	t.Run("no commit", func(t *testing.T) { fails(t, gone, errs.Conflict, "is at "+r.second+" now") })
	gone.Commit, gone.Ref = "", strings.Repeat("1", 40)
	t.Run("no commit as ref", func(t *testing.T) { fails(t, gone, errs.NotFound, "is not given out") })
	missing := h.remote(t, r)
	missing.URL += "-2"
	t.Run("no repository", func(t *testing.T) { fails(t, missing, errs.NotFound, "there is no repository") })
	t.Run("no commit yet", func(t *testing.T) {
		bare := emptyRepo(t)
		fails(t, newHost(t, filepath.Dir(bare.dir), "").remote(t, bare), errs.NotFound, "has no commit yet")
	})
}

func TestListRefs(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.git("update-ref", "refs/pull/1/head", r.first)
	remote := newHost(t, filepath.Dir(r.dir), "").remote(t, r)
	got, err := source.ListRefs(t.Context(), remote)
	want := source.Refs{Default: "refs/heads/main", Refs: []source.RemoteRef{
		{"refs/heads/main", r.second}, {"refs/heads/topic/x", r.first}, {"refs/tags/v1", r.first}, {"refs/tags/v1.0-signed", r.first}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	empty(t, remote.Dir)
}

func TestFetchToken(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	h := newHost(t, filepath.Dir(r.dir), token)
	remote := h.remote(t, r)
	fails(t, remote, errs.Denied, "the host refuses the credential, or wants one")
	remote.Credential = source.Credential{Token: "s3cret-but-wrong"}
	fails(t, remote, errs.Denied, "the host refuses the credential, or wants one")
	remote.Credential.Token = token
	looks := atomic.Int64{}
	h.look = func() { looks.Add(1); seen(t, remote.Dir) }
	s := fetch(t, remote)
	if data, err := fs.ReadFile(s.Tree, "a/requirements.txt"); err != nil || string(data) != "a==2\n" {
		t.Errorf("got %q, error %v", data, err)
	}
	if looks.Load() == 0 {
		t.Error("nobody looked")
	}
	if kept, err := filepath.Glob(filepath.Join(remote.Dir, "*", "private")); err != nil || len(kept) > 0 {
		t.Errorf("the credential is still there: %v, error %v", kept, err)
	}
	remote.Credential.Username = "jane"
	remote.URL = strings.Replace(remote.URL, "://", "://joe@", 1)
	remote.Dir = t.TempDir()
	fetch(t, remote)
}

// seen looks for the token where other users of the machine would.
func seen(t *testing.T, dir string) {
	own := strconv.Itoa(os.Getpid())
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && bytes.Contains(data, []byte("s3cret")) && !strings.HasPrefix(name, "/proc/"+own+"/") {
				t.Errorf("the token is in %s: %q", name, data)
			}
		}
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // files come and go
		}
		data, err := os.ReadFile(name)
		info, statErr := d.Info()
		if err == nil && statErr == nil && bytes.Contains(data, []byte("s3cret")) && info.Mode().Perm() != 0o600 {
			t.Errorf("the token is in %s, mode %v", name, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestFetchGuard: addresses inside are refused before anybody is asked, and git
// connects to the address that was checked, whatever the name says afterwards.
func TestFetchGuard(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	h := newHost(t, filepath.Dir(r.dir), "")
	port := h.URL[strings.LastIndexByte(h.URL, ':')+1:]
	inside := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("127.0.0.1")}, nil
	}
	for _, test := range []struct {
		name, url, words string
		guard            egress.Resolver
	}{
		{"loopback", h.URL + "/app", "a loopback address", egress.Resolver{}},
		{"by name", "http://localhost:" + port + "/app", "a loopback address", egress.Resolver{}},
		{"one of two", "http://git.example.org:" + port + "/app", "a loopback address", egress.Resolver{Lookup: inside}},
		{"private", "https://10.0.0.1/app", "a private address", egress.Resolver{}},
		{"metadata", "https://169.254.169.254/app", "a link-local address", egress.Resolver{}},
		{"ssh", "ssh://git@127.0.0.1/app", "a loopback address", egress.Resolver{}},
		{"ssh in short", "git@localhost:app", "a loopback address", egress.Resolver{}},
		{"mapped", "https://[::ffff:10.0.0.1]/app", "a private address", egress.Resolver{}},
		{"a number", "https://2130706433/app", "names no host", egress.Resolver{}},
		{"hexadecimal", "https://0x7f.1/app", "names no host", egress.Resolver{}},
		{"a last dot", "https://localhost./app", "names no host", egress.Resolver{}},
		{"another host", "http://localhost:" + port + "/app", "a loopback address", egress.Resolver{Inside: []string{"git.example.org"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fails(t, source.Remote{URL: test.url, Transports: []string{"https", "http", "ssh"}, Guard: test.guard, Dir: t.TempDir()}, errs.Invalid, test.words)
		})
	}
	if asked := h.asked.Load(); asked > 0 {
		t.Errorf("the inner host was asked %d times", asked)
	}
	times := 0
	rebinding := func(context.Context, string) ([]netip.Addr, error) {
		if times++; times > 1 {
			return nil, io.EOF
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	remote := h.remote(t, r)
	remote.URL = "http://git.invalid:" + port + "/app" // a name that no resolver knows
	remote.Guard = egress.Resolver{Inside: []string{"git.invalid:" + port}, Lookup: rebinding}
	fetch(t, remote)
	moved := h.remote(t, r)
	moved.URL = h.URL + "/moved/app"
	fails(t, moved, errs.Invalid, "redirects")
}

func TestFetchAddress(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	for _, test := range []struct {
		name, words string
		remote      source.Remote
	}{
		{"a command", "remote helpers", source.Remote{URL: "ext::sh -c true"}},
		{"a command without spaces", "remote helpers", source.Remote{URL: "ext::true"}},
		{"a helper", "remote helpers", source.Remote{URL: "fd::17/foo"}},
		{"an option", "no repository address", source.Remote{URL: "--upload-pack=touch${IFS}x"}},
		{"an option as host", "names no host", source.Remote{URL: "ssh://-oProxyCommand=x/app"}},
		{"an option as user", "user name", source.Remote{URL: "ssh://-oProxyCommand=x@git.example.org/app"}},
		{"an option as path", "no repository address", source.Remote{URL: "git@git.example.org:-x"}},
		{"an option as ref", "is no name of a branch", source.Remote{URL: "https://git.example.org/app", Ref: "--upload-pack=x"}},
		{"a refspec", "is no name of a branch", source.Remote{URL: "https://git.example.org/app", Ref: "+main:main"}},
		{"an option as commit", "is no commit id", source.Remote{URL: "https://git.example.org/app", Commit: "--help"}},
		{"a file", "are not allowed here", source.Remote{URL: r.url()}},
		{"a path", "are not allowed here", source.Remote{URL: r.dir}},
		{"a relative path", "no repository address", source.Remote{URL: "../app"}},
		{"http", "addresses of http are not allowed here; use https or ssh", source.Remote{URL: "http://git.example.org/app"}},
		{"git", "are not allowed here", source.Remote{URL: "git://git.example.org/app"}},
		{"ftp", "are not allowed here", source.Remote{URL: "ftp://git.example.org/app"}},
		{"a password", "would be seen", source.Remote{URL: "https://jane:s3cret@git.example.org/app"}},
		{"a line", "no repository address", source.Remote{URL: "https://git.example.org/app\nx"}},
		{"a query", "no repository address", source.Remote{URL: "https://git.example.org/app?x"}},
		{"no repository", "names no repository", source.Remote{URL: "https://git.example.org/"}},
		{"a token for ssh", "a token opens", source.Remote{URL: "git@git.example.org:app", Credential: source.Credential{Token: "x"}}},
		{"a key for https", "an SSH key opens", source.Remote{URL: "https://git.example.org/app", Credential: source.Credential{SSHKey: "x"}}},
		{"a token of two lines", "is one line", source.Remote{URL: "https://git.example.org/app", Credential: source.Credential{Token: "x\ny"}}},
		{"a file elsewhere", "names no host", source.Remote{URL: "file://elsewhere/app", Transports: []string{"file"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fails(t, test.remote, errs.Invalid, test.words)
		})
	}
	for _, address := range []string{r.url(), r.dir} {
		fetch(t, source.Remote{URL: address, Transports: []string{"file"}, Dir: t.TempDir()})
	}
}

// TestFetchBounds: repositories that are larger than they look.
func TestFetchBounds(t *testing.T) {
	t.Parallel()
	large := emptyRepo(t)
	noise := make([]byte, 4<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	large.write("noise", string(noise))
	large.commit("large")
	remote := source.Remote{URL: large.url(), Transports: []string{"file"}, Dir: t.TempDir(), MaxBytes: 2 << 20}
	t.Run("bytes", func(t *testing.T) { fails(t, remote, errs.TooLarge, "the repository takes more than 2 MB") })

	// Ten folders of the same ten folders, nine deep: a few hundred bytes, a thousand
	// million files.
	bomb := emptyRepo(t)
	object := bomb.gitInput("x", "hash-object", "-w", "--stdin")
	for level, kind := 0, "100644 blob"; level < 9; level, kind = level+1, "040000 tree" {
		var lines strings.Builder
		for i := range 10 {
			fmt.Fprintf(&lines, "%s %s\t%d\n", kind, object, i)
		}
		object = bomb.gitInput(lines.String(), "mktree")
	}
	bomb.git("update-ref", "refs/heads/main", bomb.git("commit-tree", "-m", "bomb", object))
	remote = source.Remote{URL: bomb.url(), Transports: []string{"file"}, Dir: t.TempDir(), MaxFiles: 1000}
	t.Run("files", func(t *testing.T) { fails(t, remote, errs.TooLarge, "more than 1000 files and folders") })
	remote.MaxFiles = 0
	t.Run("a million files", func(t *testing.T) { fails(t, remote, errs.TooLarge, "more than 500000 files and folders") })
}

// TestFetchExecutesNothing: what a repository brings along stays text.
func TestFetchExecutesNothing(t *testing.T) {
	t.Parallel()
	r := emptyRepo(t)
	mark := filepath.Join(t.TempDir(), "mark")
	r.write("requirements.txt", "a==1\n")
	r.write(".gitattributes", "* filter=trap export-ignore\n")
	r.write(".gitmodules", "[submodule \"x\"]\n\tpath = sub\n\turl = ext::touch "+mark+"\n\tupdate = !touch "+mark+"\n")
	r.git("add", "--all")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	r.git("update-index", "--add", "--cacheinfo", "120000,"+r.gitInput("/etc/passwd", "hash-object", "-w", "--stdin")+",link")
	r.git("commit", "--quiet", "-m", "trapped")
	for key, value := range map[string]string{"uploadpack.packObjectsHook": "touch " + mark, "core.fsmonitor": "touch " + mark, "core.hooksPath": filepath.Join(r.dir, "hooks")} {
		r.git("config", key, value)
	}
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-merge", "pre-auto-gc"} {
		r.write("hooks/"+hook, "#!/bin/sh\ntouch '"+mark+"'\n")
		if err := os.Chmod(filepath.Join(r.dir, "hooks", hook), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := fetch(t, source.Remote{URL: r.dir, Transports: []string{"file"}, Dir: t.TempDir()})
	if data, err := fs.ReadFile(s.Tree, "requirements.txt"); err != nil || string(data) != "a==1\n" {
		t.Errorf("got %q, error %v", data, err)
	}
	if _, err := fs.ReadFile(s.Tree, "link"); err == nil {
		t.Error("a link was followed")
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("something was executed")
	}
}

func TestFetchSSH(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		if os.Getenv("ASSAY_REQUIRE_REGISTRIES") != "" {
			t.Fatal("the ssh command is not here: tools/ensure-servers installs it")
		}
		t.Skip("skipped: the ssh command is not here: tools/ensure-servers installs it")
	}
	r := newRepo(t)
	client, hostKey := newKey(t), newKey(t)
	at := serveSSH(t, filepath.Dir(r.dir), hostKey, client.signer.PublicKey())
	_, port, _ := net.SplitHostPort(at)
	known := "[git.example.org]:" + port + " " + string(ssh.MarshalAuthorizedKey(hostKey.signer.PublicKey()))
	remote := source.Remote{URL: "ssh://git@git.example.org:" + port + "/app", Dir: filepath.Join(t.TempDir(), "it's %h here"),
		Credential: source.Credential{SSHKey: client.text, KnownHosts: known},
		Guard: egress.Resolver{Inside: []string{"git.example.org"}, Lookup: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}}}
	if err := os.Mkdir(remote.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := fetch(t, remote)
	if s.Description.Commit != r.second || s.Description.Ref != "refs/heads/main" {
		t.Errorf("got %+v", s.Description)
	}
	for _, test := range []struct {
		name, words string
		change      func(*source.Remote)
	}{
		{"no known host", "not among the known hosts", func(r *source.Remote) { r.Credential.KnownHosts = "" }},
		{"another host's key", "not among the known hosts", func(r *source.Remote) {
			r.Credential.KnownHosts = "[git.example.org]:" + port + " " + string(ssh.MarshalAuthorizedKey(newKey(t).signer.PublicKey()))
		}},
		{"another key", "refuses the credential", func(r *source.Remote) { r.Credential.SSHKey = newKey(t).text }},
		{"no key", "", func(r *source.Remote) { r.Credential.SSHKey = "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := remote
			given.Dir = t.TempDir()
			test.change(&given)
			fails(t, given, errs.Denied, test.words)
		})
	}
}

type sshKey struct {
	signer ssh.Signer
	text   string
}

func newKey(t *testing.T) sshKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return sshKey{signer, string(pem.EncodeToMemory(block))}
}

// serveSSH serves the repositories below a folder to the owner of one key.
func serveSSH(t *testing.T, root string, own sshKey, client ssh.PublicKey) string {
	t.Helper()
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if !bytes.Equal(key.Marshal(), client.Marshal()) {
			return nil, fmt.Errorf("another key")
		}
		return &ssh.Permissions{}, nil
	}}
	config.AddHostKey(own.signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() { listener.Close(); running.Wait() })
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serveConnection(conn, config, root) })
		}
	})
	return listener.Addr().String()
}

func serveConnection(conn net.Conn, config *ssh.ServerConfig, root string) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for wanted := range channels {
		channel, asked, err := wanted.Accept()
		if err != nil {
			return
		}
		for request := range asked {
			if request.Type != "exec" {
				request.Reply(request.Type == "env", nil)
				continue
			}
			command := string(request.Payload[4:])
			request.Reply(true, nil)
			cmd := exec.Command("git", "-c", "safe.directory=*", "upload-pack", filepath.Join(root, strings.Trim(strings.TrimPrefix(command, "git-upload-pack "), "'")))
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=" + os.DevNull}
			cmd.Stdin, cmd.Stdout = channel, channel
			status := []byte{0, 0, 0, 0}
			if err := cmd.Run(); err != nil {
				status[3] = 1
			}
			channel.SendRequest("exit-status", false, status)
			channel.Close()
		}
	}
}

// TestFetchLasts: stages of a scan have contexts of their own.
func TestFetchLasts(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	ctx, cancel := context.WithCancel(t.Context())
	s, err := source.Fetch(ctx, source.Remote{URL: r.dir, Transports: []string{"file"}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cancel()
	for range 20 {
		if data, err := fs.ReadFile(s.Tree, "b.txt"); err != nil || string(data) != "b" {
			t.Fatalf("got %q, error %v", data, err)
		}
	}
}

// TestFetchTime: a host that keeps a fetch waiting is left when the caller leaves.
func TestFetchTime(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 10)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer slow.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	at, err := url.Parse(slow.URL)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = source.Fetch(ctx, source.Remote{URL: at.String() + "/app", Transports: []string{"http"}, Guard: egress.Resolver{Inside: []string{"*"}}, Dir: dir})
	if err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("got error %v", err)
	}
	empty(t, dir)
}
