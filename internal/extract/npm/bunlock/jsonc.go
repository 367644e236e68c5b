package bunlock

import "bytes"

// plain returns the text as JSON: comments and commas before a closing bracket
// become blanks, so that every line stays where it was.
func plain(text []byte) []byte {
	out := bytes.Clone(text)
	comma, last := -1, byte(0) // a comma that may have to go; the last byte that counts
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '"':
			i = endOfString(out, i)
		case '/':
			if end := endOfComment(out, i); end > i {
				blank(out[i:end])
				i = end - 1
				continue
			}
		case ',':
			if last != '[' && last != '{' && last != ',' {
				comma, last = i, c
				continue
			}
		case ']', '}':
			if comma >= 0 {
				out[comma] = ' '
			}
		}
		comma, last = -1, c
	}
	return out
}

// endOfString returns the index of the quote that ends the string begun at i.
func endOfString(text []byte, i int) int {
	for i++; i < len(text); i++ {
		next := bytes.IndexByte(text[i:], '"')
		if next < 0 {
			break
		}
		escape := bytes.IndexByte(text[i:i+next], '\\')
		if escape < 0 {
			return i + next
		}
		i += escape + 1 // over what is escaped
	}
	return len(text)
}

// endOfComment returns the index behind the comment that begins at i, or i.
func endOfComment(text []byte, i int) int {
	var end int
	switch rest := text[i:]; {
	case bytes.HasPrefix(rest, []byte("//")):
		end = bytes.IndexByte(rest, '\n')
	case bytes.HasPrefix(rest, []byte("/*")):
		if end = bytes.Index(rest[2:], []byte("*/")); end >= 0 {
			end += len("/**/")
		}
	default:
		return i
	}
	if end < 0 {
		return len(text)
	}
	return i + end
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}
