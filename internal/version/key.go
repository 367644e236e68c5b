package version

// The schemes whose order is not simply that of dotted numbers turn a version
// into a key, once, when it is read: a text whose bytes sort as the versions do.
// Comparing is then comparing bytes, so the order is total by construction and
// takes no memory. A key never gets shown.
type key []byte

// rank appends where something stands among what else may follow here.
func (k *key) rank(b byte) { *k = append(*k, b) }

// number appends digits so that keys order as numbers: first how many digits
// there are, then the digits. No number has more than MaxText of them.
func (k *key) number(s string) {
	s = trimZeros(s)
	if n := len(s); n < 255 {
		*k = append(*k, byte(n))
	} else {
		*k = append(*k, 255, byte(n-255))
	}
	*k = append(*k, s...)
}

// word appends text that ends before every longer one.
func (k *key) word(s string) {
	*k = append(*k, s...)
	*k = append(*k, 0)
}

// isOf reports whether s has only digits, letters and the other bytes given.
func isOf(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if isDigit(c) || isLetter(c) {
			continue
		}
		j := 0
		for j < len(others) && others[j] != c {
			j++
		}
		if j == len(others) {
			return false
		}
	}
	return true
}

// hasDigit reports whether s holds a digit: the least that tells a version from
// a word such as "latest".
func hasDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}
