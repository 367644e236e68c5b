// Package reference reads Conan's references,
// "name/version@user/channel#revision:package#revision%time".
package reference

import "strings"

// Reference is a recipe that something asks for or locks.
type Reference struct {
	Name     string
	Version  string // or a range in brackets, "[>=1.0 <2]"
	Remote   string // "user/channel", empty for most
	Revision string // of the recipe
}

// Parse reads a reference; it is false for one without name or version.
func Parse(s string) (Reference, bool) {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "/")
	var r Reference
	r.Name = name
	// A range may contain anything up to its bracket.
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return r, false
		}
		r.Version, rest = rest[:end+1], rest[end+1:]
	} else {
		end := strings.IndexAny(rest, "@#%:")
		if end < 0 {
			end = len(rest)
		}
		r.Version, rest = rest[:end], rest[end:]
	}
	rest, _, _ = strings.Cut(rest, "%")
	rest, _, _ = strings.Cut(rest, ":")
	remote, revision, _ := strings.Cut(rest, "#")
	r.Remote = strings.Trim(strings.TrimPrefix(remote, "@"), "/_")
	r.Revision, _, _ = strings.Cut(revision, "#")
	return r, ok && name != "" && r.Version != "" && !strings.ContainsAny(name, " \t\"'[]#@")
}
