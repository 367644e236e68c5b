package version

import "strings"

// What may stand at a place of an rpm version, in this order.
const (
	rpmTilde byte = iota + 1
	rpmEnd
	rpmCaret
	rpmLetters
	rpmDigits
)

// readRPM reads [epoch:]version[-release], the order is rpmvercmp's for each
// part. An epoch that is missing is 0; a release that is missing comes before
// every other, as when rpm compares two packages.
func (v *Version) readRPM(text string) bool {
	epoch, rest, found := strings.Cut(text, ":")
	if !found {
		epoch, rest = "", text
	}
	release, hasRelease := "", false
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		rest, release, hasRelease = rest[:i], rest[i+1:], true
	}
	if found && !allDigits(epoch) || !hasDigit(rest) || hasRelease && release == "" {
		return false
	}
	if !isDigit(rest[0]) && !isLetter(rest[0]) || !isOf(rest, ".+~^_") || !isOf(release, ".+~^_") {
		return false
	}
	k := make(key, 0, 2*len(text)+16)
	k.number(epoch)
	k.rpm(rest)
	if hasRelease {
		k.rank(1)
		k.rpm(release)
	}
	v.core = string(k)
	return true
}

// rpm appends runs of digits and of letters; what else there is only separates
// them, but "~", which sorts before the end, and "^", which sorts just behind it.
func (k *key) rpm(s string) {
	for s != "" {
		c := s[0]
		n := 1
		switch {
		case c == '~':
			k.rank(rpmTilde)
		case c == '^':
			k.rank(rpmCaret)
		case isDigit(c):
			n = digits(s)
			k.rank(rpmDigits)
			k.number(s[:n])
		case isLetter(c):
			for n < len(s) && isLetter(s[n]) {
				n++
			}
			k.rank(rpmLetters)
			k.word(s[:n])
		}
		s = s[n:]
	}
	k.rank(rpmEnd)
}
