package version

import "strings"

// Numbers stay the digits they were written with: they are compared without
// being converted, so none is too large and none needs memory.

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// digits returns the length of the run of digits at the start of s.
func digits(s string) int {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func allDigits(s string) bool { return s != "" && digits(s) == len(s) }

// compareDigits compares two runs of digits as numbers; an empty one is 0.
func compareDigits(a, b string) int {
	if len(a) == 1 && len(b) == 1 {
		return sign(int(a[0]) - int(b[0]))
	}
	a, b = trimZeros(a), trimZeros(b)
	if len(a) != len(b) {
		return sign(len(a) - len(b))
	}
	return strings.Compare(a, b)
}

func trimZeros(s string) string {
	for s != "" && s[0] == '0' {
		s = s[1:]
	}
	return s
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// compareDotted compares dotted numbers; missing ones are 0, so 1 = 1.0.
func compareDotted(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" || b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// cutNumber cuts the first number and its dot off s.
func cutNumber(s string) (number, rest string) {
	n := digits(s)
	if n < len(s) {
		return s[:n], s[n+1:]
	}
	return s, ""
}

// dotted returns the length of the dotted numbers ("1.2.3") at the start of s.
func dotted(s string) int {
	n := digits(s)
	for n > 0 && n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		n += 1 + digits(s[n+1:])
	}
	return n
}

// increment returns the number after the digits s.
func increment(s string) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// trimBlanks cuts blanks off both ends.
func trimBlanks(s string) string {
	for s != "" && isBlank(s[0]) {
		s = s[1:]
	}
	for s != "" && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// lower returns s in lower case; s has only ASCII letters.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}
