package quality

import (
	"cmp"
	"regexp"
	"strings"
	"testing"
)

var (
	composerRelease = regexp.MustCompile(`^(?i)v?(\d{1,5})(\.\d+)?(\.\d+)?(\.\d+)?` +
		`(?:[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+)*)?)?([.-]?dev)?)?$`)
	composerBranch = regexp.MustCompile(`^(?i)v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?[.-]dev$`)
	phpBoundary    = regexp.MustCompile(`(\d)([^\d.])|([^\d.])(\d)`)
)

// compareComposer normalises both versions as Composer does and compares them by
// the documented rules of PHP's version_compare. A named branch (dev-main) has no
// place in that order.
func compareComposer(a, b string) (int, bool) {
	x, y := composerParts(a), composerParts(b)
	if x == nil || y == nil {
		return 0, false
	}
	return compareLikePHP(x, y), true
}

var composerParts = remember(func(v string) []string {
	if n, ok := normalizeComposer(v); ok {
		return phpParts(n)
	}
	return nil
})

func normalizeComposer(v string) (string, bool) {
	v, _, _ = strings.Cut(strings.TrimSpace(v), "+")
	if m := composerRelease.FindStringSubmatch(v); m != nil {
		n := m[1]
		for _, part := range m[2:5] {
			if part == "" {
				part = ".0"
			}
			n += part
		}
		if s := composerStability(m[5]); s != "" {
			n += "-" + s + strings.TrimLeft(m[6], ".-")
		}
		if m[7] != "" {
			n += "-dev"
		}
		return n, true
	}
	m := composerBranch.FindStringSubmatch(v)
	if m == nil {
		return "", false
	}
	n := m[1]
	for _, part := range m[2:5] {
		if !allDigits(part) {
			part = "9999999"
		}
		n += "." + part
	}
	return n + "-dev", true
}

func composerStability(s string) string {
	switch strings.ToLower(s) {
	case "a", "alpha":
		return "alpha"
	case "b", "beta":
		return "beta"
	case "p", "pl", "patch":
		return "patch"
	case "rc":
		return "RC"
	}
	return ""
}

// compareLikePHP is version_compare: "-", "_" and "+" are dots, dots also stand
// between numbers and words, parts are compared from left to right, and unknown
// words < dev < alpha < beta < RC < numbers < pl.
func compareLikePHP(x, y []string) int {
	for i := range max(len(x), len(y)) {
		c := 0
		switch {
		case i >= len(y):
			c = phpMore(x[i])
		case i >= len(x):
			c = -phpMore(y[i])
		case allDigits(x[i]) && allDigits(y[i]):
			c = compareDigits(x[i], y[i])
		default:
			c = cmp.Compare(phpRank(x[i]), phpRank(y[i]))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// phpMore is how a version that goes on with part compares to one that has ended.
func phpMore(part string) int {
	if allDigits(part) {
		return 1
	}
	return cmp.Compare(phpRank(part), phpRank("1"))
}

func phpParts(v string) []string {
	v = strings.NewReplacer("-", ".", "_", ".", "+", ".").Replace(v)
	for phpBoundary.MatchString(v) {
		v = phpBoundary.ReplaceAllString(v, "$1$3.$2$4")
	}
	return strings.Split(v, ".")
}

func phpRank(part string) int {
	if allDigits(part) {
		return 5
	}
	for i, word := range []string{"dev", "a", "b", "rc"} {
		if strings.HasPrefix(strings.ToLower(part), word) {
			return i + 1
		}
	}
	if strings.HasPrefix(part, "p") {
		return 6
	}
	return 0
}

func TestComposerOrder(t *testing.T) {
	t.Parallel()
	ascending(t, compareComposer,
		"0=v0.0", "1.0.0-dev", "1.0.0-alpha1=1.0a1=1.0.0.alpha.1", "1.0.0-alpha2", "1.0.0-alpha10", "1.0.0-beta1=1.0b1", "1.0.0-RC1=1.0.0-rc1", "1.0.0-RC2",
		"1.0.0=v1.0=1=1.0.0.0=1.0.0-stable=1.0.0+build", "1.0.0-patch1=1.0.0-p1=1.0.0-pl1", "1.0.0-p2", "1.0.0.1", "1.0.1",
		"1.0.x-dev", "1.9", "1.10", "1.x-dev", "4.3alpha1", "4.3beta2", "4.3")
	for _, bad := range []string{"", "dev-main", "main", "x"} {
		if _, ok := normalizeComposer(bad); ok {
			t.Errorf("%q was taken for a version", bad)
		}
	}
}
