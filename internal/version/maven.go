package version

import (
	"slices"
	"strings"
)

// Maven's order is that of its version order specification, read as a sequence of
// numbers and qualifiers. Neither library makes an order of it: to both 1.foo is
// above 1 and below 1-alpha (which is below 1), and 1-1 is above 1 and below
// 1.0.alpha. Maven 3.9 gave up the difference that makes these circles: a
// qualifier behind a dot is as one behind a hyphen, and zeros before it are void.

// What may stand at a place of a Maven version, in this order.
const (
	mavenEnd    byte = iota + 6 // below: the pre-releases, by their place in mavenPre
	mavenSP                     // a service pack
	mavenWord                   // any other qualifier
	mavenHyphen                 // a number behind a hyphen or a qualifier
	mavenNumber                 // a number behind a dot
)

var mavenPre = [...]string{"alpha", "beta", "milestone", "rc", "snapshot"} //nolint:gochecknoglobals // a table

// readMaven takes what is no range, no property and no word that only stands for
// a version ("LATEST", Gradle's "latest.release" and "1.+").
func (v *Version) readMaven(text string) bool {
	if !isOf(text, "._+-~") || text[len(text)-1] == '+' {
		return false
	}
	text = lower(text)
	if !hasDigit(text) && (!strings.Contains(text, ".") || strings.HasPrefix(text, "latest.")) {
		return false
	}
	k := make(key, 0, 2*len(text)+16)
	k.maven(text)
	k.rank(mavenEnd)
	v.core = string(k)
	return true
}

// maven appends the tokens of a version. Zeros and words that mean a release are
// held back until a number follows them behind a dot: they are void at the end
// and before a hyphen, a qualifier or a change between digits and letters.
func (k *key) maven(s string) {
	var held []token
	for first := true; s != ""; first = false {
		var t token
		t, s = cutToken(s, first)
		if t.rank != mavenNumber {
			held = held[:0]
		}
		if !first && t.isVoid() {
			held = append(held, t)
			continue
		}
		for _, h := range held {
			k.token(h)
		}
		held = held[:0]
		k.token(t)
	}
}

// token is a number or a qualifier with the rank of its kind.
type token struct {
	rank byte
	text string
}

func (t token) isVoid() bool {
	return t.rank == mavenEnd || t.rank >= mavenHyphen && trimZeros(t.text) == ""
}

func (k *key) token(t token) {
	k.rank(t.rank)
	switch {
	case t.rank >= mavenHyphen:
		k.number(t.text)
	case t.rank == mavenWord:
		k.word(t.text)
	}
}

// cutToken cuts the first token and the separator before it off s, in lower case.
// Nothing between separators is 0; where digits and letters meet there is a hyphen.
func cutToken(s string, first bool) (t token, rest string) {
	separator := byte('-')
	switch {
	case first:
		separator = '.'
	case s[0] == '.' || s[0] == '-':
		separator, s = s[0], s[1:]
	}
	t.rank = mavenHyphen
	if separator == '.' {
		t.rank = mavenNumber
	}
	n := digits(s)
	if n == 0 {
		for n < len(s) && s[n] != '.' && s[n] != '-' && !isDigit(s[n]) {
			n++
		}
		if n > 0 {
			t.rank = mavenRank(s[:n], n < len(s) && isDigit(s[n]))
		}
	}
	t.text = s[:n]
	return t, s[n:]
}

// mavenRank returns the rank of a qualifier; "a", "b" and "m" are short only
// where a digit follows at once.
func mavenRank(word string, digit bool) byte {
	switch word {
	case "ga", "final", "release":
		return mavenEnd
	case "sp":
		return mavenSP
	case "cr":
		return mavenRank("rc", false)
	case "a", "b", "m":
		if digit {
			return byte(1 + strings.Index("abm", word))
		}
	}
	if i := slices.Index(mavenPre[:], word); i >= 0 {
		return byte(i + 1)
	}
	return mavenWord
}
