package quality

import (
	"cmp"
	"regexp"
	"strings"
	"testing"
)

var nuGet = regexp.MustCompile(`^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$`)

var nuGetParts = remember(func(v string) []string { return nuGet.FindStringSubmatch(strings.ToLower(v)) })

// compareNuGet is SemVer with up to four numbers and labels whose case does not
// count ("Package versioning" in NuGet's documentation).
func compareNuGet(a, b string) (int, bool) {
	x, y := nuGetParts(a), nuGetParts(b)
	if x == nil || y == nil {
		return 0, false
	}
	for i := 1; i <= 4; i++ {
		if c := compareDigits(x[i], y[i]); c != 0 {
			return c, true
		}
	}
	return comparePreRelease(x[5], y[5]), true
}

// compareBuilt is SemVer with an order among builds as well, none being the
// least: that of Dart's pub_semver and of Julia's VersionNumber.
func compareBuilt(a, b string) (int, bool) {
	c, ok := compareSemVer(a, b)
	if c != 0 || !ok {
		return c, ok
	}
	x, y := semVerParts(a)[5], semVerParts(b)[5]
	if x == "" || y == "" {
		return cmp.Compare(b2i(x != ""), b2i(y != "")), true
	}
	return comparePreRelease(x, y), true
}

var (
	dotted = regexp.MustCompile(`^\d+(\.\d+)*$`)
	dashed = regexp.MustCompile(`^\d+([.-]\d+)*$`)
)

// compareLists returns an order of versions that are lists of numbers, of which
// the one that goes on is the later.
func compareLists(shape *regexp.Regexp) order {
	return func(a, b string) (int, bool) {
		if !shape.MatchString(a) || !shape.MatchString(b) {
			return 0, false
		}
		x := strings.Split(strings.ReplaceAll(a, "-", "."), ".")
		y := strings.Split(strings.ReplaceAll(b, "-", "."), ".")
		for i := range min(len(x), len(y)) {
			if c := compareDigits(x[i], y[i]); c != 0 {
				return c, true
			}
		}
		return cmp.Compare(len(x), len(y)), true
	}
}

var opamParts = regexp.MustCompile(`\d+|\D+`)

// compareOpam is the order of opam's manual, which is Debian's: numbers and what
// is between them in turn, of which "~" comes before all, even the end, and
// letters come before the rest.
func compareOpam(a, b string) (int, bool) {
	x, y := opamParts.FindAllString(a, -1), opamParts.FindAllString(b, -1)
	if a == "" || b == "" {
		return 0, false
	}
	next := func(parts *[]string, digits bool) string {
		if len(*parts) == 0 || allDigits((*parts)[0]) != digits {
			return ""
		}
		first := (*parts)[0]
		*parts = (*parts)[1:]
		return first
	}
	for digits := false; len(x)+len(y) > 0; digits = !digits {
		p, q := next(&x, digits), next(&y, digits)
		c := compareDigits(p, q)
		if !digits {
			c = cmp.Compare(opamText(p), opamText(q))
		}
		if c != 0 {
			return c, true
		}
	}
	return 0, true
}

// opamText writes s so that the order of bytes is that of opam.
func opamText(s string) string {
	out := []byte{}
	for _, c := range []byte(s) {
		switch {
		case c == '~':
			out = append(out, 0)
		case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
			out = append(out, 2, c)
		default:
			out = append(out, 3, c)
		}
	}
	return string(append(out, 1))
}

// compareTags is SemVer with a "v" before it, as of the tags of repositories.
func compareTags(a, b string) (int, bool) {
	return compareSemVer(strings.TrimPrefix(a, "v"), strings.TrimPrefix(b, "v"))
}

// compareActions knows that a tag such as v4 moves with the releases of its line:
// it is before what comes behind the line and behind what comes before it; of the
// line's own releases only the first is surely not behind it.
func compareActions(a, b string) (int, bool) {
	if !movingTag.MatchString(a) {
		return compareTags(a, b)
	}
	if line := strings.TrimPrefix(a, "v"); b == line || strings.HasPrefix(b, line+".") {
		return 0, strings.Trim(b[len(line):], ".0") == ""
	}
	return compareTags(a, b)
}

var movingTag = regexp.MustCompile(`^v\d+(\.\d+)?$`)

func TestOtherOrders(t *testing.T) {
	t.Parallel()
	ascending(t, compareNuGet, "1.0.0-1", "1.0.0-alpha=1-ALPHA=1.0.0.0-Alpha+x", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-alpha2", "1.0.0-beta",
		"1=1.0=1.0.0=1.0.0.0=1.00.0+meta", "1.0.0.1", "1.0.1", "1.05.374.54=1.5.374.54", "1.5.375")
	ascending(t, compareBuilt, "1.0.0-dev.2", "1.0.0-dev.10", "1.0.0", "1.0.0+0", "1.0.0+1", "1.0.0+10", "1.0.0+a", "1.0.1-rc+1", "1.0.1")
	ascending(t, compareLists(dotted), "0", "0.1", "0.1.0", "0.1.0.0", "0.2=0.02", "0.10", "1")
	ascending(t, compareLists(dashed), "0.1", "0.1-3=0.1.3", "0.1-10", "0.1-10.1", "0.2")
	ascending(t, compareOpam, "~~", "~~a", "~", "0", "1.0~beta2", "1.0~beta10", "1.0", "1.0a", "1.0+1", "1.0-1", "1.0.0", "1.2=1.02", "1.10")
	ascending(t, compareTags, "v1.0.0-rc.1", "v1=1.0=v1.0.0", "1.0.1", "v2")
}
