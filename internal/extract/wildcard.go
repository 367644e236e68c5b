package extract

import "strings"

// gitPattern is a pattern of .gitignore, by folders. It matches as git does, byte
// by byte, in time that grows with the product of both lengths at most.
type gitPattern []string

// newGitPattern splits a pattern at its slashes.
func newGitPattern(text string) gitPattern {
	var pattern gitPattern
	start := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i+1 < len(text) && text[i+1] == '/' { // an escaped slash is a slash
				text = text[:i] + text[i+1:]
				i--
				continue
			}
			i++
		case '/':
			pattern = append(pattern, text[start:i])
			start = i + 1
		}
	}
	return append(pattern, text[start:])
}

// matches tells whether the pattern stands for a path. "**" between slashes is any
// number of folders, at the end all that is below.
func (g gitPattern) matches(name string) bool {
	path := strings.Split(name, "/")
	if last := len(g) - 1; isAnyFolder(g[last]) {
		// At least one name must be left for it.
		g = append(g[:last:last], "**", "*")
	}
	p, n := 0, 0
	retryP, retryN := -1, 0
	for n < len(path) {
		switch {
		case p < len(g) && isAnyFolder(g[p]):
			p++
			retryP, retryN = p, n
		case p < len(g) && matchName(g[p], path[n]):
			p++
			n++
		case retryP >= 0:
			retryN++
			p, n = retryP, retryN
		default:
			return false
		}
	}
	for p < len(g) && isAnyFolder(g[p]) {
		p++
	}
	return p == len(g)
}

func isAnyFolder(part string) bool { return len(part) > 1 && strings.Trim(part, "*") == "" }

// matchName matches one name with one part of a pattern.
func matchName(pattern, name string) bool {
	p, n := 0, 0
	retryP, retryN := -1, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			retryP, retryN = p, n
			continue
		}
		if p < len(pattern) {
			if size, ok := matchByte(pattern[p:], name[n]); ok {
				p += size
				n++
				continue
			}
		}
		if retryP < 0 {
			return false
		}
		retryN++
		p, n = retryP, retryN
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchByte matches one byte with the beginning of a pattern, and gives the
// length of what it was matched with.
func matchByte(pattern string, c byte) (size int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		return matchSet(pattern, c)
	case '\\':
		return 2, len(pattern) > 1 && pattern[1] == c
	}
	return 1, pattern[0] == c
}

// matchSet matches a byte with a set such as [a-z], [!a] or [[:digit:]]. A set
// without an end, or with an unknown class, matches nothing.
func matchSet(pattern string, c byte) (size int, ok bool) {
	at, negated := 1, false
	if len(pattern) > 1 && (pattern[1] == '!' || pattern[1] == '^') {
		at, negated = 2, true
	}
	start := noStart
	for first := true; at < len(pattern); first = false {
		if pattern[at] == ']' && !first {
			return at + 1, ok != negated
		}
		size, in, next := matchMember(pattern[at:], start, c)
		if size == 0 {
			return 0, false
		}
		at, ok, start = at+size, ok || in, next
	}
	return 0, false
}

// noStart says that a hyphen begins no range: it is the first of its set or
// follows a range or class.
const noStart = -1

// matchMember matches a byte with the first member of the rest of a set: a class,
// the second half of a range that begins with start, or one byte, which next says
// can begin a range. The size 0 stands for a fault.
func matchMember(rest string, start int, c byte) (size int, in bool, next int) {
	if strings.HasPrefix(rest, "[:") {
		name, _, closed := strings.Cut(rest[2:], "]")
		if !closed {
			return 0, false, noStart
		}
		if class, ok := strings.CutSuffix(name, ":"); ok {
			members, known := classes[class]
			if !known {
				return 0, false, noStart
			}
			_, in = matchSet("["+members+"]", c)
			return len("[:]") + len(name), in, noStart
		}
	}
	if start != noStart && len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
		size, end := setByte(rest[1:])
		if size == 0 {
			return 0, false, noStart
		}
		return 1 + size, int(c) >= start && int(c) <= end, noStart
	}
	size, value := setByte(rest)
	return size, size > 0 && int(c) == value, value
}

// setByte reads a byte of a set, with the backslash before it if there is one.
func setByte(rest string) (size, value int) {
	if rest[0] != '\\' {
		return 1, int(rest[0])
	}
	if len(rest) == 1 {
		return 0, 0
	}
	return 2, int(rest[1])
}

// classes are POSIX's classes of ASCII, written as sets.
var classes = map[string]string{
	"alnum":  "a-zA-Z0-9",
	"alpha":  "a-zA-Z",
	"blank":  " \t",
	"cntrl":  "\x01-\x1f\x7f",
	"digit":  "0-9",
	"graph":  `\!-~`,
	"lower":  "a-z",
	"print":  " -~",
	"punct":  "\\!-/:-@[-`{-~",
	"space":  " \t-\r",
	"upper":  "A-Z",
	"xdigit": "0-9a-fA-F",
}
