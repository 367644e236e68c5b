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
	Maven                   // Maven and Gradle
	NuGet                   // SemVer with a fourth number, in any case
	Pub                     // SemVer; build metadata counts
	Hex                     // SemVer with Elixir's requirements
	Swift                   // SemVer with SwiftPM's requirements
	Julia                   // SemVer; build metadata counts
	Hackage                 // lists of numbers, the PVP
	CRAN                    // lists of numbers
	Opam                    // as dpkg, without epochs
	Conan                   // Conan 2
	Bitnami                 // SemVer and a revision behind it
	Actions                 // tags of GitHub Actions, which may move
	Dpkg                    // Debian, Ubuntu
	RPM                     // epoch:version-release
	APK                     // Alpine, Wolfi, Chainguard
)

var schemeNames = [...]string{ //nolint:gochecknoglobals // a table
	Fallback: "fallback", SemVer: "semver", NPM: "npm", PEP440: "pep440", Go: "go", Cargo: "cargo",
	RubyGems: "rubygems", Packagist: "packagist", Maven: "maven", NuGet: "nuget", Pub: "pub", Hex: "hex",
	Swift: "swift", Julia: "julia", Hackage: "hackage", CRAN: "cran", Opam: "opam", Conan: "conan",
	Bitnami: "bitnami", Actions: "actions", Dpkg: "dpkg", RPM: "rpm", APK: "apk",
}

// String returns the scheme's name.
func (s Scheme) String() string {
	if int(s) < len(schemeNames) {
		return schemeNames[s]
	}
	return schemeNames[Fallback]
}

// schemeOf maps OSV's ecosystems, and those that only Assay names, to schemes.
var schemeOf = map[string]Scheme{ //nolint:gochecknoglobals // a table
	purl.NPM: NPM, purl.PyPI: PEP440, purl.Go: Go, purl.Cargo: Cargo, purl.RubyGems: RubyGems,
	purl.Packagist: Packagist, purl.Maven: Maven, purl.NuGet: NuGet, purl.Pub: Pub, purl.Hex: Hex,
	purl.Hackage: Hackage, purl.CRAN: CRAN, purl.Julia: Julia, purl.Opam: Opam, purl.Conan: Conan,
	purl.Swift: Swift, purl.Actions: Actions, "Bitnami": Bitnami, "GHC": SemVer, "Bioconductor": CRAN,
	purl.CocoaPods: RubyGems, purl.JSR: NPM, // CocoaPods took Gem::Version, JSR npm's ranges

	"Debian": Dpkg, "Ubuntu": Dpkg,
	"Alpine": APK, "Wolfi": APK, "Chainguard": APK, "MinimOS": APK, "Alpaquita": APK, "BellSoft Hardened Containers": APK,
	"Red Hat": RPM, "AlmaLinux": RPM, "Rocky Linux": RPM, "SUSE": RPM, "openSUSE": RPM, "Photon OS": RPM,
	"Mageia": RPM, "openEuler": RPM, "Azure Linux": RPM,
}

// SchemeOf returns the scheme of an OSV ecosystem; what follows a colon, as in
// "Packagist:https://packages.example.org/8" or "Debian:12", does not matter.
func SchemeOf(ecosystem string) Scheme {
	name, _, _ := strings.Cut(ecosystem, ":")
	return schemeOf[name]
}

// MaxText is the longest version or single constraint bound that is read, in
// bytes. The longest one in a year of public advisories has 75.
const MaxText = 256

// Version is one version, read once. It is a small value that shares the text it
// was read from; the zero value is no version and compares with nothing.
type Version struct {
	text string
	// core is the dotted numbers, without prefix ("1.2.3"; Packagist: filled to
	// four), or the key of the schemes that have one.
	core string
	pre  string // SemVer schemes, RubyGems and Conan: the pre-release, without its hyphen or dot
	// ext is what core and pre cannot say: *pep440, *release, branch, build or moving.
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
	case SemVer, NPM, Go, Cargo, Hex:
		return v.readSemVer(text)
	case PEP440:
		return v.readPEP440(text)
	case RubyGems:
		return v.readGem(text)
	case Packagist:
		return v.readPackagist(text)
	case Maven:
		return v.readMaven(text)
	case NuGet:
		return v.readNuGet(text)
	case Pub, Julia:
		return v.readBuild(text)
	case Bitnami:
		return v.readBitnami(text)
	case Hackage, CRAN:
		return v.readNumbersOnly(text)
	case Conan:
		return v.readConan(text)
	case Swift, Actions:
		return v.readTag(text)
	}
	return v.readDistribution(text)
}

func (v *Version) readDistribution(text string) bool {
	switch v.scheme {
	case Opam:
		return v.readOpam(text)
	case Dpkg:
		return v.readDpkg(text)
	case RPM:
		return v.readRPM(text)
	case APK:
		return v.readAPK(text)
	}
	return v.readNatural(text)
}

// String returns the version as it was given.
func (v Version) String() string { return v.text }

// IsZero reports whether v is no version.
func (v Version) IsZero() bool { return v.text == "" }

// Compare returns -1, 0 or +1 as v sorts before, with or after w. Versions of
// different schemes, branches of different names, a tag that moves with what it
// may stand for and the zero version cannot be compared: an error of the kind
// errs.Invalid.
func (v Version) Compare(w Version) (int, error) {
	if v.scheme != w.scheme || v.text == "" || w.text == "" {
		return 0, incomparable(&v, &w)
	}
	switch v.scheme {
	case SemVer, NPM, Go, Cargo, NuGet, Hex, Swift:
		return compareSemVer(&v, &w), nil
	case PEP440:
		return comparePEP440(&v, &w), nil
	case RubyGems:
		return compareGems(&v, &w), nil
	case Packagist:
		return comparePackagist(&v, &w)
	case Pub, Julia, Bitnami:
		return compareBuilds(&v, &w), nil
	case Hackage, CRAN:
		return compareLists(v.core, w.core), nil
	case Actions:
		return compareTags(&v, &w)
	case Maven, Conan, Opam, Dpkg, RPM, APK: // by their keys
		return strings.Compare(v.core, w.core), nil
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
