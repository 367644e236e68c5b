package quality

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mavenToken is one token of a Maven version with what stands before it. A change
// between letters and digits counts as a hyphen.
type mavenToken struct{ prefix, text string }

// compareMaven is "Version Order Specification" of Maven's POM reference, which
// takes every text for a version.
func compareMaven(a, b string) (int, bool) {
	x, y := mavenTokens(a), mavenTokens(b)
	for i := range max(len(x), len(y)) {
		p, q := mavenAt(x, y, i), mavenAt(y, x, i)
		if c := compareMavenTokens(p, q); c != 0 {
			return c, true
		}
	}
	return 0, true
}

// mavenAt is token i; the shorter of two versions is filled up with what is null
// behind the prefix that the other has there.
func mavenAt(of, other []mavenToken, i int) mavenToken {
	if i < len(of) {
		return of[i]
	}
	if other[i].prefix == "." && allDigits(other[i].text) {
		return mavenToken{".", "0"}
	}
	return mavenToken{"-", ""}
}

var mavenParts = regexp.MustCompile(`[.-]|[0-9]+|[^0-9.-]+`)

var mavenTokens = remember(func(v string) []mavenToken {
	var out []mavenToken
	prefix, open := "", true // open: a separator was last
	parts := mavenParts.FindAllString(strings.ToLower(v), -1)
	for i, part := range parts {
		if part == "." || part == "-" {
			if open { // an empty token is zero
				out = append(out, mavenToken{prefix, "0"})
			}
			prefix, open = part, true
			continue
		}
		if !open || !allDigits(part) { // ".qualifier" is "-qualifier"
			prefix = "-"
		}
		number := i+1 < len(parts) && allDigits(parts[i+1])
		out = append(out, mavenToken{prefix, mavenQualifier(part, number)})
		open = false
	}
	return trimMaven(out)
})

func mavenQualifier(s string, beforeNumber bool) string {
	if long := map[string]string{"a": "alpha", "b": "beta", "m": "milestone"}[s]; beforeNumber && long != "" {
		return long
	}
	switch s {
	case "ga", "final", "release":
		return ""
	case "cr":
		return "rc"
	}
	return s
}

// trimMaven takes away what is null at the end and before each hyphen.
func trimMaven(tokens []mavenToken) []mavenToken {
	for i := len(tokens) - 1; i >= 0; i-- {
		last := i == len(tokens)-1 || tokens[i+1].prefix == "-"
		if last && i > 0 && strings.Trim(tokens[i].text, "0") == "" {
			tokens = slices.Delete(tokens, i, i+1)
			i = len(tokens) // from the end again
		}
	}
	return tokens
}

func compareMavenTokens(a, b mavenToken) int {
	if allDigits(a.text) && allDigits(b.text) {
		if a.prefix != b.prefix && a.prefix != "" && b.prefix != "" { // "-1" is less than ".1"
			return cmp.Compare(b2i(a.prefix == "."), b2i(b.prefix == "."))
		}
		return compareDigits(a.text, b.text)
	}
	if allDigits(a.text) || allDigits(b.text) { // any qualifier is less than any number
		return cmp.Compare(b2i(allDigits(a.text)), b2i(allDigits(b.text)))
	}
	known := []string{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"}
	rank := func(s string) int {
		if i := slices.Index(known, s); i >= 0 {
			return i
		}
		return len(known)
	}
	return cmp.Or(cmp.Compare(rank(a.text), rank(b.text)), cmp.Compare(a.text, b.text))
}

func TestMavenOrder(t *testing.T) {
	t.Parallel()
	ascending(t, compareMaven,
		"1-alpha=1.0-a0=1-alpha-0", "1-alpha-1=1a1=1.0.alpha1", "1-beta-1=1b1", "1-beta-2", "1-m3=1.0-milestone-3", "1-rc=1-cr=1.0.0.CR",
		"1-rc-1=1.CR1", "1-rc-2", "1-snapshot=1-SNAPSHOT", "1=1.0=1.0.0=1-ga=1.final=1.0.RELEASE=1.0.0-0.0.0", "1-sp", "1-foo=1.0.0-foo.0.0",
		"1-foo-1", "1-foo-10", "1-jre", "1-1=1.0-1", "1.1-rc1", "1.1", "1.2", "1.10", "2.0.1-xyz", "2.0.1-123", "20250101")
}
