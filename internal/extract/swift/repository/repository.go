// Package repository tells the name of a Swift package from the place of its
// repository: Swift packages have no other name that is unique.
package repository

import "strings"

// Name turns a repository's URL into the name that OSV uses, "host/owner/repo"
// with the host in lower case. It is false for a path in the file system.
func Name(location string) (name string, ok bool) {
	rest := strings.TrimRight(strings.TrimSpace(location), "/")
	scheme, after, found := strings.Cut(rest, "://")
	switch {
	case found && scheme == "file":
		return "", false
	case found:
		rest = after
	default:
		// git@host:owner/repo
		host, path, scp := strings.Cut(rest, ":")
		if !scp || strings.ContainsAny(host, "/.") && !strings.Contains(host, "@") && strings.HasPrefix(host, ".") {
			return "", false
		}
		rest = host + "/" + strings.TrimLeft(path, "/")
	}
	host, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	host, _, _ = strings.Cut(host, ":")
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" {
		return "", false
	}
	return strings.ToLower(host) + "/" + path, true
}

// Version takes the "v" off a tag that is a version.
func Version(tag string) string {
	if len(tag) > 1 && (tag[0] == 'v' || tag[0] == 'V') && tag[1] >= '0' && tag[1] <= '9' {
		return tag[1:]
	}
	return tag
}
