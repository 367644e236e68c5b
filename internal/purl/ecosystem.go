// Package purl holds the identity of packages: the ecosystems Assay knows, the
// naming rule of each (the only place where names are normalised) and package
// URLs. It knows no versions' order and no files.
package purl

import (
	"strings"
)

// The ecosystems, by their OSV names; those that OSV does not have are named
// after their purl types.
const (
	NPM       = "npm"
	PyPI      = "PyPI"
	Go        = "Go"
	Cargo     = "crates.io"
	RubyGems  = "RubyGems"
	Packagist = "Packagist"
	Maven     = "Maven"
	NuGet     = "NuGet"
	Pub       = "Pub"
	Hex       = "Hex"
	Hackage   = "Hackage"
	CRAN      = "CRAN"
	Julia     = "Julia"
	Opam      = "opam"
	Conan     = "ConanCenter"
	Swift     = "SwiftURL"
	Actions   = "GitHub Actions"

	CocoaPods = "cocoapods"
	Vcpkg     = "vcpkg"
	Nix       = "nix"
	Bazel     = "bazel"
	Terraform = "terraform"
	Docker    = "docker"
	JSR       = "jsr"
	CPAN      = "cpan"
	LuaRocks  = "luarocks"
	GitHub    = "github" // hooks of pre-commit and other code named by repository
)

// types maps each ecosystem to its purl type.
var types = map[string]string{ //nolint:gochecknoglobals // a table
	NPM: "npm", PyPI: "pypi", Go: "golang", Cargo: "cargo", RubyGems: "gem", Packagist: "composer",
	Maven: "maven", NuGet: "nuget", Pub: "pub", Hex: "hex", Hackage: "hackage", CRAN: "cran", Julia: "julia",
	Opam: "opam", Conan: "conan", Swift: "swift", Actions: "githubactions",
	CocoaPods: "cocoapods", Vcpkg: "vcpkg", Nix: "nix", Bazel: "bazel", Terraform: "terraform", Docker: "docker",
	JSR: "jsr", CPAN: "cpan", LuaRocks: "luarocks", GitHub: "github",
}

// typeOf maps an ecosystem to its purl type.
func typeOf(ecosystem string) string {
	if t, ok := types[ecosystem]; ok {
		return t
	}
	return "generic"
}

// Normalize returns name in the form that its ecosystem compares by.
func Normalize(ecosystem, name string) string {
	switch ecosystem {
	case PyPI:
		return normalizePyPI(name)
	case Packagist, NuGet, Actions, Hex, Pub, Conan, GitHub:
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
