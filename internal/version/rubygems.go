package version

import "strings"

// Gems are compared here and not by a library: deps.dev/util/semver misorders or
// refuses 7 in 4,123 (1.0.a.0 and the like); osv-scalibr is exact but for the
// hyphen (below), and takes 3 µs and 24 allocations for 5.2.4.3 and 5.2.4.4.

// readGem takes what Gem::Version.correct? does: numbers first, then dotted
// words, then at most a part after a hyphen. The numbers become v.core without
// the zeros at their end, for 1.0.a and 1.0.0.a are equal; the rest is v.pre.
func (v *Version) readGem(text string) bool {
	if !isDigit(text[0]) || strings.Contains(text, "_") {
		return false
	}
	words, rest, hyphen := strings.Cut(text, "-")
	if !isIdentifiers(words) || hyphen && !isIdentifiers(rest) {
		return false
	}
	if hyphen {
		// Gem::Version reads 1.0-1 as 1.0.pre.1; osv-scalibr takes the hyphen for
		// a letter and so sorts it before 1.0.a instead of behind.
		text = strings.ReplaceAll(text, "-", ".pre.")
	}
	n := dotted(text)
	v.core, v.pre = text[:n], strings.TrimPrefix(text[n:], ".")
	for {
		dot := strings.LastIndexByte(v.core, '.')
		if dot < 0 || trimZeros(v.core[dot+1:]) != "" {
			return true
		}
		v.core = v.core[:dot]
	}
}

// compareGems compares segment by segment, runs of letters before numbers, what
// is missing as 0.
func compareGems(v, w *Version) int {
	a, aRest := v.core, v.pre
	b, bRest := w.core, w.pre
	for a != "" || aRest != "" || b != "" || bRest != "" {
		var x, y string
		x, a, aRest = cutSegment(a, aRest)
		y, b, bRest = cutSegment(b, bRest)
		if c := compareSegments(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// cutSegment cuts the next segment off a, then off what follows it.
func cutSegment(a, then string) (segment, rest, restThen string) {
	if a == "" {
		a, then = then, ""
	}
	segment, rest = cutRun(a)
	return segment, rest, then
}

func compareSegments(x, y string) int {
	letters, lettersToo := x != "" && isLetter(x[0]), y != "" && isLetter(y[0])
	switch {
	case letters && lettersToo:
		return strings.Compare(x, y)
	case letters:
		return -1
	case lettersToo:
		return 1
	}
	return compareDigits(x, y)
}
