package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxRefs bounds what a remote may list.
const maxRefs = 200_000

// writePrivate writes what git is to know but nobody else may see: nothing of it
// stands on a command line, in an address or in an environment.
func (f *fetcher) writePrivate() error {
	c := f.remote.Credential
	err := os.WriteFile(f.at("config"), []byte(f.configuration()), 0o600)
	if f.address.scheme == "ssh" {
		key := strings.TrimRight(strings.ReplaceAll(c.SSHKey, "\r\n", "\n"), "\n") + "\n"
		hosts := strings.TrimRight(strings.ReplaceAll(c.KnownHosts, "\r\n", "\n"), "\n") + "\n"
		return errors.Join(err, os.WriteFile(f.at("key"), []byte(key), 0o600), os.WriteFile(f.at("known_hosts"), []byte(hosts), 0o600))
	}
	if c.Token == "" {
		return err
	}
	// Hosts take a token as the password and do not look at the name, or want some.
	user := url.UserPassword(cmp.Or(c.Username, f.address.user, "x-access-token"), c.Token)
	host, _, _ := strings.Cut(strings.TrimPrefix(f.address.url, f.address.scheme+"://"), "/")
	line := fmt.Sprintf("%s://%s@%s\n", f.address.scheme, user, host)
	return errors.Join(err, os.WriteFile(f.at("credentials"), []byte(line), 0o600))
}

func (f *fetcher) at(name string) string { return filepath.Join(f.private, name) }

// configuration is git's, in place of the user's.
func (f *fetcher) configuration() string {
	var b strings.Builder
	set := func(section, name, value string) {
		value = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		fmt.Fprintf(&b, "[%s]\n\t%s = \"%s\"\n", section, name, value)
	}
	// A redirect would lead past the check of the address.
	set("http", "followRedirects", "false")
	set("http", "lowSpeedLimit", "1000")
	set("http", "lowSpeedTime", "60")
	if len(f.address.pinned) > 0 && f.address.scheme != "ssh" {
		set("http", "curloptResolve", fmt.Sprintf("%s:%s:%s", f.address.host, f.address.port, joined(f.address.pinned)))
	}
	if f.remote.Credential.Token != "" {
		set("credential", "helper", "store --file="+quoted(f.at("credentials")))
	}
	set("safe", "directory", "*")
	set("core", "bigFileThreshold", "16m") // larger ones are not held in memory
	set("fetch", "unpackLimit", "1")
	set("pack", "threads", "1")
	return b.String()
}

func joined(list []netip.Addr) string {
	texts := make([]string, len(list))
	for i, at := range list {
		texts[i] = at.String()
		if at.Is6() {
			texts[i] = "[" + texts[i] + "]"
		}
	}
	return strings.Join(texts, ",")
}

// quoted is text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// environment of git: by name, so that no secret of the server gets into it.
func (f *fetcher) environment() []string {
	env := append(plainEnvironment(), "HOME="+f.private, "GIT_CONFIG_COUNT=0")
	if f.address.scheme == "ssh" {
		env = append(env, "GIT_SSH_VARIANT=ssh", "GIT_SSH_COMMAND="+f.ssh())
	}
	return env
}

// ssh connects to the address that was checked, offers the one key, and trusts the
// given keys of hosts only.
func (f *fetcher) ssh() string {
	percent := strings.NewReplacer("%", "%%") // ssh fills in what follows one
	alias := f.address.host
	if f.address.port != ports["ssh"] {
		alias = "[" + alias + "]:" + f.address.port
	}
	options := []string{"BatchMode=yes", `IdentityFile="` + percent.Replace(f.at("key")) + `"`, "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=yes", "CheckHostIP=no",
		"UpdateHostKeys=no", "GlobalKnownHostsFile=" + os.DevNull, `UserKnownHostsFile="` + percent.Replace(f.at("known_hosts")) + `"`, "ForwardAgent=no",
		"ForwardX11=no", "PermitLocalCommand=no", "ProxyCommand=none", "ConnectTimeout=30", "ServerAliveInterval=30",
		"PreferredAuthentications=publickey", "HostKeyAlias=" + alias}
	if len(f.address.pinned) > 0 {
		at := f.address.pinned[0]
		if i := slices.IndexFunc(f.address.pinned, netip.Addr.Is4); i >= 0 {
			at = f.address.pinned[i]
		}
		options = append(options, "HostName="+at.String())
	}
	command := "ssh -F none"
	for _, option := range options {
		command += " -o " + quoted(option)
	}
	return command
}

// plainEnvironment is what git needs of ours: where programs, certificates and
// proxies are.
func plainEnvironment() []string {
	kept := []string{"PATH", "TMPDIR", "GIT_EXEC_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SYSTEMROOT"}
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !slices.Contains(kept, strings.ToUpper(name))
	})
}

// resolve finds the full name of the ref that is meant; that of a commit is its id.
func (f *fetcher) resolve(ctx context.Context) (string, error) {
	ref := f.remote.Ref
	asked := []string{"refs/heads/" + ref, "refs/tags/" + ref}
	switch {
	case ref == "" || ref == "HEAD":
		asked = []string{"HEAD"}
	case strings.HasPrefix(ref, "refs/"):
		asked = []string{ref}
	}
	refs, err := f.ask(ctx, asked...)
	if err != nil {
		return "", err
	}
	for _, name := range asked {
		if _, ok := refs.ids[name]; ok && name == "HEAD" {
			return cmp.Or(refs.head, name), nil
		} else if ok {
			return name, nil
		}
	}
	if isObject(ref) {
		f.remote.Commit = cmp.Or(f.remote.Commit, ref)
		return ref, nil
	}
	if asked[0] == "HEAD" {
		return "", errs.E(errs.NotFound, "%s has no commit yet", f.address.shown)
	}
	return "", errs.E(errs.NotFound, "%s has no branch or tag %q", f.address.shown, ref)
}

// list lists branches and tags.
func (f *fetcher) list(ctx context.Context) (Refs, error) {
	found, err := f.ask(ctx)
	if err != nil {
		return Refs{}, err
	}
	refs := Refs{Default: found.head}
	for name, id := range found.ids {
		if strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/") {
			refs.Refs = append(refs.Refs, RemoteRef{Name: name, Commit: id})
		}
	}
	slices.SortFunc(refs.Refs, func(a, b RemoteRef) int { return strings.Compare(a.Name, b.Name) })
	return refs, nil
}

// announced is what a remote says that it has.
type announced struct {
	head string            // the full name of the branch that HEAD is
	ids  map[string]string // commit by full name
}

// ask asks for refs of these names, or all.
func (f *fetcher) ask(ctx context.Context, names ...string) (announced, error) {
	got := announced{ids: map[string]string{}}
	if err := f.recent(ctx); err != nil {
		return got, err
	}
	out, err := f.git.run(ctx, append([]string{"ls-remote", "--quiet", "--symref", "--end-of-options", f.address.url}, names...)...)
	if err != nil {
		return got, err
	}
	for line := range strings.Lines(string(out)) {
		id, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		peeled, isPeeled := strings.CutSuffix(name, "^{}")
		switch target, isHead := strings.CutPrefix(id, "ref: "); {
		case !ok || checkRef(peeled) != nil:
		case isHead && name == "HEAD" && checkRef(target) == nil:
			got.head = target
		case isObject(id) && (isPeeled || got.ids[name] == ""):
			got.ids[peeled] = id
		}
		if len(got.ids) > maxRefs {
			return got, errs.E(errs.TooLarge, "the repository has more than %d branches and tags", maxRefs)
		}
	}
	return got, nil
}

// recent wants a git that can be told which address to connect to.
func (f *fetcher) recent(ctx context.Context) error {
	out, err := f.git.run(ctx, "version")
	if err != nil {
		return err
	}
	major, rest, _ := strings.Cut(strings.TrimPrefix(string(out), "git version "), ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(strings.TrimSpace(minor))
	if a < 2 || a == 2 && b < 37 {
		return errs.E(errs.Unavailable, "git 2.37 or newer is needed; this is %s", strings.TrimSpace(string(out)))
	}
	return nil
}

// refusals are what git, ssh and hosts say, and what it means. The first that
// occurs counts.
var refusals = []struct {
	words []string
	kind  errs.Kind
	means string
}{
	{[]string{"Host key verification failed", "No ED25519 host key is known", "host key is known for"}, errs.Denied, "the host's key is not among the known hosts"},
	{[]string{"error: 301", "error: 302", "error: 303", "error: 307", "error: 308"}, errs.Invalid, "the host redirects to another address; give that one"},
	{[]string{"Authentication failed", "could not read Username", "could not read Password", "Permission denied", "error: 403", "error: 401", "terminal prompts disabled"}, errs.Denied, "the host refuses the credential, or wants one"},
	{[]string{"error: 404", "not found", "does not appear to be a git repository", "does not exist", "Repository not found"}, errs.NotFound, "there is no repository, or none that the credential opens"},
	{[]string{"find remote ref"}, errs.NotFound, "the branch or tag is gone"},
	{[]string{"error in libcrypto", "invalid format", "Load key"}, errs.Denied, "the SSH key cannot be read"},
}

// explain gives an error of git's a kind, and takes out of it what nobody may see.
func (f *fetcher) explain(err error) error {
	said := (*gitError)(nil)
	if !errors.As(err, &said) || errs.KindOf(err) != errs.Unknown {
		return err
	}
	for _, r := range refusals {
		if slices.ContainsFunc(r.words, func(words string) bool { return strings.Contains(said.words, words) }) {
			return errs.E(r.kind, "fetch %s: %s", f.address.shown, r.means)
		}
	}
	return errs.E(errs.Unavailable, "fetch %s: %s", f.address.shown, f.redact(said.Error()))
}

// redact hides the credential, also as it stands in addresses, and our folders.
func (f *fetcher) redact(message string) string {
	c := f.remote.Credential
	for _, secret := range []string{c.Token, url.QueryEscape(c.Token), url.PathEscape(c.Token)} {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "***")
		}
	}
	message = strings.ReplaceAll(message, f.address.url, f.address.shown)
	message = strings.ReplaceAll(message, f.dir, "…")
	return credentials.ReplaceAllString(message, "://")
}
