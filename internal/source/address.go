package source

import (
	"cmp"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// address is where a remote repository is, taken apart and put together anew, so
// that what was checked is what git is given.
type address struct {
	scheme, user, host, port string // host in lower case; empty: on this machine
	path                     string
	short                    bool   // user@host:path: the path is from the user's folder
	url                      string // for git
	shown                    string // for people: without user
	pinned                   []netip.Addr
}

var (
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)
	// numeric ends what some resolvers take for an address in another notation.
	numeric  = regexp.MustCompile(`(^|\.)(0x[0-9a-f]*|[0-9]+)$`)
	userName = regexp.MustCompile(`^[A-Za-z0-9._~][A-Za-z0-9._~+@-]*$`)
	ports    = map[string]string{"https": "443", "http": "80", "ssh": "22"}
)

// parseAddress reads an address of one of the transports.
func parseAddress(text string, transports []string) (address, error) {
	odd := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }
	switch {
	case isHelper(text):
		return address{}, errs.E(errs.Invalid, "this is no repository address: remote helpers are not allowed")
	case text == "", len(text) > 2000, text[0] == '-', strings.ContainsFunc(text, odd):
		return address{}, errs.E(errs.Invalid, "this is no repository address")
	}
	a, err := address{}, error(nil)
	switch {
	case strings.Contains(text, "://"):
		a, err = parseURL(text)
	case scpLike.MatchString(text):
		a, err = parseShort(text)
	case filepath.IsAbs(text):
		a = address{scheme: "file", path: text}
	default:
		return a, errs.E(errs.Invalid, "this is no repository address: use https://host/path or ssh://user@host/path")
	}
	if err != nil {
		return a, err
	}
	if !slices.Contains(transports, a.scheme) {
		return a, errs.E(errs.Invalid, "addresses of %s are not allowed here; use %s", a.scheme, strings.Join(transports, " or "))
	}
	return a.assemble()
}

func parseURL(text string) (address, error) {
	u, err := url.Parse(text)
	if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return address{}, errs.E(errs.Invalid, "this is no repository address")
	}
	if _, secret := u.User.Password(); secret {
		return address{}, errs.E(errs.Invalid, "a password in the address would be seen: give it as the credential")
	}
	a := address{scheme: u.Scheme, user: u.User.Username(), host: strings.ToLower(u.Hostname()), port: u.Port(), path: u.EscapedPath()}
	if a.scheme == "file" {
		if a.path = u.Path; a.host != "" && a.host != "localhost" {
			return address{}, errs.E(errs.Invalid, "a file address names no host")
		}
		a.host = ""
	}
	return a, nil
}

// parseShort reads user@host:path.
func parseShort(text string) (address, error) {
	user, rest, _ := strings.Cut(text, "@")
	host, path, _ := strings.Cut(rest, ":")
	if strings.HasPrefix(path, "-") {
		return address{}, errs.E(errs.Invalid, "this is no repository address")
	}
	return address{scheme: "ssh", user: user, host: strings.ToLower(host), path: path, short: true}, nil
}

// assemble checks the parts and joins them.
func (a address) assemble() (address, error) {
	if a.path == "" || a.path == "/" {
		return a, errs.E(errs.Invalid, "the address names no repository")
	}
	if a.scheme == "file" {
		a.url = (&url.URL{Scheme: "file", Path: a.path}).String()
		a.shown = a.url
		return a, nil
	}
	ip, err := netip.ParseAddr(a.host)
	switch {
	case err == nil && ip.Zone() != "", err != nil && (!hostName.MatchString(a.host) || numeric.MatchString(a.host)):
		return a, errs.E(errs.Invalid, "the address names no host; a name with other letters is written in its xn-- form")
	case a.user != "" && !userName.MatchString(a.user):
		return a, errs.E(errs.Invalid, "the user name in the address has characters that none has")
	}
	a.join(ip.Is6())
	return a, nil
}

// join writes the address for people and for git.
func (a *address) join(brackets bool) {
	host, user := a.host, a.user
	if brackets {
		host = "[" + host + "]"
	}
	if a.port == "" {
		a.port = ports[a.scheme]
	}
	if a.port != ports[a.scheme] {
		host += ":" + a.port
	}
	a.shown = a.scheme + "://" + host + a.path
	a.url = a.shown // a user of https stands with the credential
	if a.scheme == "ssh" {
		a.url = "ssh://" + strings.ReplaceAll(cmp.Or(user, "git"), "@", "%40") + "@" + host + a.path
	}
	if a.short {
		a.shown = host + ":" + a.path
		a.url = user + "@" + a.shown
	}
}
