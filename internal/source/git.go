package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
)

// schemes are the transports that a remote repository may use. "ext" and other
// helpers would run commands.
const schemes = "https:http:ssh:git:file"

// scpLike is user@host:path, the short form of ssh addresses.
var scpLike = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:]`)

func isRemote(target string) bool {
	scheme, _, ok := strings.Cut(target, "://")
	return ok && !strings.ContainsAny(scheme, `/\.`) || scpLike.MatchString(target)
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
	g := git{dir: dir}
	if _, err := g.run(ctx, "init", "--quiet", "--bare", "--template=", "."); err != nil {
		return nil, errors.Join(err, remove())
	}
	if _, err := g.run(ctx, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--end-of-options", address, ref); err != nil {
		return nil, errors.Join(errs.E(errs.Unavailable, "fetch %s at %s: %w", withoutPassword(address), ref, err), remove())
	}
	s, err := g.source(ctx, "FETCH_HEAD", finding.Source{Kind: "git", Name: withoutPassword(address), Ref: ref})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	stop := s.close
	s.close = func() error { return errors.Join(stop(), remove()) }
	return s, nil
}

// openLocal reads a commit of a repository on this machine.
func openLocal(ctx context.Context, dir, ref string) (*Source, error) {
	if err := checkRef(ref); err != nil {
		return nil, err
	}
	g := git{dir: dir}
	return g.source(ctx, ref, finding.Source{Kind: "git", Name: baseName(dir), Ref: ref})
}

// splitRef takes the "@ref" off an address. An "@" before the host or in the
// password belongs to the address.
func splitRef(target string) (address, ref string, err error) {
	if strings.HasPrefix(target, "-") {
		return "", "", errs.E(errs.Invalid, "%q is no repository address", target)
	}
	from := 0
	if scheme, rest, ok := strings.Cut(target, "://"); ok {
		if !strings.Contains(":"+schemes+":", ":"+scheme+":") {
			return "", "", errs.E(errs.Invalid, "the scheme %q is not allowed for a repository; use https, http, ssh, git or file", scheme)
		}
		from = len(scheme) + len("://") + max(strings.IndexByte(rest, '/'), 0)
	} else {
		if strings.Contains(target, "::") {
			return "", "", errs.E(errs.Invalid, "%q is no repository address: remote helpers are not allowed", target)
		}
		from = strings.IndexByte(target, ':') + 1
	}
	if at := strings.LastIndexByte(target[from:], '@'); at >= 0 {
		return target[:from+at], target[from+at+1:], nil
	}
	return target, "", nil
}

// refName is what a branch, tag or commit may look like: git's own rules
// (git-check-ref-format) and no revision syntax, which could name anything.
var refName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+-]*$`)

func checkRef(ref string) error {
	if len(ref) > 250 || !refName.MatchString(ref) || strings.Contains(ref, "..") {
		return errs.E(errs.Invalid, "%q is no name of a branch, tag or commit", ref)
	}
	return nil
}

// withoutPassword is an address that may be shown.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

// git runs the git command on one repository.
type git struct{ dir string }

// command makes git as deaf to its surroundings as it can be: no configuration
// of the system, the user or hooks, no prompt, no transport but those named.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{"-C", g.dir, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "safe.directory=*",
		"-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"-c", "core.attributesFile=/dev/null", "-c", "credential.interactive=false"}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_ALLOW_PROTOCOL="+schemes, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "LC_ALL=C",
		"GIT_SSH_COMMAND="+sshCommand())
	return cmd
}

// sshCommand asks for no password and accepts no unknown host silently.
func sshCommand() string { return "ssh -oBatchMode=yes" }

func (g git) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := g.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errs.E(errs.Unavailable, "the git command is needed to read repositories and was not found")
		}
		return nil, fmt.Errorf("git %s: %s", args[0], firstLine(stderr.String(), err))
	}
	return stdout.Bytes(), nil
}

func firstLine(text string, err error) string {
	text = strings.TrimSpace(text)
	line, _, _ := strings.Cut(text, "\n")
	if line == "" {
		return err.Error()
	}
	return strings.TrimPrefix(line, "fatal: ")
}

// source opens the tree of a commit.
func (g git) source(ctx context.Context, ref string, description finding.Source) (*Source, error) {
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, errs.E(errs.Invalid, "there is no commit %q in %s", description.Ref, description.Name)
	}
	description.Commit = strings.TrimSpace(string(out))
	listing, err := g.run(ctx, "ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", description.Commit)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "list %s: %w", description.Name, err)
	}
	tree, err := newTree(listing)
	if err != nil {
		return nil, errs.E(errs.Damaged, "list %s: %w", description.Name, err)
	}
	if tree.blobs, err = g.startBlobs(ctx); err != nil {
		return nil, errs.E(errs.Unavailable, "read %s: %w", description.Name, err)
	}
	return &Source{Tree: tree, Description: description, close: tree.blobs.stop}, nil
}
