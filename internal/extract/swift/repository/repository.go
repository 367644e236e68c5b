// Package repository tells the name of a Swift package from the place of its
// repository: Swift packages have no other name that is unique.
package repository

import (
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

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

// Carthage reads the beginning of a line of Carthage's files, a kind of source and
// where it is: github "owner/repo". The place is an address, what follows is rest;
// origin tells apart what is no repository at an address.
func Carthage(line string) (name, place string, origin inventory.Origin, rest string, ok bool) {
	kind, rest, _ := strings.Cut(line, " ")
	place, rest, ok = Quoted(rest)
	if !ok || place == "" {
		return "", "", origin, rest, false
	}
	switch {
	case kind == "binary":
		return place, place, inventory.Origin{Kind: inventory.OriginURL, Ref: place}, rest, true
	case kind == "github" && !strings.Contains(place, "://"):
		place = "https://github.com/" + place
		return place[len("https://"):], place, origin, rest, true
	case kind != "github" && kind != "git":
		return "", "", origin, rest, false
	}
	name, remote := Name(place)
	if !remote {
		return place, place, inventory.Origin{Kind: inventory.OriginPath, Ref: place}, rest, true
	}
	return name, place, origin, rest, true
}

// Quoted takes a text in quotes off the beginning.
func Quoted(s string) (inside, rest string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimSpace(s), `"`)
	if !ok {
		return "", "", false
	}
	return strings.Cut(s, `"`)
}
