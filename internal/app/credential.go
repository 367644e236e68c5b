package app

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/repourl"
	"github.com/assay-sca/assay/internal/store"
)

// Bounds of credentials, in bytes.
const (
	maxToken      = 4096
	maxKey        = 32 << 10
	maxKnownHosts = 64 << 10
)

// newRepository checks what is asked for and makes the row of it.
func (a *App) newRepository(f faultsOf, project string, in NewRepository, now time.Time) (store.Repository, error) {
	r := store.Repository{ID: store.NewID(), Project: project, Created: now, Credential: store.CredentialNone}
	u := f.location(a.Deps, &r, in.URL)
	f.ref(&r, in.Ref)
	return r, a.setCredential(f, &r, u, in.Credential)
}

// editedRepository is a repository with what an edit sets.
func (a *App) editedRepository(r store.Repository, in RepositoryEdit) (store.Repository, error) {
	var faults Faults
	f := faultsOf{faults: &faults}
	before := r
	text := r.URL
	if in.URL != nil {
		text = *in.URL
	}
	u := f.location(a.Deps, &r, text)
	if in.Ref != nil {
		f.ref(&r, *in.Ref)
	}
	credential := NewCredential{Kind: r.Credential, Username: r.Username, KnownHosts: r.KnownHosts}
	if in.Credential != nil {
		credential = *in.Credential
	}
	// A secret is not carried to where it was not entered for: whoever may edit
	// could have it sent to a host of their own.
	if credential.Secret == "" && len(r.Sealed) > 0 && credential.Kind == r.Credential && place(before.URL) != place(r.URL) {
		f.add("credential.secret", "is to be entered again, as the host is another")
	}
	if err := a.setCredential(f, &r, u, credential); err != nil {
		return r, err
	}
	return r, faults.Err()
}

// place is the scheme and host of an address, which a credential is for.
func place(text string) string {
	u, err := repourl.Parse(text, true)
	if err != nil {
		return ""
	}
	host, _, _ := strings.Cut(u.Key, "/")
	return u.Scheme + " " + host
}

// location sets where a repository is.
func (f faultsOf) location(d Deps, r *store.Repository, text string) repourl.URL {
	u, err := repourl.Parse(text, d.LocalRepositories)
	switch {
	case err != nil:
		f.add("url", "%v", err)
	case u.Scheme == "git" || u.Scheme == "http" && !d.PlainRepositories:
		f.add("url", "is of a scheme that others on the way can read and change: use https or ssh")
	}
	r.URL, r.Key = u.Text, u.Key
	return u
}

func (f faultsOf) ref(r *store.Repository, ref string) {
	if r.Ref = strings.TrimSpace(ref); r.Ref != "" {
		if err := repourl.CheckRef(r.Ref); err != nil {
			f.add("ref", "%v", err)
		}
	}
}

// setCredential checks a credential and seals it. An empty secret leaves the one
// that is there, if it is of the same kind.
func (a *App) setCredential(f faultsOf, r *store.Repository, u repourl.URL, in NewCredential) error {
	if in.Kind == "" {
		in.Kind = store.CredentialNone
	}
	if in.Kind != r.Credential {
		r.Sealed = nil
	}
	r.Credential, r.Username, r.KnownHosts = in.Kind, strings.TrimSpace(in.Username), tidy(in.KnownHosts)
	switch in.Kind {
	case store.CredentialNone:
		f.unless(in.Secret == "" && r.Username == "", "credential.kind", "is none, but a secret or user name is given")
		r.Sealed, r.KnownHosts = nil, ""
		return nil
	case store.CredentialToken:
		f.token(*r, u, in.Secret)
		r.KnownHosts = ""
	case store.CredentialSSHKey:
		in.Secret = tidy(in.Secret)
		f.sshKey(*r, u, in.Secret)
		r.Username = ""
	default:
		f.add("credential.kind", "is none of none, token and ssh-key")
		return nil
	}
	if in.Secret == "" || len(*f.faults) > 0 {
		return nil
	}
	var err error
	r.Sealed, err = a.seal([]byte(in.Secret), r.ID)
	return err
}

// tidy is a text of lines as files have it.
func tidy(text string) string {
	if text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")); text == "" {
		return ""
	}
	return text + "\n"
}

func (f faultsOf) token(r store.Repository, u repourl.URL, secret string) {
	f.unless(u.Scheme == "" || u.Scheme == "https" || u.Scheme == "http", "credential.kind", "is a token, which opens https addresses only")
	f.unless(len(r.Username) <= maxName && plain(r.Username), "credential.username", "is no user name")
	f.unless(secret != "" || len(r.Sealed) > 0, "credential.secret", "is empty")
	f.unless(len(secret) <= maxToken && plain(secret), "credential.secret", "is no token")
}

// plain tells whether a text is one word of characters that can be seen.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
}

func (f faultsOf) sshKey(r store.Repository, u repourl.URL, secret string) {
	f.unless(u.Scheme == "" || u.Scheme == "ssh", "credential.kind", "is an SSH key, which opens ssh addresses only")
	f.unless(secret != "" || len(r.Sealed) > 0, "credential.secret", "is empty")
	if secret != "" {
		f.privateKey(secret)
	}
	f.unless(len(r.KnownHosts) <= maxKnownHosts && knownHosts(r.KnownHosts), "credential.known_hosts", "are no lines of a known_hosts file")
}

// privateKey checks that a text is a private key that can be used as it is.
func (f faultsOf) privateKey(text string) {
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil || len(text) > maxKey || !strings.HasSuffix(block.Type, "PRIVATE KEY") || len(bytes.TrimSpace(rest)) > 0:
		f.add("credential.secret", "is no private key as ssh-keygen writes it")
	case block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") || cipherOf(block.Bytes) != "none":
		f.add("credential.secret", "has a passphrase, which nobody can enter here: use a key without one")
	}
}

// cipherOf is what encrypts an OpenSSH key; "none" for those of other layouts.
func cipherOf(key []byte) string {
	rest, ok := bytes.CutPrefix(key, []byte("openssh-key-v1\x00"))
	if !ok || len(rest) < 4 {
		return "none"
	}
	n := int(binary.BigEndian.Uint32(rest))
	if n > len(rest)-4 {
		return ""
	}
	return string(rest[4 : 4+n])
}

// keyTypes are those that a line of known_hosts may name.
func keyTypes() []string {
	return []string{"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"}
}

// knownHosts tells whether all lines of a text are of a known_hosts file.
func knownHosts(text string) bool {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		if fields[0] == "@cert-authority" || fields[0] == "@revoked" {
			fields = fields[1:]
		}
		if len(fields) < 3 || !slices.Contains(keyTypes(), fields[1]) {
			return false
		}
	}
	return utf8.ValidString(text)
}
