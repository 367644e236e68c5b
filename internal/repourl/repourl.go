// Package repourl tells which repository an address means, whatever the way it is
// written. It is pure: nothing is looked up.
package repourl

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
)

// URL is the address of a repository.
type URL struct {
	Text   string // as given, without spaces around it
	Scheme string // https, http, ssh, git or file
	User   string // before the host; empty: none
	Host   string // lower case; empty: on the server itself
	// Key is the same for all ways to write one repository's address, such as
	// "example.org/team/app".
	Key string
}

// maxLength bounds an address.
const maxLength = 2000

// The ports that each scheme means if none is named.
var ports = map[string]int{"https": 443, "http": 80, "ssh": 22, "git": 9418}

var (
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)
	// numeric ends what some resolvers take for an address in another notation.
	numeric  = regexp.MustCompile(`(^|\.)(0x[0-9a-f]*|[0-9]+)$`)
	userName = regexp.MustCompile(`^[A-Za-z0-9._~][A-Za-z0-9._~+@-]*$`)
	short    = regexp.MustCompile(`^([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):([^:].*)$`)
	helper   = regexp.MustCompile(`^[A-Za-z0-9.+-]+::`)
	// token are user names that hosts take for secrets.
	token = regexp.MustCompile(`^(gh[a-z]_|github_pat_|glpat-|gl[a-z]+-|ATBB|ATCTT|x-token-auth|oauth2|[A-Za-z0-9_-]{32,}$)`)
)

// Parse reads an address: https, http, ssh or git URLs, or user@host:path; with
// local also file URLs and absolute paths of the server itself. Which schemes may
// be used is not decided here. Errors are errs.Invalid and do not repeat the
// address, which may hold a secret.
func Parse(text string, local bool) (URL, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return URL{}, errs.E(errs.Invalid, "is empty")
	case len(text) > maxLength || !utf8.ValidString(text) || strings.ContainsFunc(text, odd):
		return URL{}, errs.E(errs.Invalid, "is no repository address")
	case text[0] == '-':
		return URL{}, errs.E(errs.Invalid, "is no repository address: it looks like an option")
	case helper.MatchString(text):
		return URL{}, errs.E(errs.Invalid, "is no repository address: remote helpers are not allowed")
	}
	u, err := parse(text)
	if err != nil {
		return URL{}, err
	}
	if u.Scheme == "file" && !local {
		return URL{}, errs.E(errs.Invalid, "is a folder of the server: the operator has not allowed that")
	}
	return u, nil
}

func odd(r rune) bool {
	return r <= ' ' || r == 0x7f || r == '\\' || unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

func parse(text string) (URL, error) {
	if strings.Contains(text, "://") {
		return parseURL(text)
	}
	if m := short.FindStringSubmatch(text); m != nil {
		if strings.HasPrefix(m[3], "-") {
			return URL{}, errs.E(errs.Invalid, "is no repository address: it looks like an option")
		}
		return remote(URL{Text: text, Scheme: "ssh", User: m[1], Host: strings.ToLower(m[2])}, "", m[3])
	}
	if strings.HasPrefix(text, "/") {
		return file(text, text)
	}
	return URL{}, errs.E(errs.Invalid, "is no repository address: use https://host/path or user@host:path")
}

func parseURL(text string) (URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#") || u.Opaque != "" {
		return URL{}, errs.E(errs.Invalid, "is no repository address")
	}
	if strings.Contains(strings.ToLower(u.EscapedPath()), "%2f") || strings.ContainsFunc(u.Path, odd) || !utf8.ValidString(u.Path) {
		return URL{}, errs.E(errs.Invalid, "is no repository address: its path has characters that none has")
	}
	scheme := strings.ToLower(u.Scheme)
	if scheme == "file" {
		if u.User != nil || u.Host != "" && !strings.EqualFold(u.Host, "localhost") {
			return URL{}, errs.E(errs.Invalid, "names a host, which a file address does not")
		}
		return file(text, u.Path)
	}
	if _, ok := ports[scheme]; !ok {
		return URL{}, errs.E(errs.Invalid, "has a scheme that is not known here: use https or ssh")
	}
	if _, secret := u.User.Password(); secret || scheme != "ssh" && token.MatchString(u.User.Username()) {
		return URL{}, errs.E(errs.Invalid, "has a password or token in it, which others would see: give it as the credential")
	}
	return remote(URL{Text: text, Scheme: scheme, User: u.User.Username(), Host: strings.ToLower(u.Hostname())}, u.Port(), u.Path)
}

// remote checks the host and makes the key.
func remote(u URL, port, at string) (URL, error) {
	u.Host = strings.TrimSuffix(u.Host, ".")
	ip, err := netip.ParseAddr(u.Host)
	switch {
	case err == nil && ip.Zone() != "", err != nil && (!hostName.MatchString(u.Host) || numeric.MatchString(u.Host)):
		return URL{}, errs.E(errs.Invalid, "names no host; a name with other letters is written in its xn-- form")
	case u.User != "" && !userName.MatchString(u.User):
		return URL{}, errs.E(errs.Invalid, "has a user name with characters that none has")
	}
	number := ports[u.Scheme]
	if port != "" {
		if number, err = strconv.Atoi(port); err != nil || number < 1 || number > 65535 {
			return URL{}, errs.E(errs.Invalid, "has a port that is none")
		}
	}
	segments, err := clean(at)
	if err != nil {
		return URL{}, err
	}
	host, alias := aliases[u.Host]
	if !alias {
		host = u.Host
	}
	if ip.Is6() {
		host = "[" + ip.String() + "]"
	}
	if !alias && number != ports[u.Scheme] {
		host += ":" + strconv.Itoa(number)
	}
	u.Key = host + (&url.URL{Path: "/" + strings.Join(folded(host, segments), "/")}).EscapedPath()
	return u, nil
}

// clean takes a path apart and leaves out what does not tell repositories apart.
func clean(at string) ([]string, error) {
	segments := slices.DeleteFunc(strings.Split(at, "/"), func(s string) bool { return s == "" || s == "." })
	if n := len(segments); n > 0 {
		last := strings.TrimSuffix(segments[n-1], ".git")
		if last == "" {
			segments = segments[:n-1]
		} else {
			segments[n-1] = last
		}
	}
	switch {
	case len(segments) == 0:
		return nil, errs.E(errs.Invalid, "names no repository")
	case slices.Contains(segments, ".."):
		return nil, errs.E(errs.Invalid, "has .. in its path")
	}
	return segments, nil
}

// aliases are further names of hosts, such as those that take ssh at port 443.
var aliases = map[string]string{
	"www.github.com": "github.com", "ssh.github.com": "github.com",
	"www.gitlab.com": "gitlab.com", "altssh.gitlab.com": "gitlab.com",
	"www.bitbucket.org": "bitbucket.org", "altssh.bitbucket.org": "bitbucket.org",
	"ssh.dev.azure.com": "dev.azure.com",
}

// folding are the services to which the case of a path does not matter.
var folding = []string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "dev.azure.com"}

// folded is a path as its host reads it.
func folded(host string, segments []string) []string {
	if !slices.Contains(folding, host) {
		return segments
	}
	for i := range segments {
		segments[i] = strings.ToLower(segments[i])
	}
	if host == "dev.azure.com" {
		return azure(segments)
	}
	return segments
}

// azure turns the path of an ssh address, v3/organisation/project/repository, into
// that of an https one.
func azure(segments []string) []string {
	if len(segments) == 4 && segments[0] == "v3" {
		return []string{segments[1], segments[2], "_git", segments[3]}
	}
	return segments
}

// file is a repository on the server itself.
func file(text, at string) (URL, error) {
	at = path.Clean(at)
	at = strings.TrimSuffix(strings.TrimSuffix(at, "/.git"), ".git")
	if at == "" || at == "/" || strings.HasSuffix(at, "/") || !path.IsAbs(at) {
		return URL{}, errs.E(errs.Invalid, "names no repository")
	}
	return URL{Text: text, Scheme: "file", Key: (&url.URL{Scheme: "file", Path: at}).String()}, nil
}
