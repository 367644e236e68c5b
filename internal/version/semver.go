package version

import "strings"

// The SemVer schemes are read here and not by a library, for each of the two at
// hand fails on what real lockfiles hold:
//   - deps.dev/util/semver refuses "1.2.3" for Go and "v1.2.3" for Cargo, has no
//     number above 2^63-2 (so that "1.0.0-9223372036854775808" sorts as a word),
//     takes the identifier "-1" of "1.0.0--1" for a number, which by SemVer is a
//     word, and allocates in every comparison of words (each pseudo-version);
//   - osv-scalibr refuses nothing ("latest" is 0.0.0 of the pre-release
//     "latest"), takes the fourth number of "1.2.3.4" for a pre-release, "-1" for
//     a number too, and allocates for every number compared.
//
// Where both accept both sides, tests hold this order to theirs.

// readSemVer reads a version of a SemVer scheme. Beyond the specification it
// takes what the ecosystems' own tools or OSV records let through: one, two or
// more than three numbers, leading zeros, a leading "v", and a pre-release
// without its hyphen ("1.0.0rc1", "1.0.0.Beta2").
func (v *Version) readSemVer(text string) bool {
	text = v.trimPrefix(text)
	n := dotted(text)
	if n == 0 {
		return false
	}
	v.core = text[:n]
	rest, build, hasBuild := strings.Cut(text[n:], "+")
	if hasBuild && !isIdentifiers(build) {
		return false
	}
	if rest == "" {
		return true
	}
	return v.readPre(rest)
}

func (v *Version) trimPrefix(text string) string {
	switch v.scheme {
	case NPM: // node-semver's loose reading: any of "v", "=" and blanks
		return strings.TrimLeft(text, "v= \t")
	case Go:
		if rest, ok := strings.CutPrefix(text, "go"); ok {
			// "go1.21.3-custom" and "go1.21.3 X:experiment" are builds of 1.21.3.
			if i := strings.IndexAny(rest, "- "); i >= 0 {
				rest = rest[:i]
			}
			return rest
		}
	}
	if text[0] == 'v' || text[0] == 'V' {
		return text[1:]
	}
	return text
}

// readPre reads what stands between the numbers and the build metadata.
func (v *Version) readPre(rest string) bool {
	switch c := rest[0]; {
	case c == '-':
		v.pre = rest[1:]
	case c == '.' || c == '_':
		// "1.0.0.Final" and "1.0.0_rc1" are sloppy pre-releases, "1.0.x" is none.
		v.pre = rest[1:]
		if v.pre == "" || !isLetter(v.pre[0]) || isWild(v.pre) {
			return false
		}
	case isLetter(c) && !isWild(rest):
		v.pre = rest
		if v.scheme == Go {
			v.pre = splitRun(rest)
		}
	default:
		return false
	}
	return isIdentifiers(v.pre)
}

// splitRun turns the toolchain's "rc10" into "rc.10", so that it sorts behind
// "rc.2" by SemVer's rules; "1.21rc2" also sorts behind OSV's "1.21.0-0".
func splitRun(pre string) string {
	i := 0
	for i < len(pre) && isLetter(pre[i]) {
		i++
	}
	if allDigits(pre[i:]) {
		return pre[:i] + "." + pre[i:]
	}
	return pre
}

// isWild reports whether s starts with a wildcard component.
func isWild(s string) bool {
	return (s[0] == 'x' || s[0] == 'X') && (len(s) == 1 || s[1] == '.' || s[1] == '-')
}

// isIdentifiers reports whether s is a dotted list of words, none empty.
func isIdentifiers(s string) bool {
	last := byte('.')
	for i := range len(s) {
		c := s[i]
		switch {
		case isDigit(c) || isLetter(c) || c == '-' || c == '_':
		case c == '.' && last != '.':
		default:
			return false
		}
		last = c
	}
	return last != '.'
}

// compareSemVer orders by SemVer 2.0.0, section 11. Build metadata does not count.
func compareSemVer(v, w *Version) int {
	if c := compareDotted(v.core, w.core); c != 0 {
		return c
	}
	return comparePre(v.pre, w.pre)
}

func comparePre(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareIdentifiers(x, y); c != 0 {
			return c
		}
	}
	return sign(len(a) - len(b))
}

// compareIdentifiers sorts numbers before words.
func compareIdentifiers(x, y string) int {
	nx, ny := allDigits(x), allDigits(y)
	switch {
	case nx && ny:
		return compareDigits(x, y)
	case nx:
		return -1
	case ny:
		return 1
	}
	return strings.Compare(x, y)
}
