package quality

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	gemVersion = regexp.MustCompile(`^\s*[0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\s*$`)
	gemSegment = regexp.MustCompile(`[0-9]+|[a-zA-Z]+`)
)

// compareGem is the documented order of Gem::Version: segments of digits or of
// letters, a word before any number, zeros at the end of the numbers and at the
// end of the rest dropped, a missing segment as zero, "-" as ".pre.".
func compareGem(a, b string) (int, bool) {
	x, y := gemParts(a), gemParts(b)
	if x == nil || y == nil {
		return 0, false
	}
	for i := range max(len(x), len(y)) {
		p, q := "0", "0"
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		var c int
		if allDigits(p) && allDigits(q) {
			c = compareDigits(p, q)
		} else if c = cmp.Compare(b2i(allDigits(p)), b2i(allDigits(q))); c == 0 {
			c = cmp.Compare(p, q)
		}
		if c != 0 {
			return c, true
		}
	}
	return 0, true
}

var gemParts = remember(gemSegments)

// gemSegments returns nil for what is no version.
func gemSegments(v string) []string {
	if !gemVersion.MatchString(v) {
		return nil
	}
	all := gemSegment.FindAllString(strings.ReplaceAll(v, "-", ".pre."), -1)
	word := slices.IndexFunc(all, func(s string) bool { return !allDigits(s) })
	if word < 0 {
		return append([]string{}, dropZeros(all)...)
	}
	return slices.Concat(dropZeros(all[:word]), dropZeros(all[word:]))
}

func dropZeros(s []string) []string {
	for len(s) > 0 && strings.Trim(s[len(s)-1], "0") == "" {
		s = s[:len(s)-1]
	}
	return s
}

func TestGemOrder(t *testing.T) {
	t.Parallel()
	ascending(t, compareGem,
		"0=0.0=0.0.0", "0.9", "1.0.a=1.a=1.0.a.0", "1.0.a.2", "1.0.a10", "1.0.b1", "1.0.0.pre=1.pre", "1.0.0-1=1.0.0.pre.1", "1.0.0.rc1=1.0.rc.1",
		"1=1.0=1.0.0", "1.0.0.1", "1.8.2.a=1.8.2a", "1.8.2.a9", "1.8.2.a10", "1.8.2", "1.10")
	for _, bad := range []string{"junk", "1.2.3+x", "1..2", "~> 1"} {
		if _, ok := compareGem(bad, "1"); ok {
			t.Errorf("%q was taken for a version", bad)
		}
	}
}
