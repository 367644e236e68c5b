package npmspec

import (
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// Source tells where a URL leads: to a git repository, or to an archive. The
// archives that the known hosts make of a commit are that commit.
func Source(url string) inventory.Origin {
	scheme, _, _ := strings.Cut(url, ":")
	if strings.HasPrefix(scheme, "git") || scheme == "ssh" {
		return git(url)
	}
	url = strings.TrimPrefix(url, "url:")
	if scheme == "file" {
		return path(cutBindings(strings.TrimPrefix(url, "file:")))
	}
	where, fragment, _ := strings.Cut(url, "#")
	if repo, commit, ok := archived(where); ok {
		return Git(repo, commit)
	}
	if isRepository(where) {
		return git(url)
	}
	if strings.HasPrefix(fragment, "commit=") {
		return git(url)
	}
	where, _, _ = strings.Cut(where, "::")
	return inventory.Origin{Kind: inventory.OriginURL, Ref: withoutUser(where)}
}

// Git is the origin of a repository at a commit, which may be empty.
func Git(repo, commit string) inventory.Origin {
	ref := repository(repo)
	if isCommit(commit) {
		ref += "@" + commit
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
}

// git reads a repository's URL with a fragment: #commit, #branch, #semver:range,
// or yarn's #key=value&key=value.
func git(url string) inventory.Origin {
	where, fragment, _ := strings.Cut(url, "#")
	commit := ""
	for part := range strings.SplitSeq(fragment, "&") {
		part, _, _ = strings.Cut(part, "::")
		part = strings.TrimPrefix(part, "commit=")
		if isCommit(part) {
			commit = part
		}
	}
	return Git(where, commit)
}

// isCommit takes what looks like a commit's hash for one: other names of
// revisions move, so they do not say which code it is.
func isCommit(text string) bool {
	if len(text) < 7 || len(text) > 64 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// repository brings the ways of writing one repository into one form, so that it
// is one component wherever it occurs.
func repository(text string) string {
	text = strings.TrimPrefix(text, "git+")
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		// git@host:owner/name is how git writes ssh://git@host/owner/name.
		scheme, rest = "ssh", strings.Replace(text, ":", "/", 1)
	}
	user, place, ok := cutUser(rest)
	if !ok {
		user = ""
	}
	host, path, _ := strings.Cut(place, "/")
	if name, port, ok := strings.Cut(host, ":"); ok && isForge(name) {
		host = name
		if strings.Trim(port, "0123456789") != "" {
			path = port + "/" + path // ssh://git@host:owner/name is no URL, but common
		}
	}
	if isForge(host) {
		path = strings.TrimSuffix(strings.TrimSuffix(path, "/"), ".git")
		return "https://" + host + "/" + path + ".git"
	}
	if scheme == "ssh" && user != "" {
		user, _, _ = strings.Cut(user, ":")
		return "ssh://" + user + "@" + place
	}
	return scheme + "://" + place
}

func isForge(host string) bool {
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "gist.github.com":
		return true
	}
	return false
}

// isRepository tells a repository's page from an archive.
func isRepository(url string) bool {
	if strings.HasSuffix(url, ".git") {
		return true
	}
	_, rest, _ := strings.Cut(url, "://")
	_, rest, _ = cutUser(rest)
	host, path, _ := strings.Cut(rest, "/")
	return isForge(host) && strings.Count(strings.TrimSuffix(path, "/"), "/") == 1
}

// archived finds the repository and commit in the URL of an archive that one of
// the known hosts makes.
func archived(url string) (repo, commit string, ok bool) {
	_, rest, _ := strings.Cut(url, "://")
	_, rest, _ = cutUser(rest)
	host, path, _ := strings.Cut(rest, "/")
	switch host {
	case "codeload.github.com":
		repo, commit, ok = strings.Cut(path, "/tar.gz/")
		host = "github.com"
	case "bitbucket.org":
		repo, commit, ok = strings.Cut(path, "/get/")
		commit = strings.TrimSuffix(commit, ".tar.gz")
	case "gitlab.com":
		repo, commit, ok = strings.Cut(path, "/repository/archive.tar.gz?ref=")
		repo = strings.ReplaceAll(strings.TrimPrefix(repo, "api/v4/projects/"), "%2F", "/")
	}
	return "https://" + host + "/" + repo, commit, ok
}

// cutUser splits "user:password@host/path". A scanner's results are shown to
// others: passwords must not get into them.
func cutUser(text string) (user, place string, ok bool) {
	slash := strings.IndexByte(text, '/')
	if slash < 0 {
		slash = len(text)
	}
	at := strings.LastIndexByte(text[:slash], '@')
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+1:], true
}

func withoutUser(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	_, place, _ := cutUser(rest)
	return scheme + "://" + place
}
