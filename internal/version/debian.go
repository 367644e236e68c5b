package version

import "strings"

// readDpkg reads a Debian package's version, [epoch:]upstream[-revision].
func (v *Version) readDpkg(text string) bool {
	epoch, rest, found := strings.Cut(text, ":")
	if !found {
		epoch, rest = "", text
	}
	if found && !allDigits(epoch) || rest == "" || !isDigit(rest[0]) || rest[len(rest)-1] == '-' || !isOf(rest, ".+-~:") {
		return false
	}
	k := make(key, 0, 2*len(text)+16)
	k.number(epoch)
	k.debian(rest)
	v.core = string(k)
	return true
}

// readOpam reads an opam version: opam took Debian's order, without epochs.
func (v *Version) readOpam(text string) bool {
	if !hasDigit(text) || !isOf(text, ".+-~_") {
		return false
	}
	k := make(key, 0, 2*len(text)+16)
	k.debian(text)
	v.core = string(k)
	return true
}

// debian appends upstream and revision, which is what follows the last hyphen; a
// version without one has the revision 0.
func (k *key) debian(text string) {
	revision := ""
	if i := strings.LastIndexByte(text, '-'); i >= 0 {
		text, revision = text[:i], text[i+1:]
	}
	k.debianPart(text)
	k.debianPart(revision)
}

// debianEnd stands where a part or its run of other characters ends: only "~"
// sorts before that.
const debianEnd = 2

// debianPart appends runs of other characters and runs of digits in turn, both
// possibly empty: "~" first, then the end, then letters, then the rest.
func (k *key) debianPart(s string) {
	for {
		for s != "" && !isDigit(s[0]) {
			switch c := s[0]; {
			case c == '~':
				k.rank(1)
			case isLetter(c):
				k.rank(c)
			default:
				k.rank(c + 128)
			}
			s = s[1:]
		}
		k.rank(debianEnd)
		n := digits(s)
		k.number(s[:n])
		if s = s[n:]; s == "" {
			k.rank(debianEnd)
			return
		}
	}
}
