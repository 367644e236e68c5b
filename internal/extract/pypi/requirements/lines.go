package requirements

import (
	"bytes"
	"strings"
)

// lines gives the logical lines of a file: a backslash at the end of a line joins
// it with the next.
type lines struct {
	rest   []byte
	line   int // of the next physical line
	joined []byte
	text   string // of the logical line
	number int    // 1-based line on which it begins
}

func newLines(data []byte) *lines { return &lines{rest: data, line: 1} }

// next moves to the next logical line. As in pip, a comment line ends the line
// that was to be continued, and the file's end does too.
func (l *lines) next() bool {
	if len(l.rest) == 0 {
		return false
	}
	l.number = l.line
	l.joined = l.joined[:0]
	for len(l.rest) > 0 {
		physical := l.physical()
		comment := isComment(physical)
		continued := !comment && bytes.HasSuffix(physical, []byte{'\\'})
		if comment {
			l.joined = append(l.joined, ' ')
		}
		l.joined = append(l.joined, bytes.TrimRight(physical, `\`)...)
		if !continued {
			break
		}
	}
	l.text = string(l.joined)
	return true
}

func (l *lines) physical() []byte {
	line, rest, _ := bytes.Cut(l.rest, []byte{'\n'})
	l.rest = rest
	l.line++
	return bytes.TrimSuffix(line, []byte{'\r'})
}

func isComment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return len(line) > 0 && line[0] == '#'
}

// splitComment cuts at the first '#' that begins the line or follows a space; the
// '#' of a URL's fragment does neither. The comment is without its '#'.
func splitComment(s string) (text, comment string) {
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '#')
		if at < 0 {
			return s, ""
		}
		if at += from; at == 0 || s[at-1] == ' ' || s[at-1] == '\t' {
			return s[:at], s[at+1:]
		}
		from = at + 1
	}
}
