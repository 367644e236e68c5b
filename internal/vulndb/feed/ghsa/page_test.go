package ghsa

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
)

// TestRanges holds what a range becomes against the range itself, at and beside
// every bound. With a patched version it may last longer, until that.
func TestRanges(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, patched string }{
		{">= 1.0, < 1.2", "1.2"}, {"< 2.3.4", ""}, {"<= 2.3.4", ""}, {"<= 2.3.4", "2.3.5"}, {"<= 2.3.4", "1.9.9"}, {"= 1.0.0", "1.0.1"}, {"> 1.0, <= 1.5", "1.6.0"},
		{"> 1.0", ""}, {">= 1.0", ""}, {">= 0", ""}, {"", ""}, {">=1.0.0-beta.1,<1.0.0", "1.0.0"}, {"> 1, < 3", "2"},
	}
	for _, test := range tests {
		f := advisory.Affected{Ecosystem: purl.NPM}
		if err := readRange(&f, test.text, test.patched); err != nil {
			t.Fatalf("%q: %v", test.text, err)
		}
		// "0" is before every version, as in the OSV schema.
		c, err := version.ParseConstraint(version.SemVer, strings.TrimPrefix(test.text, ">= 0"))
		if err != nil {
			t.Fatal(err)
		}
		words := strings.FieldsFunc(test.text+" "+test.patched, func(r rune) bool { return strings.ContainsRune("<>=, ", r) })
		for _, word := range append(words, "0", "99") {
			for _, tail := range []string{"", ".0", ".1", "-rc.1", ".0-rc.1"} {
				at, err := version.Parse(version.SemVer, word+tail)
				if err != nil {
					continue
				}
				want, err := c.Contains(at)
				if err != nil {
					t.Fatal(err)
				}
				if got := inside(t, &f, at); got != want && !(got && between(at, test.text, test.patched)) {
					t.Errorf("%q, patched in %q: %s is affected: %t, want %t", test.text, test.patched, at, got, want)
				}
			}
		}
	}
}

func inside(t *testing.T, f *advisory.Affected, at version.Version) bool {
	t.Helper()
	for _, i := range f.Intervals(version.SemVer) {
		b, err := i.Bounds(version.SemVer)
		if err != nil {
			t.Fatal(err)
		}
		if in, err := b.Contains(at); err != nil || in {
			return in
		}
	}
	return false
}

// between tells whether v lies behind an inclusive end and before what is patched.
func between(v version.Version, text, patched string) bool {
	_, last, ok := strings.Cut(text, "<=")
	if !ok || patched == "" {
		return false
	}
	a, err := version.Compare(version.SemVer, strings.TrimSpace(last), v.String())
	b, err2 := version.Compare(version.SemVer, v.String(), patched)
	return err == nil && err2 == nil && a < 0 && b < 0
}

func TestRangeFaults(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1.0", "~> 1.0", "< 1.0, < 2.0", "= 1.0, = 2.0", "<", ">= 1.0 < 2.0", ",", "> 1, ^2", strings.Repeat("<1,", 200)} {
		if err := readRange(&advisory.Affected{}, text, ""); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
