package requirements

import (
	"strings"

	"github.com/assay-sca/assay/internal/lines"
)

// logicalLines gives the lines of a file as pip sees them: a backslash at the end
// of a line joins it with the next.
type logicalLines struct {
	physical *lines.Reader
	joined   []byte
	text     string
	number   int // 1-based line on which the logical line begins
}

// next moves to the next logical line. As in pip, a comment line ends the line
// that was to be continued, and the file's end does too.
func (l *logicalLines) next() bool {
	line, ok := l.physical.Next()
	if !ok {
		return false
	}
	l.text, l.number = line, l.physical.Number()
	if !isContinued(line) {
		return true
	}
	l.joined = l.joined[:0]
	for ok {
		if isComment(line) {
			l.joined = append(l.joined, ' ')
		}
		l.joined = append(l.joined, strings.TrimRight(line, `\`)...)
		if !isContinued(line) {
			break
		}
		line, ok = l.physical.Next()
	}
	l.text = string(l.joined)
	return true
}

func isContinued(line string) bool {
	return strings.HasSuffix(line, `\`) && !isComment(line)
}

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#")
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
