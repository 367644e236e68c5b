// Package imageref reads the names of container images,
// "registry/name:tag@digest".
package imageref

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/purl"
)

// Package makes a package of an image's name. It is false for what cannot be
// one.
func Package(ref string) (extract.Package, bool) {
	name, digest, hasDigest := strings.Cut(ref, "@")
	p := extract.Package{Ecosystem: purl.Docker, Name: name, Declared: []string{ref}}
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		p.Name, p.Version = name[:colon], name[colon+1:]
	}
	if hasDigest {
		p.Integrity = []string{digest}
	}
	if p.Name == "" || strings.ContainsAny(p.Name, " \t\"'{}$<>\\") || hasDigest && !strings.Contains(digest, ":") {
		return p, false
	}
	return p, !strings.HasPrefix(p.Name, "/") && !strings.HasSuffix(p.Name, "/")
}
