package purl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/assay-sca/assay/internal/errs"
)

// Of returns the canonical package URL of a package; name is in the ecosystem's
// normal form, version may be empty. Components of one ecosystem, name, version
// and origin have one purl, and it is their identity.
func Of(ecosystem, name, version string, qualifiers map[string]string) string {
	kind := typeOf(ecosystem)
	name, subpath := subspec(ecosystem, name)
	if ecosystem == Maven {
		name = strings.Replace(name, ":", "/", 1) // the group is the namespace
	}
	if subpath == "" && len(qualifiers) == 0 && simple(name) && simple(version) && !strings.ContainsAny(version, "/@") {
		return join(kind, name, version)
	}
	namespace, base := split(name)
	p := packageurl.PackageURL{Type: kind, Namespace: namespace, Name: base, Version: version,
		Qualifiers: packageurl.QualifiersFromMap(qualifiers), Subpath: subpath}
	return p.ToString()
}

// subspec takes apart "Pod/Sub/Part": a part of a pod is a subpath of the pod's
// package URL, which is versioned and published as a whole.
func subspec(ecosystem, name string) (pod, subpath string) {
	if ecosystem != CocoaPods {
		return name, ""
	}
	pod, subpath, _ = strings.Cut(name, "/")
	return pod, subpath
}

// join writes the usual purl, in which nothing needs an escape but the "@" of
// npm scopes; a scan makes thousands of them.
func join(kind, name, version string) string {
	var b strings.Builder
	b.Grow(len("pkg:/@%40") + len(kind) + len(name) + len(version))
	b.WriteString("pkg:")
	b.WriteString(kind)
	b.WriteByte('/')
	if rest, ok := strings.CutPrefix(name, "@"); ok {
		b.WriteString("%40")
		name = rest
	}
	b.WriteString(name)
	if version != "" {
		b.WriteByte('@')
		b.WriteString(version)
	}
	return b.String()
}

// simple tells whether a name or version is written in a purl as it is: letters,
// digits, '.', '-', '_', '~' and inner slashes, after an optional "@".
func simple(s string) bool {
	s = strings.TrimPrefix(s, "@")
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_', c == '~':
		case c == '/' && i > 0 && i < len(s)-1 && s[i-1] != '/':
		default:
			return false
		}
	}
	return true
}

func split(name string) (namespace, base string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// Package is what a purl names, in our terms.
type Package struct {
	Ecosystem string
	Name      string // normalised
	Version   string // empty: any
}

// Parse reads a package URL of an ecosystem that Assay knows.
func Parse(text string) (Package, error) {
	p, err := packageurl.FromString(text)
	if err != nil {
		return Package{}, errs.E(errs.Invalid, "read package URL %q: %w", text, err)
	}
	for ecosystem, kind := range types { // each type is there once
		if kind != p.Type {
			continue
		}
		name := p.Name
		if p.Namespace != "" {
			name = p.Namespace + separator(ecosystem) + p.Name
		}
		if ecosystem == CocoaPods && p.Subpath != "" {
			name += "/" + p.Subpath
		}
		return Package{Ecosystem: ecosystem, Name: Normalize(ecosystem, name), Version: p.Version}, nil
	}
	return Package{}, errs.E(errs.Invalid, "package URL %q: the type %q is not known; known are the ecosystems %s",
		text, p.Type, strings.Join(Ecosystems(), ", "))
}

// separator stands between what a purl has as namespace and as name.
func separator(ecosystem string) string {
	if ecosystem == Maven {
		return ":"
	}
	return "/"
}

// Ecosystems lists the ecosystems for whose packages advisories are published, by
// OSV name.
func Ecosystems() []string {
	return []string{Cargo, Conan, CRAN, Actions, Go, Hackage, Hex, Julia, Maven, NuGet, NPM, Opam, Packagist, Pub, PyPI, RubyGems, Swift}
}

// Advised tells whether advisories are published for an ecosystem's packages: a
// database without any lacks something.
func Advised(ecosystem string) bool { return slices.Contains(Ecosystems(), ecosystem) }

// Rare tells of which ecosystems a source of advisories may have none: few are
// published.
func Rare(ecosystem string) bool {
	return slices.Contains([]string{Conan, CRAN, Actions, Hackage, Hex, Julia, Opam, Pub, Swift}, ecosystem)
}

// String writes a package for people: "npm lodash 4.17.20".
func (p Package) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", p.Ecosystem, p.Name, p.Version))
}

// Distributed is a package of an operating system, as a purl names it.
type Distributed struct {
	Vendor  string // the namespace: "debian", "alpine", "redhat"
	Name    string
	Version string // with the epoch, where the purl has it apart
	Distro  string // the qualifier: "debian-12", "bookworm"; empty: not told
}

// ParseDistributed reads a package URL of an operating system's package; ok is
// false for other types.
func ParseDistributed(text string) (d Distributed, ok bool) {
	p, err := packageurl.FromString(text)
	if err != nil || !slices.Contains([]string{"deb", "apk", "rpm", "alpm"}, p.Type) {
		return Distributed{}, false
	}
	qualifiers := p.Qualifiers.Map()
	d = Distributed{Vendor: p.Namespace, Name: p.Name, Version: p.Version, Distro: qualifiers["distro"]}
	if epoch := qualifiers["epoch"]; epoch != "" && d.Version != "" {
		d.Version = epoch + ":" + d.Version
	}
	return d, true
}
