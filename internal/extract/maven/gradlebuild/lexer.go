package gradlebuild

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// kind says what a token is.
type kind uint8

const (
	end     kind = iota // of the text
	newline             //
	word                // a name, a path of names joined by ".", or a number
	text                // a string, by its content
	mark                // one character of anything else
)

type token struct {
	kind kind
	text string
	line int
}

func (t token) is(mark1 string) bool { return t.kind == mark && t.text == mark1 }

// lexer cuts a script in Groovy or Kotlin into tokens. Both have the same words,
// strings and comments, as far as declarations go.
type lexer struct {
	src    string
	at     int
	line   int
	kotlin bool
	last   token
}

func (l *lexer) next() (token, error) {
	t, err := l.scan()
	if t.kind != newline || l.last.kind != newline {
		l.last = t
	}
	return t, err
}

func (l *lexer) scan() (token, error) {
	for l.at < len(l.src) {
		c, rest := l.src[l.at], l.src[l.at:]
		switch {
		case c == '\n':
			l.at++
			l.line++
			return token{newline, "", l.line - 1}, nil
		case blank(c):
			l.at++
		case goesOn(rest):
			l.at += strings.IndexByte(rest, '\n') + 1 // the statement goes on
			l.line++
		case strings.HasPrefix(rest, "//") || l.at == 0 && strings.HasPrefix(rest, "#!"):
			l.at += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			if err := l.comment(); err != nil {
				return token{kind: end}, err
			}
		case c == '"' || c == '\'':
			return l.string(c)
		case c == '/' && l.beginsPattern(rest):
			l.at += 2 + patternLength(rest)
			return token{text, "", l.line}, nil
		case isWord(c):
			return l.word(), nil
		case c == '`':
			if name := quoted(rest); name != "" {
				l.at += len(name) + len("``")
				return token{word, strings.Clone(name), l.line}, nil
			}
			l.at++
		default:
			l.at++
			return token{mark, rest[:1], l.line}, nil
		}
	}
	return token{kind: end, line: l.line}, nil
}

// quoted is the name between backquotes at the beginning of a text, or "".
func quoted(rest string) string {
	length := strings.IndexAny(rest[1:], "`\n")
	if length <= 0 || rest[1+length] != '`' {
		return ""
	}
	return rest[1 : 1+length]
}

// blank tells white space within a line.
func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\f' }

// goesOn tells whether a line is continued at the beginning of a text.
func goesOn(rest string) bool {
	return strings.HasPrefix(rest, "\\\n") || strings.HasPrefix(rest, "\\\r\n")
}

func lineLength(rest string) int {
	if n := strings.IndexByte(rest, '\n'); n >= 0 {
		return n
	}
	return len(rest)
}

// comment goes behind a comment. In Kotlin comments nest.
func (l *lexer) comment() error {
	from, depth := l.line, 0
	for l.at < len(l.src) {
		rest := l.src[l.at:]
		switch {
		case strings.HasPrefix(rest, "/*") && (l.kotlin || depth == 0):
			depth++
			l.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.at += 2
			if depth == 0 {
				return nil
			}
		default:
			if rest[0] == '\n' {
				l.line++
			}
			l.at++
		}
	}
	return errs.AtLine(from, "a comment without an end")
}

// string reads a string of one or three quotes.
func (l *lexer) string(quote byte) (token, error) {
	line, from := l.line, l.at+1
	if l.at+2 < len(l.src) && l.src[l.at+1] == quote && l.src[l.at+2] == quote {
		triple := l.src[l.at : l.at+3]
		from += 2
		length := strings.Index(l.src[from:], triple)
		if length < 0 {
			l.at = len(l.src)
			return token{kind: end}, errs.AtLine(line, "a string without an end")
		}
		l.line += strings.Count(l.src[from:from+length], "\n")
		l.at = from + length + 3
		return token{text, strings.Clone(l.src[from : from+length]), line}, nil
	}
	escaped := false
	for at := from; at < len(l.src) && l.src[at] != '\n'; at++ {
		switch c := l.src[at]; {
		case c == '\\':
			escaped = true
			at++
		case c == '$' && quote == '"' && strings.HasPrefix(l.src[at:], "${"):
			at += expressionLength(l.src[at:])
		case c == quote:
			l.at = at + 1
			content := strings.Clone(l.src[from:at])
			if escaped {
				content = strings.NewReplacer(`\\`, `\`, `\`, "").Replace(content)
			}
			return token{text, content, line}, nil
		}
	}
	l.at = len(l.src)
	return token{kind: end}, errs.AtLine(line, "a string without an end")
}

// expressionLength is the offset of the "}" that ends "${...}", or of the last
// character before the line's end.
func expressionLength(rest string) int {
	depth := 0
	for i := range len(rest) {
		switch rest[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '\n':
			return i - 1
		}
	}
	return len(rest) - 1
}

// beginsPattern tells Groovy's /pattern/ from a division: by what stands before.
func (l *lexer) beginsPattern(rest string) bool {
	if l.kotlin || patternLength(rest) < 0 {
		return false
	}
	return l.last.kind == mark && strings.Contains("=(,~[:", l.last.text) || l.last.kind == word && l.last.text == "return"
}

// patternLength is the length of what stands between two "/" on a line, or less
// than 0.
func patternLength(rest string) int {
	for i := 1; i < len(rest) && rest[i] != '\n'; i++ {
		switch rest[i] {
		case '\\':
			i++
		case '/':
			return i - 1
		}
	}
	return -1
}

// word reads a name with the names that hang on it by dots.
func (l *lexer) word() token {
	at := l.at
	for at < len(l.src) && (isWord(l.src[at]) || l.src[at] == '.' && at+1 < len(l.src) && isWord(l.src[at+1])) {
		at++
	}
	t := token{word, strings.Clone(l.src[l.at:at]), l.line}
	l.at = at
	return t
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '$' || c == '@' || c >= 0x80
}
