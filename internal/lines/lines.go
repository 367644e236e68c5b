// Package lines reads a text line by line with line numbers, for the formats
// that are made of lines. It knows no file format.
package lines

import "strings"

// Reader walks the lines of one text. The lines share memory with the text: a
// caller that must not hold on to its input passes a copy.
type Reader struct {
	rest   string
	number int
}

// New returns a reader of text.
func New(text string) *Reader { return &Reader{rest: text} }

// Next returns the next line without its end ("\n" or "\r\n"). It is false after
// the last line; a text that ends in "\n" has no empty line after it.
func (r *Reader) Next() (line string, ok bool) {
	if r.rest == "" {
		return "", false
	}
	r.number++
	if end := strings.IndexByte(r.rest, '\n'); end >= 0 {
		line, r.rest = r.rest[:end], r.rest[end+1:]
	} else {
		line, r.rest = r.rest, ""
	}
	return strings.TrimSuffix(line, "\r"), true
}

// Room is how many entries to make room for in a text of one entry a line: the
// number of its lines, within reason for one that is not what it seems.
func Room(text string) int {
	const most = 1 << 17
	return min(strings.Count(text[:min(len(text), 16*most)], "\n")+1, most)
}

// Number is the 1-based number of the line that Next returned last, 0 before.
func (r *Reader) Number() int { return r.number }
