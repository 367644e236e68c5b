package pnpmlock

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract/npm/npmspec"
	"github.com/assay-sca/assay/internal/extract/npm/refgraph"
)

// style is how a lockfile version writes what it refers to packages by.
type style uint8

const (
	atStyle      style = iota // 7 and later: name@1.2.3(peer@1.0.0)
	slashAtStyle              // 6: /name@1.2.3(peer@1.0.0)
	slashStyle                // 5: /name/1.2.3_peer@1.0.0
)

// key reads the key of a package without its peers: what differs by its peers
// alone is one package. Its name is empty where the key has none, as in
// github.com/jane/kite/0a1b2c3d of the older styles.
func (s style) key(text string) refgraph.Ref {
	if s != slashStyle {
		text = withoutPeers(text)
	}
	if s == atStyle {
		name, version := npmspec.SplitName(text)
		return refgraph.Ref{Name: name, Spec: version}
	}
	path, ok := strings.CutPrefix(text, "/")
	if !ok {
		return refgraph.Ref{Spec: text}
	}
	if s == slashAtStyle {
		name, version := npmspec.SplitName(path)
		return refgraph.Ref{Name: name, Spec: version}
	}
	return slashKey(path)
}

// slashKey reads name/1.2.3_peers or @scope/name/1.2.3_peers.
func slashKey(path string) refgraph.Ref {
	end := 0
	if strings.HasPrefix(path, "@") {
		end = strings.IndexByte(path, '/') + 1
	}
	slash := strings.IndexByte(path[end:], '/')
	if slash < 0 {
		return refgraph.Ref{Name: path}
	}
	return refgraph.Ref{Name: path[:end+slash], Spec: withoutSlashPeers(path[end+slash+1:])}
}

// withoutSlashPeers cuts the peers off a version of style 5, or of the locks just
// before it, which used a slash.
func withoutSlashPeers(version string) string {
	if at := strings.IndexAny(version, "_/"); at >= 0 {
		return version[:at]
	}
	return version
}

// dependency reads what stands beside a dependency's name: a version, or a key
// where the name is an alias or the package is not the registry's. It returns
// false for links to folders, which are no packages.
func (s style) dependency(name, text string) (refgraph.Ref, bool) {
	if text == "" || strings.HasPrefix(text, "link:") {
		return refgraph.Ref{}, false
	}
	if s != slashStyle {
		text = withoutPeers(text)
	}
	if s == atStyle {
		if isKey(text) {
			return s.key(text), true
		}
		return refgraph.Ref{Name: name, Spec: text}, true
	}
	if strings.Contains(text, "/") || strings.HasPrefix(text, "file:") {
		return s.key(text), true
	}
	if s == slashStyle {
		text = withoutSlashPeers(text)
	}
	return refgraph.Ref{Name: name, Spec: text}, true
}

// isKey tells name@version from a version, which may have an at sign only after a
// scheme: git+ssh://git@host/path.
func isKey(text string) bool {
	at := strings.IndexByte(text, '@')
	if at <= 0 {
		return at == 0
	}
	colon := strings.IndexByte(text, ':')
	return colon < 0 || at < colon
}

// withoutPeers cuts the groups in parentheses off the end.
func withoutPeers(text string) string {
	for strings.HasSuffix(text, ")") {
		depth, at := 0, len(text)-1
		for ; at >= 0; at-- {
			if text[at] == ')' {
				depth++
			}
			if text[at] == '(' {
				depth--
			}
			if depth == 0 {
				break
			}
		}
		if at <= 0 {
			return text
		}
		text = text[:at]
	}
	return text
}

// registryKey reads a key of the older styles that starts with a registry's host.
func (s style) registryKey(text string) (refgraph.Ref, bool) {
	_, path, ok := strings.Cut(text, "/")
	if !ok || strings.Contains(text, ":") {
		return refgraph.Ref{}, false
	}
	r := s.key("/" + path)
	return r, r.Name != "" && isVersion(r.Spec)
}

// isVersion tells a version from the other things that may stand in its place.
func isVersion(text string) bool {
	return text != "" && text[0] >= '0' && text[0] <= '9' && !strings.ContainsAny(text, "/:")
}
