package version

import "strings"

// moving marks a tag that names a line of versions ("v4") and stands for the
// latest of them; which one that is only the repository knows.
type moving struct{}

// readTag reads the tags of Swift packages and GitHub Actions: SemVer, perhaps
// with a "v". A commit has no place in the order, not even one that starts with
// digits. An action's tag of one or two numbers with its "v" is moving; without,
// as advisories write bounds, the missing numbers are 0.
func (v *Version) readTag(text string) bool {
	if !strings.Contains(text, ".") && !allDigits(trimV(text)) || allDigits(text) && len(text) > 9 {
		return false
	}
	if !v.readSemVer(text) {
		return false
	}
	if v.scheme == Actions && !isDigit(text[0]) && v.pre == "" && strings.Count(v.core, ".") < 2 {
		v.ext = moving{}
	}
	return true
}

// compareTags compares a moving tag with what lies beside its line of versions.
// What lies in it has no sure place, but for its very first one: no later version
// is below that.
func compareTags(v, w *Version) (int, error) {
	c := compareSemVer(v, w)
	if c == 0 && v.core == w.core {
		return 0, nil
	}
	_, moves := v.ext.(moving)
	_, movesToo := w.ext.(moving)
	switch {
	case c == 0 && moves && movesToo: // v4 and v4.0
		return 0, incomparable(v, w)
	case c < 0 && moves && isInLine(w.core, v.core), c > 0 && movesToo && isInLine(v.core, w.core):
		return 0, incomparable(v, w)
	}
	return c, nil
}

// isInLine reports whether the numbers a start with the numbers of line.
func isInLine(a, line string) bool {
	for line != "" {
		var x, y string
		x, a = cutNumber(a)
		y, line = cutNumber(line)
		if compareDigits(x, y) != 0 {
			return false
		}
	}
	return true
}

// inLine reports whether v starts with the numbers of line; a tag that moves may
// or may not be in a line that is narrower than its own.
func (v *Version) inLine(line *Version) (bool, error) {
	if isInLine(v.core, line.core) {
		return true, nil
	}
	if _, moves := v.ext.(moving); moves && isInLine(line.core, v.core) {
		return false, incomparable(v, line)
	}
	return false, nil
}
