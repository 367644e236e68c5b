// Package purl holds the identity of packages: the ecosystems Assay knows, the
// naming rule of each (the only place where names are normalised) and package
// URLs. It knows no versions' order and no files.
package purl

import (
	"strings"
)

// The ecosystems, by their OSV names.
const (
	NPM       = "npm"
	PyPI      = "PyPI"
	Go        = "Go"
	Cargo     = "crates.io"
	RubyGems  = "RubyGems"
	Packagist = "Packagist"
)

// typeOf maps an ecosystem to its purl type.
func typeOf(ecosystem string) string {
	switch ecosystem {
	case NPM:
		return "npm"
	case PyPI:
		return "pypi"
	case Go:
		return "golang"
	case Cargo:
		return "cargo"
	case RubyGems:
		return "gem"
	case Packagist:
		return "composer"
	}
	return "generic"
}

// Normalize returns name in the form that its ecosystem compares by.
func Normalize(ecosystem, name string) string {
	switch ecosystem {
	case PyPI:
		return normalizePyPI(name)
	case Packagist:
		return strings.ToLower(name)
	}
	return name
}

// normalizePyPI lowers the name and turns each run of '-', '_' and '.' into one
// '-': the rule of PEP 503.
func normalizePyPI(name string) string {
	if isNormalPyPI(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	separator := false
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '-' || c == '_' || c == '.':
			separator = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if separator {
			b.WriteByte('-')
			separator = false
		}
		b.WriteByte(c)
	}
	if separator {
		b.WriteByte('-')
	}
	return b.String()
}

func isNormalPyPI(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c == '_' || c == '.' || 'A' <= c && c <= 'Z' {
			return false
		}
		if c == '-' && i+1 < len(name) && name[i+1] == '-' {
			return false
		}
	}
	return true
}
