// Package version orders the versions of each ecosystem and says which versions
// a declared constraint or an advisory's range covers. It knows no advisories,
// no files and no package names.
//
// The order is total within a scheme: whatever compares without an error is
// reflexive, antisymmetric and transitive, because each version has one reading
// and each scheme one comparison. A text that has no sure reading ("latest",
// "1.x", "workspace:*") is refused, so that the caller can say that it was not
// compared instead of comparing a guess.
package version

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
)

// Scheme says by which rules a version is read and ordered.
type Scheme uint8

// The schemes.
const (
	Fallback  Scheme = iota // runs of digits and of letters in natural order
	SemVer                  // semver.org 2.0.0, partial versions allowed
	NPM                     // node-semver
	PEP440                  // Python; older versions sort below all others
	Go                      // module versions, and the toolchain's own ("1.21rc2")
	Cargo                   // SemVer with Cargo's requirements
	RubyGems                // Gem::Version
	Packagist               // Composer
)

// String returns the scheme's name.
func (s Scheme) String() string {
	switch s {
	case SemVer:
		return "semver"
	case NPM:
		return "npm"
	case PEP440:
		return "pep440"
	case Go:
		return "go"
	case Cargo:
		return "cargo"
	case RubyGems:
		return "rubygems"
	case Packagist:
		return "packagist"
	}
	return "fallback"
}

// SchemeOf returns the scheme of an OSV ecosystem; what follows a colon, as in
// "Packagist:https://packages.example.org/8", does not matter.
func SchemeOf(ecosystem string) Scheme {
	name, _, _ := strings.Cut(ecosystem, ":")
	switch name {
	case purl.NPM:
		return NPM
	case purl.PyPI:
		return PEP440
	case purl.Go:
		return Go
	case purl.Cargo:
		return Cargo
	case purl.RubyGems:
		return RubyGems
	case purl.Packagist:
		return Packagist
	}
	return Fallback
}

// MaxText is the longest version or single constraint bound that is read, in
// bytes. The longest one in a year of public advisories has 75.
const MaxText = 256

// Version is one version, read once. It is a small value that shares the text it
// was read from; the zero value is no version and compares with nothing.
type Version struct {
	text string
	core string // the dotted numbers, without prefix ("1.2.3"); Packagist: filled to four
	pre  string // SemVer schemes and RubyGems: the pre-release, without its hyphen or dot
	// ext is what core and pre cannot say: *pep440, *release or branch.
	ext    any
	scheme Scheme
}

// Parse reads a version by a scheme's rules, surrounding blanks ignored. The
// error's kind is errs.Invalid, for a text over MaxText bytes too.
func Parse(s Scheme, text string) (Version, error) {
	if len(text) > MaxText {
		return Version{}, errs.E(errs.Invalid, "%s version of %d bytes: over the limit of %d", s, len(text), MaxText)
	}
	v := Version{text: text, scheme: s}
	if !v.read(trimBlanks(text)) {
		return Version{}, errs.E(errs.Invalid, "not a %s version: %q", s, text)
	}
	return v, nil
}

func (v *Version) read(text string) bool {
	if text == "" {
		return false
	}
	switch v.scheme {
	case SemVer, NPM, Go, Cargo:
		return v.readSemVer(text)
	case PEP440:
		return v.readPEP440(text)
	case RubyGems:
		return v.readGem(text)
	case Packagist:
		return v.readPackagist(text)
	}
	return v.readNatural(text)
}

// String returns the version as it was given.
func (v Version) String() string { return v.text }

// IsZero reports whether v is no version.
func (v Version) IsZero() bool { return v.text == "" }

// Compare returns -1, 0 or +1 as v sorts before, with or after w. Versions of
// different schemes, branches of different names and the zero version cannot be
// compared: an error of the kind errs.Invalid.
func (v Version) Compare(w Version) (int, error) {
	if v.scheme != w.scheme || v.text == "" || w.text == "" {
		return 0, incomparable(&v, &w)
	}
	switch v.scheme {
	case SemVer, NPM, Go, Cargo:
		return compareSemVer(&v, &w), nil
	case PEP440:
		return comparePEP440(&v, &w), nil
	case RubyGems:
		return compareGems(&v, &w), nil
	case Packagist:
		return comparePackagist(&v, &w)
	}
	return compareNatural(v.core, w.core), nil
}

func incomparable(v, w *Version) error {
	return errs.E(errs.Invalid, "not comparable: %s %q and %s %q", v.scheme, v.text, w.scheme, w.text)
}

// Compare parses a and b by a scheme and compares them.
func Compare(s Scheme, a, b string) (int, error) {
	v, err := Parse(s, a)
	if err != nil {
		return 0, err
	}
	w, err := Parse(s, b)
	if err != nil {
		return 0, err
	}
	return v.Compare(w)
}
