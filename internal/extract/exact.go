package extract

import (
	"strings"

	"github.com/assay-sca/assay/internal/purl"
)

// exact returns the version that a constraint pins, or "": each ecosystem has
// its own way to write one.
func exact(ecosystem, constraint string) string {
	c := strings.TrimSpace(constraint)
	switch ecosystem {
	case purl.Maven:
		return exactMaven(c)
	case purl.Opam:
		return exactOpam(c)
	case purl.Conan:
		return exactConan(c)
	}
	c, pinned := unequalled(ecosystem, c)
	c = strings.TrimSpace(c)
	if !pinned || !isVersion(c) && (ecosystem != purl.CPAN || !isVersion(strings.TrimPrefix(c, "v"))) {
		return ""
	}
	core, _, _ := strings.Cut(c, "-")
	core, _, _ = strings.Cut(core, "+")
	if strings.ContainsAny(core, "xX") || strings.Count(core, ".") < leastDots(ecosystem) {
		return "" // "1.x", "1.2" where that is a range
	}
	return c
}

// unequalled takes off what an ecosystem writes around a version that nothing but
// it will do for. It is false for what is no such constraint.
func unequalled(ecosystem, c string) (version string, pinned bool) {
	switch ecosystem {
	case purl.PyPI, purl.LuaRocks:
		return strings.TrimPrefix(strings.TrimPrefix(c, "=="), "="), true
	case purl.Hex:
		return strings.TrimPrefix(c, "=="), true
	case purl.RubyGems, purl.CocoaPods:
		return strings.TrimPrefix(c, "="), true
	case purl.NPM, purl.Packagist:
		return strings.TrimPrefix(strings.TrimPrefix(c, "="), "v"), true
	case purl.Cargo, purl.Julia:
		return strings.CutPrefix(c, "=") // a bare version is a caret range
	case purl.Hackage, purl.CRAN, purl.CPAN:
		return strings.CutPrefix(c, "==") // a bare version is the least, or nothing at all
	case purl.NuGet:
		return unwrapped(c, "[", "]"), true
	case purl.Swift:
		// Package.swift's exact: "1.2.3" is declared bare, a Cartfile has == 1.2
		// and "1.2" for the tag.
		return strings.TrimPrefix(unwrapped(strings.TrimPrefix(c, "=="), `"`, `"`), "v"), true
	case purl.Vcpkg:
		c, _, _ = strings.Cut(c, "#") // the port's own version
	}
	return c, true
}

func unwrapped(c, open, closing string) string {
	if len(c) > 1 && strings.HasPrefix(c, open) && strings.HasSuffix(c, closing) {
		return c[1 : len(c)-1]
	}
	return c
}

// isVersion tells one version from ranges and from names of branches.
func isVersion(c string) bool {
	return c != "" && c[0] >= '0' && c[0] <= '9' && !strings.ContainsAny(c, " *<>=~^|,@\"'()[]{}$\\")
}

// leastDots is how many dots a version has at least that is no range.
func leastDots(ecosystem string) int {
	switch ecosystem {
	case purl.NPM, purl.Cargo, purl.Pub, purl.Hex:
		return 2
	}
	return 0
}

// exactConan returns the version of "name/version", which may begin with a
// letter; ranges stand in brackets.
func exactConan(c string) string {
	other := func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		return !letter && !('0' <= r && r <= '9') && !strings.ContainsRune("-_+.", r)
	}
	if strings.ContainsFunc(c, other) {
		return ""
	}
	return c
}
