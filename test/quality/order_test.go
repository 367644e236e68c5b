package quality

import (
	"cmp"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// order says how two versions of an ecosystem compare. Not ok means that one of
// them is no version of that ecosystem.
type order func(a, b string) (c int, ok bool)

// orderOf returns the order of an ecosystem's versions.
func orderOf(ecosystem string) order {
	switch ecosystem {
	case "PyPI":
		return comparePEP440
	case "RubyGems":
		return compareGem
	case "Packagist":
		return compareComposer
	case "Go":
		return compareGo
	case "Maven":
		return compareMaven
	case "NuGet":
		return compareNuGet
	case "Pub", "Julia":
		return compareBuilt
	case "Hackage":
		return compareLists(dotted)
	case "CRAN":
		return compareLists(dashed)
	case "opam":
		return compareOpam
	case "SwiftURL":
		return compareTags
	case "GitHub Actions":
		return compareActions
	}
	return compareSemVer
}

// compareDigits compares two strings of decimal digits of any length as numbers.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	return cmp.Compare(a, b)
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// remember keeps the results of f: the same bounds are read over and over.
func remember[V any](f func(string) V) func(string) V {
	var known sync.Map
	return func(s string) V {
		if v, ok := known.Load(s); ok {
			return v.(V)
		}
		v := f(s)
		known.Store(s, v)
		return v
	}
}

var semVerParts = remember(func(v string) []string { return semVer.FindStringSubmatch(v) })

var semVer = regexp.MustCompile(`^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$`)

// compareSemVer is semver.org 2.0.0, section 11. Advisories abbreviate ("0",
// "1.2"): missing numbers are zero. Build metadata do not count (section 10).
func compareSemVer(a, b string) (int, bool) {
	x, y := semVerParts(a), semVerParts(b)
	if x == nil || y == nil {
		return 0, false
	}
	for i := 1; i <= 3; i++ {
		if c := compareDigits(x[i], y[i]); c != 0 {
			return c, true
		}
	}
	return comparePreRelease(x[4], y[4]), true
}

func comparePreRelease(a, b string) int {
	if a == "" || b == "" { // none is later than any
		return cmp.Compare(b2i(a == ""), b2i(b == ""))
	}
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		p, q := x[i], y[i]
		var c int
		switch {
		case allDigits(p) && allDigits(q):
			c = compareDigits(p, q)
		case allDigits(p):
			c = -1
		case allDigits(q):
			c = 1
		default:
			c = cmp.Compare(p, q)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

var goRelease = regexp.MustCompile(`^(?:go)?(\d+\.\d+(?:\.\d+)?)(rc|beta)(\d+)$`)

// compareGo is the order of module versions, which is SemVer with a "v" before it;
// a toolchain's "1.21rc2" is SemVer's 1.21.0-rc.2 (the vulnerability database of Go
// writes it so).
func compareGo(a, b string) (int, bool) {
	return compareSemVer(goVersion(a), goVersion(b))
}

var goVersion = remember(goToSemVer)

func goToSemVer(v string) string {
	if m := goRelease.FindStringSubmatch(v); m != nil {
		if strings.Count(m[1], ".") == 1 {
			m[1] += ".0"
		}
		return m[1] + "-" + m[2] + "." + m[3]
	}
	return strings.TrimPrefix(strings.TrimPrefix(v, "go"), "v")
}

// ascending fails unless each version is less than all later ones, and each equal
// to its synonyms (parted by "=").
func ascending(t *testing.T, compare order, lines ...string) {
	t.Helper()
	for i, left := range lines {
		for j, right := range lines {
			for a := range strings.SplitSeq(left, "=") {
				for b := range strings.SplitSeq(right, "=") {
					got, ok := compare(a, b)
					if want := cmp.Compare(i, j); !ok || got != want {
						t.Errorf("compare(%q, %q) = %d, %t; want %d", a, b, got, ok, want)
					}
				}
			}
		}
	}
}

func TestSemVerOrder(t *testing.T) {
	t.Parallel()
	ascending(t, compareSemVer,
		"0=0.0=0.0.0+x", "0.9.9", "1.0.0-0", "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
		"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc.1-x", "1=1.0=1.0.0=1.0.0+build.5", "1.2.10",
		"1.10.0", "99999999999999999999999.0.0")
	ascending(t, compareGo,
		"v0.0.0-20180101000000-aaaaaaaaaaaa=0.0.0-20180101000000-aaaaaaaaaaaa", "v0.0.0-20190101000000-000000000000",
		"v1.0.1-0.20190101000000-000000000000", "v1.0.1-rc.1", "v1.0.1-rc.1.0.20190101000000-000000000000",
		"v1.0.1=v1.0.1+incompatible", "1.21.0-0", "1.21beta1", "1.21rc2=go1.21rc2=1.21.0-rc.2", "1.21.0=go1.21.0=1.21", "1.21.1")
	for _, bad := range []string{"", "x", "1.2.3.4", "1..2", "latest", "github:a/b#c"} {
		if _, ok := compareSemVer(bad, "1"); ok {
			t.Errorf("%q was taken for a version", bad)
		}
	}
}
