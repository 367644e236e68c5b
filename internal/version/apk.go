package version

import (
	"slices"
	"strings"
)

// What may follow in an apk version, in this order: the suffixes of pre-releases,
// the end, a revision, the other suffixes, a letter, a further number.
const (
	apkPre byte = iota + 1
	apkEnd
	apkRevision
	apkPost
	apkLetter
	apkNumber
)

// readAPK reads "1.2.3a_rc1_p2~0f3c-r4". A commit's hash has no order and does
// not count.
func (v *Version) readAPK(text string) bool {
	n := dotted(text)
	if n == 0 {
		return false
	}
	k := make(key, 0, 2*len(text)+16)
	k.apkNumbers(text[:n])
	text = text[n:]
	if text != "" && 'a' <= text[0] && text[0] <= 'z' {
		// apk has no number behind the letter, its packages do ("1.9.4p2-r1").
		n = 1 + digits(text[1:])
		k.rank(apkLetter)
		k.rank(text[0])
		k.number(text[1:n])
		text = text[n:]
	}
	text, ok := k.apkSuffixes(text)
	if !ok {
		return false
	}
	if hash, found := strings.CutPrefix(text, "~"); found {
		if text = strings.TrimLeft(hash, "0123456789abcdef"); text == hash {
			return false
		}
	}
	if revision, found := strings.CutPrefix(text, "-r"); found && (revision == "" || allDigits(revision)) {
		k.apkRevision(revision)
		text = ""
	}
	k.rank(apkEnd)
	v.core = string(k)
	return text == ""
}

// apkRevision appends a revision; 0 is as none.
func (k *key) apkRevision(revision string) {
	if trimZeros(revision) != "" {
		k.rank(apkRevision)
		k.number(revision)
	}
}

// apkNumbers appends dotted numbers. Those behind the first that start with 0 are
// decimals ("1.01" comes before "1.1"): they compare as texts.
func (k *key) apkNumbers(s string) {
	n := digits(s)
	k.number(s[:n])
	for s = s[n:]; s != ""; s = s[n:] {
		s = s[1:] // the dot
		n = digits(s)
		k.rank(apkNumber)
		if s[0] == '0' {
			k.rank(0)
			k.word(s[:n])
		} else {
			k.number(s[:n])
		}
	}
}

// apkSuffixNames are the known suffixes in their order; the first four are of
// pre-releases.
var apkSuffixNames = [...]string{"alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"} //nolint:gochecknoglobals // a table

// apkSuffixes appends what starts with "_"; ok is false for an unknown one.
func (k *key) apkSuffixes(s string) (rest string, ok bool) {
	for s != "" && s[0] == '_' {
		n := 1
		for n < len(s) && isLetter(s[n]) {
			n++
		}
		i := slices.Index(apkSuffixNames[:], s[1:n])
		if i < 0 {
			return s, false
		}
		if i < 4 {
			k.rank(apkPre)
		} else {
			k.rank(apkPost)
		}
		k.rank(byte(i))
		s = s[n:]
		n = digits(s)
		k.number(s[:n])
		s = s[n:]
	}
	return s, true
}
