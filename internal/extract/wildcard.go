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
	i, negated := 1, false
	if len(pattern) > 1 && (pattern[1] == '!' || pattern[1] == '^') {
		i, negated = 2, true
	}
	previous := -1
	for first := true; ; first = false {
		if i >= len(pattern) {
			return 0, false
		}
		at := pattern[i]
		switch {
		case at == ']' && !first:
			return i + 1, ok != negated
		case at == '-' && previous >= 0 && i+1 < len(pattern) && pattern[i+1] != ']':
			i++
			if pattern[i] == '\\' {
				i++
			}
			if i >= len(pattern) {
				return 0, false
			}
			ok = ok || int(c) >= previous && c <= pattern[i]
			previous = -1
		case at == '[' && strings.HasPrefix(pattern[i:], "[:"):
			end := strings.IndexByte(pattern[i+2:], ']')
			if end < 0 {
				return 0, false
			}
			class, closed := strings.CutSuffix(pattern[i+2:i+2+end], ":")
			if !closed {
				ok, previous = ok || c == '[', '['
				break
			}
			in, known := inClass(class, c)
			if !known {
				return 0, false
			}
			ok, previous = ok || in, -1
			i += 2 + end
		default:
			if at == '\\' {
				i++
				if i >= len(pattern) {
					return 0, false
				}
			}
			ok, previous = ok || c == pattern[i], int(pattern[i])
		}
		i++
	}
}

// inClass tells whether an ASCII byte is in a class of POSIX.
func inClass(class string, c byte) (in, known bool) {
	lower, upper, digit := c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
	graph := c > ' ' && c < 0x7f
	switch class {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return c == ' ' || c >= '\t' && c <= '\r', true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F', true
	}
	return false, false
}
