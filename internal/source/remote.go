package source

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/safe/egress"
)

// Bounds of a Remote that states none.
const (
	maxRemoteFiles = 500_000
	maxRemoteBytes = 2 << 30
)

// Remote is a repository that a server fetches on behalf of someone else, by rules
// that are narrower than those of a person's own command line.
type Remote struct {
	// URL is https://…, ssh://…, or user@host:path. It holds no password.
	URL string
	// Ref is a branch or tag, short or with refs/; where both a branch and a tag
	// have the short name, the branch is meant. Empty: the remote's HEAD.
	Ref string
	// Commit, when given, is the one to read: what Ref points to may have moved.
	Commit     string
	Credential Credential
	// Transports are the schemes that are allowed: https and ssh if none are named;
	// "http" and "file" (which allows paths of this machine, too) are for an operator
	// to add.
	Transports []string
	// Guard decides which addresses may be reached. Its zero value refuses every
	// address inside the own network.
	Guard egress.Resolver
	// MaxFiles bounds the files and folders of the commit, MaxBytes what the
	// repository takes on disk; 0: 500,000 and 2 GiB.
	MaxFiles int
	MaxBytes int64
	// Dir is the folder for what is fetched; empty: the system's for temporary files.
	Dir string
}

// Credential is what opens a repository. The zero value is none.
type Credential struct {
	Username string // of the token; empty: what hosts take with any token
	Token    string // sent by HTTPS only
	SSHKey   string // a private key without a passphrase, as OpenSSH writes it
	// KnownHosts are the lines of a known_hosts file that the host's key must be in;
	// without any no ssh host is trusted.
	KnownHosts string
}

// Refs are the branches and tags of a remote repository.
type Refs struct {
	Default string // the full name of the branch that HEAD is; empty: it is none
	Refs    []RemoteRef
}

// RemoteRef is a branch or tag.
type RemoteRef struct {
	Name   string // in full: refs/heads/main, refs/tags/v1
	Commit string // of an annotated tag: the commit it leads to
}

// Fetch fetches exactly one commit, without its history, and opens its tree:
// nothing is checked out. The source's Description names the full ref (such as
// refs/heads/main) and the commit. It can be read until Close, which removes what
// was fetched, also when ctx has ended.
//
// The kinds of errors: errs.Invalid for addresses, refs and schemes that are not
// allowed; errs.Denied for credentials that the host refuses; errs.NotFound for a
// ref or repository that is not there; errs.Conflict for a Commit that is neither
// given out nor what Ref points to; errs.TooLarge for a bound; errs.Unavailable
// for what may succeed later.
func Fetch(ctx context.Context, r Remote) (*Source, error) {
	f, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	s, err := f.open(ctx)
	if err != nil {
		return nil, errors.Join(f.explain(err), os.RemoveAll(f.dir))
	}
	stop := s.close
	s.close = func() error { return errors.Join(stop(), os.RemoveAll(f.dir)) }
	return s, nil
}

// ListRefs lists the branches and tags, in the order of their names.
func ListRefs(ctx context.Context, r Remote) (Refs, error) {
	f, err := r.prepare(ctx)
	if err != nil {
		return Refs{}, err
	}
	refs, err := f.list(ctx)
	if err != nil {
		err = f.explain(err)
	}
	return refs, errors.Join(err, os.RemoveAll(f.dir))
}

// fetcher fetches from one remote into folders of its own.
type fetcher struct {
	remote  Remote
	address address
	dir     string // holds all of it
	private string // in it: credentials and configuration, gone after the fetch
	git     git
}

// prepare checks everything that can be checked before git runs, and lays out the
// folders.
func (r Remote) prepare(ctx context.Context) (*fetcher, error) {
	if len(r.Transports) == 0 {
		r.Transports = []string{"https", "ssh"}
	}
	if r.MaxFiles <= 0 {
		r.MaxFiles = maxRemoteFiles
	}
	if r.MaxBytes <= 0 {
		r.MaxBytes = maxRemoteBytes
	}
	a, err := parseAddress(r.URL, r.Transports)
	if err != nil {
		return nil, err
	}
	if err := r.check(a); err != nil {
		return nil, err
	}
	if a.host != "" {
		if a.pinned, err = r.Guard.Resolve(ctx, a.host, a.port); err != nil {
			return nil, err
		}
	}
	return r.layOut(a)
}

// check looks at what is asked for and with which credential.
func (r Remote) check(a address) error {
	if r.Ref != "" {
		if err := checkRef(r.Ref); err != nil {
			return err
		}
	}
	if r.Commit != "" && !isObject(r.Commit) {
		return errs.E(errs.Invalid, "%q is no commit id", r.Commit)
	}
	switch {
	case r.Credential.Token != "" && a.scheme != "https" && a.scheme != "http":
		return errs.E(errs.Invalid, "a token opens an https address only")
	case r.Credential.SSHKey != "" && a.scheme != "ssh":
		return errs.E(errs.Invalid, "an SSH key opens an ssh address only")
	case strings.ContainsAny(r.Credential.Token+r.Credential.Username, "\r\n\x00"):
		return errs.E(errs.Invalid, "a token or user name is one line")
	}
	return nil
}

// isObject tells whether text is a full object id, SHA-1 or SHA-256.
func isObject(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}

func (r Remote) layOut(a address) (*fetcher, error) {
	dir, err := os.MkdirTemp(r.Dir, "assay-git-")
	if err != nil {
		return nil, errs.E(errs.Unavailable, "make a temporary folder: %w", err)
	}
	f := &fetcher{remote: r, address: a, dir: dir, private: filepath.Join(dir, "private")}
	bare := filepath.Join(dir, "repository")
	if err := errors.Join(os.Mkdir(f.private, 0o700), os.Mkdir(bare, 0o700), f.writePrivate()); err != nil {
		return nil, errors.Join(errs.E(errs.Unavailable, "lay out a temporary folder: %w", err), os.RemoveAll(dir))
	}
	f.git = git{dir: bare, transports: []string{a.scheme}, env: f.environment(), global: f.at("config"), maxRecords: r.MaxFiles}
	return f, nil
}

// open fetches and opens the tree.
func (f *fetcher) open(ctx context.Context) (*Source, error) {
	if _, err := f.git.run(ctx, "init", "--quiet", "--bare", "--template=", "."); err != nil {
		return nil, err
	}
	name, err := f.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(f.private); err != nil {
		return nil, errs.E(errs.Unavailable, "remove credentials: %w", err)
	}
	local := f.git // nothing that follows speaks to the network
	local.lasting = true
	local.transports, local.global, local.env = nil, "", append(plainEnvironment(), "HOME="+f.dir)
	s, err := local.source(ctx, "FETCH_HEAD", finding.Source{Kind: "git", Name: f.address.shown, Ref: name})
	if err != nil {
		return nil, err
	}
	if want := f.remote.Commit; want != "" && s.Description.Commit != want {
		return nil, errors.Join(errs.E(errs.Conflict, "%s is at %s now, and the commit %s is not given out", name, s.Description.Commit, want), s.Close())
	}
	return s, nil
}

// fetch brings the commit and returns the full name of its ref.
func (f *fetcher) fetch(ctx context.Context) (string, error) {
	name, err := f.resolve(ctx)
	if err != nil {
		return "", err
	}
	if f.remote.Commit != "" {
		err := f.get(ctx, f.remote.Commit)
		if err == nil || ctx.Err() != nil || errs.KindOf(err) == errs.TooLarge {
			return name, err
		}
		if isObject(name) {
			return "", errs.E(errs.NotFound, "the commit %s is not given out", name)
		}
	}
	return name, f.get(ctx, name)
}

// get fetches one ref or commit, and ends git when the repository grows too large.
func (f *fetcher) get(ctx context.Context, what string) error {
	bounded, cancel := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		f.watch(bounded, cancel)
	}()
	_, err := f.git.run(bounded, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-gc",
		"--no-write-commit-graph", "--end-of-options", f.address.url, what)
	if cause := context.Cause(bounded); cause != nil && ctx.Err() == nil {
		err = cause
	}
	cancel(nil)
	<-watched
	if err == nil {
		err = f.measure()
	}
	return err
}

// watch measures what was fetched so far, a few times a second.
func (f *fetcher) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := f.measure(); err != nil {
				cancel(err)
				return
			}
		}
	}
}

// measure refuses a repository that takes too much room.
func (f *fetcher) measure() error {
	var total int64
	// Files come and go while git works: what cannot be read now is not there.
	_ = filepath.WalkDir(f.git.dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	if total > f.remote.MaxBytes {
		return errs.E(errs.TooLarge, "the repository takes more than %d MB", max(f.remote.MaxBytes/1_000_000, 1))
	}
	return nil
}
