package version

import "strings"

// readNumbersOnly reads the versions of Hackage and CRAN: a list of numbers, of
// which a longer one comes behind its own beginning (1.0 < 1.0.0). CRAN separates
// them with hyphens too.
func (v *Version) readNumbersOnly(text string) bool {
	if v.scheme == CRAN {
		text = strings.ReplaceAll(text, "-", ".")
	}
	if dotted(text) != len(text) {
		return false
	}
	v.core = text
	return true
}

// compareLists compares dotted numbers; of two that agree, the shorter one comes
// first.
func compareLists(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" && b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return sign(len(a) - len(b))
}
