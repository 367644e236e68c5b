package version

import "strings"

// readConan reads items of digits and letters separated by dots, a pre-release
// behind the first hyphen and a build behind the last "+", both of which count. A
// recipe's revision ("#...") does not.
//
// Conan compares items as numbers if both are numbers and else as texts, which is
// no order (9 < 10, "10" < "1a", "1a" < "9"): here an item is its number and then
// the text behind it, so that 1.1.1 < 1.1.1w < 1.1.2 < 1.1.10, and letters alone
// come behind numbers.
func (v *Version) readConan(text string) bool {
	text, _, _ = strings.Cut(text, "#")
	if !hasDigit(text) || !isOf(text, ".+-_~") {
		return false
	}
	build, pre := "", ""
	if i := strings.LastIndexByte(text, '+'); i >= 0 {
		text, build = text[:i], text[i+1:]
	}
	text, pre, _ = strings.Cut(text, "-")
	if text == "" {
		return false
	}
	k := make(key, 0, 2*len(v.text)+16)
	k.conanItems(text)
	if pre != "" {
		k.conanItems(pre)
	}
	k.rank(conanRelease)
	if build != "" {
		k.conanItems(build)
	}
	v.core, v.pre = string(k), pre
	return true
}

// What may stand at a place of a Conan version.
const (
	conanEnd byte = iota + 1
	conanNumber
	conanWord
	conanRelease // behind the numbers: no pre-release, or no more of one
)

// conanItems appends the items of a part; zeros at its end do not count.
func (k *key) conanItems(s string) {
	for s != "" {
		item, rest, _ := strings.Cut(s, ".")
		if strings.Trim(s, "0.") == "" {
			break
		}
		s = rest
		n := digits(item)
		if n == 0 && item != "" {
			k.rank(conanWord)
		} else {
			k.rank(conanNumber)
		}
		k.number(item[:n])
		k.word(item[n:])
	}
	k.rank(conanEnd)
}
