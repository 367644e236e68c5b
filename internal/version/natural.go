package version

import "strings"

// readNatural takes any printable text with a digit, for the ecosystems whose
// rules are not known here.
func (v *Version) readNatural(text string) bool {
	digit := false
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return false
		}
		digit = digit || isDigit(text[i])
	}
	v.core = text
	if len(text) > 1 && (text[0] == 'v' || text[0] == 'V') && isDigit(text[1]) {
		v.core = text[1:]
	}
	return digit
}

// compareNatural is the declared order of the fallback: a version is its runs of
// digits and runs of letters, everything else only separates them. Runs are
// compared from the left, digits as numbers, letters byte by byte, letters
// before digits; of two that agree, the shorter one comes first.
// So 1.9 < 1.10, 1.0 < 1.0.0, 1.0 < 1.0-rc1: nothing is known of pre-releases.
func compareNatural(a, b string) int {
	for {
		var x, y string
		x, a = cutRun(a)
		y, b = cutRun(b)
		switch {
		case x == "" || y == "":
			return sign(len(x) - len(y))
		case isDigit(x[0]) && isDigit(y[0]):
			if c := compareDigits(x, y); c != 0 {
				return c
			}
		case isDigit(x[0]):
			return 1
		case isDigit(y[0]):
			return -1
		default:
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
		}
	}
}

// cutRun skips separators and cuts the next run of digits or letters off s.
func cutRun(s string) (run, rest string) {
	for s != "" && !isDigit(s[0]) && !isLetter(s[0]) {
		s = s[1:]
	}
	n := digits(s)
	if n == 0 {
		for n < len(s) && isLetter(s[n]) {
			n++
		}
	}
	return s[:n], s[n:]
}
