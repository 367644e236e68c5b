// Package npmspec reads what stands behind a dependency's name in the files of
// npm, yarn, pnpm and bun: a range, an alias, or a source other than the
// registry. It knows no file format.
package npmspec

import (
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// Spec is what a specifier asks for.
type Spec struct {
	Name       string // the real package; differs from the key's name for an alias
	Constraint string // as written; of an alias only the part behind the real name
	Origin     inventory.Origin
}

// Parse reads the specifier of the dependency that is used by the given name.
func Parse(name, spec string) Spec {
	trimmed := strings.TrimSpace(spec)
	scheme, rest := splitScheme(trimmed)
	plain := Spec{Name: name, Constraint: spec}
	switch scheme {
	case "npm":
		return alias(plain, rest)
	case "file", "link", "portal":
		plain.Origin = path(rest)
	case "workspace":
		plain.Origin = path(trimmed)
	case "http", "https":
		plain.Origin = web(trimmed)
	case "github", "gitlab", "bitbucket", "gist":
		plain.Origin = git(hosted(scheme, rest))
	case "git", "ssh", "git+ssh", "git+https", "git+http", "git+file":
		plain.Origin = git(trimmed)
	case "":
		plain.Origin = bare(trimmed)
	}
	return plain
}

// Resolved is the origin behind the place that a lock says a package was fetched
// from. Registries serve archives below "/-/"; the two known exceptions put the
// package's name beside "download".
func Resolved(name, resolved string) inventory.Origin {
	if strings.HasPrefix(resolved, "http") && (strings.Contains(resolved, "/-/") ||
		strings.Contains(resolved, "/download/"+name+"/") || strings.Contains(resolved, "/"+name+"/download/")) {
		return inventory.Origin{}
	}
	return Parse(name, resolved).Origin
}

// SplitName splits "name@rest", where name may have a scope: "@scope/name@rest".
func SplitName(s string) (name, rest string) {
	if s == "" {
		return "", ""
	}
	if i := strings.IndexByte(s[1:], '@'); i >= 0 {
		return s[:i+1], s[i+2:]
	}
	return s, ""
}

// alias reads what follows "npm:": "real@range", or in yarn's files a range alone.
func alias(plain Spec, rest string) Spec {
	if isRange(rest) {
		return plain
	}
	real, constraint := SplitName(rest)
	return Spec{Name: real, Constraint: constraint}
}

func isRange(s string) bool {
	switch s {
	case "", "*", "x", "X", "latest", "next":
		return true
	}
	return strings.IndexByte("0123456789^~<>=*", s[0]) >= 0 ||
		s[0] == 'v' && len(s) > 1 && '0' <= s[1] && s[1] <= '9'
}

// splitScheme returns what precedes the first colon, if it can be a scheme. A
// single letter is a drive of Windows.
func splitScheme(s string) (scheme, rest string) {
	i := strings.IndexByte(s, ':')
	if i < 2 || strings.ContainsAny(s[:i], "@/ #.~^<>=") {
		return "", s
	}
	return s[:i], s[i+1:]
}

// bare reads a specifier without a scheme.
func bare(s string) inventory.Origin {
	if isFile(s) {
		return path(s)
	}
	place, _, _ := strings.Cut(s, "#")
	if at := strings.IndexByte(place, '@'); at > 0 && strings.IndexByte(place[at:], ':') > 0 {
		return git(s)
	}
	switch strings.Count(place, "/") {
	case 0:
		return inventory.Origin{}
	case 1:
		if isOwnerAndRepo(place) {
			return git(hosted("github", s))
		}
	}
	return path(s)
}

func isFile(s string) bool {
	for _, prefix := range []string{"./", "../", "/", "~/", ".\\", "..\\"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	drive := len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/')
	return drive || s == "." || s == ".." || strings.HasSuffix(s, ".tgz") || strings.HasSuffix(s, ".tar.gz")
}

func isOwnerAndRepo(s string) bool {
	return s[0] != '@' && s[0] != '/' && s[len(s)-1] != '/' && !strings.ContainsAny(s, " \\<>=^~*|")
}

func path(ref string) inventory.Origin {
	return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
}

// web is an archive, or a repository where the address says so.
func web(url string) inventory.Origin {
	place, _, _ := strings.Cut(url, "#")
	if strings.HasSuffix(place, ".git") || isHostedRepo(place) {
		return git(url)
	}
	return inventory.Origin{Kind: inventory.OriginURL, Ref: withoutPassword(url)}
}

// isHostedRepo tells https://github.com/owner/repo from an archive there.
func isHostedRepo(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	host, path, _ := strings.Cut(rest, "/")
	return isKnownHost(host[strings.LastIndexByte(host, '@')+1:]) &&
		strings.Count(strings.TrimSuffix(path, "/"), "/") == 1
}

func isKnownHost(host string) bool {
	return host == "github.com" || host == "gitlab.com" || host == "bitbucket.org"
}

// hosted is the address of a repository written as "github:owner/repo#commit".
func hosted(service, rest string) string {
	repo, fragment, _ := strings.Cut(rest, "#")
	host := map[string]string{
		"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "gist": "gist.github.com",
	}[service]
	return "https://" + host + "/" + strings.TrimPrefix(repo, "/") + "#" + fragment
}

// git makes one reference of the many ways to write a repository, so that the
// same source is the same component however it was fetched.
func git(url string) inventory.Origin {
	place, fragment, _ := strings.Cut(strings.TrimPrefix(url, "git+"), "#")
	place = httpsOfKnownHost(slashesForColon(place))
	commit, _, _ := strings.Cut(fragment, "&")
	if commit != "" && !strings.Contains(commit, ":") && !strings.HasPrefix(commit, "semver") {
		place += "@" + commit
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: place}
}

// slashesForColon turns git@host:owner/repo into a URL.
func slashesForColon(place string) string {
	if strings.Contains(place, "://") {
		return place
	}
	host, path, _ := strings.Cut(place, ":")
	return "ssh://" + host + "/" + path
}

func httpsOfKnownHost(place string) string {
	_, rest, _ := strings.Cut(place, "://")
	host, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	// git+ssh://git@github.com:owner/repo is neither a URL nor scp's form, but common.
	host, owner, colon := strings.Cut(host, ":")
	if !isKnownHost(host) && host != "gist.github.com" {
		return withoutPassword(place)
	}
	if colon && !isPort(owner) {
		path = owner + "/" + path
	}
	return "https://" + host + "/" + strings.TrimSuffix(strings.TrimSuffix(path, "/"), ".git") + ".git"
}

func isPort(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// withoutPassword drops credentials, which must not reach a report. A user's name
// alone, as in ssh://git@host, belongs to the address.
func withoutPassword(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	authority, path, slash := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	if at < 0 || scheme == "ssh" && !strings.Contains(authority[:at], ":") {
		return url
	}
	url = scheme + "://" + authority[at+1:]
	if slash {
		url += "/" + path
	}
	return url
}
