package version

import (
	"testing"
)

var seeds = [...]string{
	"", "1", "1.2.3", "v1.2.3-rc.1+build", "1!2.0a1.post2.dev3+local.4", "2.0.x-dev", "dev-main as 1.0@dev",
	"go1.21rc2", "1.0.0--1", "v0.0.0-20180101000000-abcdefabcdef", "99999999999999999999.0", "1.0-1",
	"20100102-203040-p1", "1.2..dev", "2004d", "^1.2 || ~3", "~=1.4.5,!=1.5.*", "1 - 2", ">= 1, < 2", "~> 1.0.a", "*", "1.x",
	"1.0-alpha-1-SNAPSHOT", "1-1.foo-bar-1-baz-0.1", "1.final.1", "[1.0,2.0),(2.1,)", "]1.0,2.0[", "1.2.+", "1.*-*", "1.0.0-rc*",
	"1:1.0~rc1+dfsg-1.6~deb12u13", "2:1.14.5-3.module_el8.10.0+3901", "1.0~^git1-2", "1.9.4p2_rc1_p3~0f3c-r4", "1.010",
	"^>= { 1.2.0, 2.0.0 } || (>1 && <2)", "{with-test & (>= \"1.0\" | < \"2~\")}", "~> 1.0 and != 1.5.0 or >= 3.0.0",
	"\"1.0.0\"..<\"2.0.0\"", ".upToNextMinor(from: \"1.2.0\")", "1.2.3 - 4.5, =0.1", "[>=1.0 <2 || ^3.1, include_prerelease]",
	"v4", "v4.1", "1.1.1w", "cci.20200203", "1.2.3-rc1-4", "1.14.5+0", "(((((((1)))))))", "0.0.0.0.0",
	"^", "||", ",", "===x", "-", "@dev", "dev-a#b", "1.0.0-" + "a.a.a.a.a.a.a.a",
}

func FuzzParse(f *testing.F) {
	for i, text := range seeds {
		f.Add(uint8(i), text)
	}
	f.Fuzz(func(t *testing.T, scheme uint8, text string) {
		s := schemes[int(scheme)%len(schemes)]
		v, err := Parse(s, text)
		if err != nil {
			return
		}
		if v.String() != text || v.IsZero() {
			t.Errorf("%q became %q", text, v)
		}
		if c, err := v.Compare(v); c != 0 || err != nil {
			t.Errorf("%s: Compare(%q, itself) = %d, %v", s, text, c, err)
		}
	})
}

// FuzzCompare checks three versions against the order's laws, and each pair
// against the libraries.
func FuzzCompare(f *testing.F) {
	for i, text := range seeds {
		f.Add(uint8(i), text, seeds[(i+1)%len(seeds)], seeds[(i+5)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, scheme uint8, a, b, c string) {
		s := schemes[int(scheme)%len(schemes)]
		var versions []Version
		for _, text := range []string{a, b, c} {
			v, err := Parse(s, text)
			if err != nil {
				return
			}
			versions = append(versions, v)
		}
		var signs [3][3]int
		for i, v := range versions {
			for j, w := range versions {
				got, err := v.Compare(w)
				if err != nil {
					return
				}
				signs[i][j] = got
				if s != Fallback {
					checkLibraries(t, v, w)
				}
			}
		}
		for i := range 3 {
			for j := range 3 {
				if signs[i][j] != -signs[j][i] {
					t.Errorf("%s: asymmetric: %q, %q", s, versions[i], versions[j])
				}
				for k := range 3 {
					if signs[i][j] <= 0 && signs[j][k] <= 0 && signs[i][k] != max(-1, signs[i][j]+signs[j][k]) {
						t.Errorf("%s: intransitive: %q, %q, %q", s, versions[i], versions[j], versions[k])
					}
				}
			}
		}
	})
}

func FuzzConstraint(f *testing.F) {
	for i, text := range seeds {
		f.Add(uint8(i), text, seeds[(i+3)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, scheme uint8, text, version string) {
		s := schemes[int(scheme)%len(schemes)]
		c, err := ParseConstraint(s, text)
		if err != nil {
			return
		}
		if c.String() != text {
			t.Errorf("%q became %q", text, c)
		}
		v, err := Parse(s, version)
		if err != nil {
			return
		}
		if ok, err := c.Contains(v); ok && err != nil {
			t.Errorf("%s: %q contains %q and %v", s, text, version, err)
		}
	})
}
