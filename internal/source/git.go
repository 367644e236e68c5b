package source

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
)

// schemes are the transports that a remote repository may use. "ext" and other
// helpers would run commands.
var schemes = []string{"https", "http", "ssh", "git", "file"}

// scpLike is user@host:path, the short form of ssh addresses.
var scpLike = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:]`)

func isRemote(target string) bool {
	scheme, _, ok := strings.Cut(target, "://")
	return ok && !strings.ContainsAny(scheme, `/\.`) || isHelper(target) || scpLike.MatchString(target)
}

// isHelper recognises "ext::command" and its like, by which git runs programs.
func isHelper(target string) bool {
	name, _, ok := strings.Cut(target, "::")
	return ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// openRemote fetches exactly one commit, without its history, into a bare
// temporary repository, and reads the files out of it: nothing is checked out, so
// no filter, hook, submodule or link of the repository comes into play.
func openRemote(ctx context.Context, target, ref string) (*Source, error) {
	address, at, err := splitRef(target)
	if err != nil {
		return nil, err
	}
	if ref == "" {
		ref = at
	}
	if ref == "" {
		ref = "HEAD"
	}
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "assay-git-")
	if err != nil {
		return nil, errs.E(errs.Unavailable, "make a temporary folder: %w", err)
	}
	remove := func() error { return os.RemoveAll(dir) }
	g := git{dir: dir, transports: schemes}
	if err := g.fetch(ctx, address, ref); err != nil {
		return nil, errors.Join(err, remove())
	}
	s, err := g.source(ctx, "FETCH_HEAD", finding.Source{Kind: "git", Name: withoutPassword(address), Ref: ref})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	stop := s.close
	s.close = func() error { return errors.Join(stop(), remove()) }
	return s, nil
}

// credentials are what stands before the host of an address in a message.
var credentials = regexp.MustCompile(`://[^/\s]*@`)

// fetch fills an empty folder with a repository of one commit.
func (g git) fetch(ctx context.Context, address, ref string) error {
	if _, err := g.run(ctx, "init", "--quiet", "--bare", "--template=", "."); err != nil {
		return err
	}
	_, err := g.run(ctx, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--end-of-options", address, ref)
	if err != nil && ctx.Err() == nil {
		shown := withoutPassword(address)
		message := strings.ReplaceAll(err.Error(), address, shown) // git may repeat the address
		return errs.E(errs.Unavailable, "fetch %s at %s: %s", shown, ref, credentials.ReplaceAllString(message, "://"))
	}
	return err
}

// openLocal reads a commit of a repository on this machine: what it holds of the
// folder, or the one file in it.
func openLocal(ctx context.Context, dir, file, ref string) (*Source, error) {
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	g := git{dir: dir}
	out, err := g.run(ctx, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, errs.E(errs.Invalid, "read %s in the folder %s: %w", ref, baseName(dir), err)
	}
	g.prefix = strings.TrimSuffix(strings.TrimSuffix(string(out), "\n"), "/")
	name := baseName(dir)
	if file != "" {
		name = file
	}
	s, err := g.source(ctx, ref, finding.Source{Kind: "git", Name: name, Ref: ref})
	if err == nil {
		s.File = file
	}
	return s, err
}

// splitRef takes the "@ref" off an address. An "@" before the host or in the
// password belongs to the address.
func splitRef(target string) (address, ref string, err error) {
	if strings.HasPrefix(target, "-") {
		return "", "", errs.E(errs.Invalid, "%q is no repository address", target)
	}
	from := 0
	if scheme, rest, ok := strings.Cut(target, "://"); ok {
		if !slices.Contains(schemes, scheme) {
			return "", "", errs.E(errs.Invalid, "the scheme %q is not allowed for a repository; use https, http, ssh, git or file", scheme)
		}
		from = len(scheme) + len("://") + max(strings.IndexByte(rest, '/'), 0)
	} else {
		if strings.Contains(target, "::") {
			return "", "", errs.E(errs.Invalid, "%q is no repository address: remote helpers are not allowed", target)
		}
		from = strings.IndexByte(target, ':') + 1
	}
	// An "@" that begins a name of the path, as in host/@team/app, belongs to it.
	if at := from + strings.LastIndexByte(target[from:], '@'); at > from && target[at-1] != '/' {
		return target[:at], target[at+1:], nil
	}
	return target, "", nil
}

// checkRef takes what may name a branch, tag or commit by git's own rules
// (git-check-ref-format), and nothing of the syntax of revisions and refspecs,
// which could name anything.
func checkRef(ref string) error {
	odd := func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == utf8.RuneError || strings.ContainsRune(`~^:?*[\`, r)
	}
	switch {
	case ref == "", len(ref) > 250, strings.ContainsFunc(ref, odd), strings.ContainsRune("-+/.", rune(ref[0])),
		strings.Contains(ref, ".."), strings.Contains(ref, "@{"), strings.HasSuffix(ref, "/"):
		return errs.E(errs.Invalid, "%q is no name of a branch, tag or commit", ref)
	}
	return nil
}

// withoutPassword is an address that may be shown: without user and password.
func withoutPassword(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	host, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	return scheme + "://" + host[strings.LastIndexByte(host, '@')+1:] + path
}

// git runs the git command on one repository.
type git struct {
	dir        string
	prefix     string   // the folder within the repository that is read; empty: all
	transports []string // those that it may use; none for a repository on this machine
	env        []string // the environment; nil: the user's
	global     string   // a configuration file of our own; empty: none
	maxRecords int      // of a listing; 0: maxTree
	lasting    bool     // a source lasts until it is closed, not only as long as the context it was opened with
}

// command makes git as deaf to its surroundings as it can be: no configuration
// of the system, the user or hooks, no prompt, no transport but those named. A
// local repository gets none: its configuration could name a program to fetch
// missing objects with.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{"-C", g.dir, "-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "safe.directory=*",
		"-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"-c", "core.attributesFile=" + os.DevNull, "-c", "credential.interactive=false", "--no-replace-objects"}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	own := g.env
	if own == nil {
		own = append(environment(), "GIT_SSH_COMMAND="+sshCommand())
	}
	cmd.Env = append(slices.Clip(own), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+cmp.Or(g.global, os.DevNull), "GIT_TERMINAL_PROMPT=0",
		"GIT_ALLOW_PROTOCOL="+strings.Join(g.transports, ":"), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C")
	endTogether(cmd)
	cmd.WaitDelay = 3 * time.Second
	return cmd
}

// environment is ours without what speaks to git: in a hook it would point to the
// hook's own repository.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(name, "GIT_") && name != "GIT_EXEC_PATH" && !strings.HasPrefix(name, "GIT_SSL_") || name == "SSH_ASKPASS"
	})
}

// sshCommand asks for no password and accepts no unknown host silently.
func sshCommand() string { return "ssh -oBatchMode=yes" }

// maxOutput bounds what a command may say: a remote repository writes some of it.
const maxOutput = 64 << 20

func (g git) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := g.command(ctx, args...)
	stdout, stderr := bounded{max: maxOutput}, bounded{max: 64 << 10}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, g.failed(ctx, args[0], stderr.String(), err)
	}
	if stdout.full {
		return nil, errs.E(errs.TooLarge, "git %s: it says more than %d MB", args[0], maxOutput>>20)
	}
	return stdout.Bytes(), nil
}

// failed is the error of a command that ended badly.
func (g git) failed(ctx context.Context, name, words string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return errs.E(errs.Unavailable, "the git command is needed to read repositories and was not found")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &gitError{name: name, words: strings.TrimSpace(words), err: err}
}

// gitError is git's failure in its own words, of which it shows the first line.
type gitError struct {
	name, words string
	err         error
}

func (e *gitError) Error() string { return "git " + e.name + ": " + firstLine(e.words, e.err) }
func (e *gitError) Unwrap() error { return e.err }

func firstLine(text string, err error) string {
	line, _, _ := strings.Cut(text, "\n")
	if line == "" {
		return err.Error()
	}
	return strings.TrimPrefix(line, "fatal: ")
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	max  int
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.max - b.Len(); len(p) > room {
		b.full = true
		b.Buffer.Write(p[:room])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// source opens the tree of a commit.
func (g git) source(ctx context.Context, ref string, description finding.Source) (*Source, error) {
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errs.E(errs.Invalid, "there is no commit %q in %s", description.Ref, description.Name)
	}
	description.Commit = strings.TrimSpace(string(out))
	tree, err := g.list(ctx, description.Commit+":"+g.prefix)
	if err != nil {
		if errs.KindOf(err) == errs.TooLarge || ctx.Err() != nil {
			return nil, err
		}
		return nil, errs.E(errs.Damaged, "list %s: %w", description.Name, err)
	}
	if g.lasting {
		ctx = context.WithoutCancel(ctx)
	}
	if tree.blobs, err = g.startBlobs(ctx); err != nil {
		return nil, errs.E(errs.Unavailable, "read %s: %w", description.Name, err)
	}
	return &Source{Tree: tree, Description: description, close: tree.blobs.stop}, nil
}
