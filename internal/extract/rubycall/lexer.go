package rubycall

import "strings"

// kind tells tokens apart.
type kind uint8

const (
	end kind = iota
	newline
	word
	text
	symbol
	list // of words: %w[a b]
	punct
)

// token is a piece of a script.
type token struct {
	kind    kind
	text    string // a string without its quotes
	literal bool   // a string without interpolation
	spaced  bool   // white space stands before it
	joined  bool   // ":" follows at once: a keyword
	line    int
}

// lexer splits a Ruby script into tokens. It knows as much of the syntax as tells
// what is code and what is text.
type lexer struct {
	text     string
	at       int
	line     int
	last     token
	heredocs []string // their ends, to be skipped at the line's end
	fault    string   // the first thing that does not end
	faultAt  int
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

func (l *lexer) broken(what string, line int) {
	if l.fault == "" {
		l.fault, l.faultAt = what, line
	}
}

// next returns the next token; at the end of the text it returns end for ever.
func (l *lexer) next() token {
	spaced := l.skip()
	start := l.line
	t := l.read()
	t.spaced, t.line = spaced, start
	l.last = t
	return t
}

// skip passes blanks, comments and continued lines.
func (l *lexer) skip() bool {
	from := l.at
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == 0:
			l.at++
		case c == '\\' && l.peek(1) == '\n':
			l.at += 2
			l.line++
		case c == '\\' && l.peek(1) == '\r' && l.peek(2) == '\n':
			l.at += 3
			l.line++
		case c == '#':
			l.toLineEnd()
		default:
			return l.at > from
		}
	}
	return l.at > from
}

func (l *lexer) toLineEnd() {
	if n := strings.IndexByte(l.text[l.at:], '\n'); n >= 0 {
		l.at += n
	} else {
		l.at = len(l.text)
	}
}

func (l *lexer) read() token {
	if l.at >= len(l.text) {
		return token{kind: end}
	}
	c := l.text[l.at]
	switch {
	case c == '\n':
		l.newline()
		return token{kind: newline}
	case c == ';':
		l.at++
		return token{kind: newline}
	case isWord(c) || c == '@' || c == '$':
		return l.word()
	case c == '"' || c == '\'' || c == '`':
		l.at++
		return l.quoted(c, c, c != '\'')
	case c == ':' && (isWord(l.peek(1)) || l.peek(1) == '"' || l.peek(1) == '\''):
		l.at++
		t := l.read()
		t.kind = symbol
		return t
	}
	return l.operator(c)
}

// operator reads a mark, or the literal that it begins where a value may stand.
func (l *lexer) operator(c byte) token {
	switch {
	case c == '%' && l.startsValue():
		if t, ok := l.percent(); ok {
			return t
		}
	case c == '/' && l.startsValue():
		l.regexp()
		return token{kind: punct, text: "/"}
	case c == '<' && l.peek(1) == '<':
		if t, ok := l.heredoc(); ok {
			return t
		}
	}
	return l.punct()
}

// newline ends a line; the heredocs that began in it follow.
func (l *lexer) newline() {
	l.at++
	l.line++
	for _, terminator := range l.heredocs {
		l.skipHeredoc(terminator)
	}
	l.heredocs = nil
	if strings.HasPrefix(l.text[l.at:], "=begin") {
		l.skipUntilLine("=end")
	}
	if rest := l.text[l.at:]; strings.HasPrefix(rest, "__END__") && (len(rest) == 7 || rest[7] == '\n' || rest[7] == '\r') {
		l.at = len(l.text)
	}
}

func (l *lexer) skipUntilLine(prefix string) {
	start := l.line
	for l.at < len(l.text) {
		done := strings.HasPrefix(l.text[l.at:], prefix)
		l.toLineEnd()
		if l.at < len(l.text) {
			l.at++
			l.line++
		}
		if done {
			return
		}
	}
	l.broken("a comment does not end", start)
}

func (l *lexer) skipHeredoc(terminator string) {
	start := l.line
	for l.at < len(l.text) {
		from := l.at
		l.toLineEnd()
		line := strings.TrimSpace(l.text[from:l.at])
		if l.at < len(l.text) {
			l.at++
			l.line++
		}
		if line == terminator {
			return
		}
	}
	l.broken("a text does not end", start)
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

func (l *lexer) word() token {
	from := l.at
	l.at++
	if l.text[from] == '$' && l.at < len(l.text) && !isWord(l.text[l.at]) && l.text[l.at] > ' ' {
		l.at++ // $", $' and their like
	}
	for l.at < len(l.text) && isWord(l.text[l.at]) {
		l.at++
	}
	if c := l.peek(0); (c == '?' || c == '!') && l.peek(1) != '=' {
		l.at++
	}
	t := token{kind: word, text: l.text[from:l.at]}
	t.joined = l.peek(0) == ':' && l.peek(1) != ':'
	return t
}

// quoted reads a string whose opening quote is passed.
func (l *lexer) quoted(open, closing byte, interpolates bool) token {
	start, from, depth := l.line, l.at, 0
	t := token{kind: text, literal: true}
	for ; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == '\\':
			if l.peek(1) == '\n' {
				l.line++
			}
			t.literal = t.literal && !interpolates
			l.at++
		case c == '#' && l.peek(1) == '{' && interpolates:
			t.literal = false
			l.interpolation()
		case c == closing && depth == 0:
			t.text = l.text[from:l.at]
			l.at++
			t.joined = l.peek(0) == ':' && l.peek(1) != ':'
			return t
		case c == closing:
			depth--
		case c == open:
			depth++
		case c == '\n':
			l.line++
		}
	}
	l.at = len(l.text)
	t.text, t.literal = l.text[from:], false
	l.broken("a string does not end", start)
	return t
}

// interpolation passes "#{ ... }" as far as its braces and strings tell.
func (l *lexer) interpolation() {
	depth := 0
	for ; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return
			}
		case '\n':
			l.line++
		case '\\':
			if l.peek(1) != '\n' {
				l.at++
			}
		}
	}
	l.at = len(l.text) - 1
}

// startsValue tells whether an operand may begin here: otherwise "/" and "%"
// divide.
func (l *lexer) startsValue() bool {
	switch l.last.kind {
	case text, symbol, list:
		return false
	case word:
		spacedBefore := l.at > 0 && (l.text[l.at-1] == ' ' || l.text[l.at-1] == '\t')
		return spacedBefore && l.peek(1) != ' ' && l.peek(1) != '='
	case punct:
		return l.last.text != ")" && l.last.text != "]" && l.last.text != "}"
	}
	return true
}

// percent reads %w[], %i[], %q() and their like.
func (l *lexer) percent() (token, bool) {
	at := l.at + 1
	form := byte('Q')
	if at < len(l.text) && strings.IndexByte("wWiIqQrsx", l.text[at]) >= 0 {
		form = l.text[at]
		at++
	}
	if at >= len(l.text) {
		return token{}, false
	}
	open := l.text[at]
	closing := open
	switch open {
	case '[':
		closing = ']'
	case '(':
		closing = ')'
	case '{':
		closing = '}'
	case '<':
		closing = '>'
	default:
		if isWord(open) || open <= ' ' || open == '=' {
			return token{}, false
		}
	}
	l.at = at + 1
	t := l.quoted(open, closing, form == 'Q' || form == 'W' || form == 'I' || form == 'r' || form == 'x')
	switch form {
	case 'w', 'W', 'i', 'I':
		t.kind = list
	case 'r', 'x':
		t.literal = false
	}
	return t, true
}

// regexp passes a regular expression, which ends on its line.
func (l *lexer) regexp() {
	inClass := false
	for l.at++; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == '\\':
			l.at++
		case c == '\n':
			return // it was a division
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		case c == '/' && !inClass:
			l.at++
			return
		}
	}
	l.at = min(l.at, len(l.text))
}

// heredoc reads "<<~NAME"; its text begins on the next line.
func (l *lexer) heredoc() (token, bool) {
	at := l.at + 2
	if at < len(l.text) && (l.text[at] == '~' || l.text[at] == '-') {
		at++
	}
	quote := byte(0)
	if at < len(l.text) && (l.text[at] == '"' || l.text[at] == '\'') {
		quote = l.text[at]
		at++
	}
	from := at
	for at < len(l.text) && isWord(l.text[at]) {
		at++
	}
	name := l.text[from:at]
	if name == "" || quote == 0 && (name[0] < 'A' || name[0] > 'Z') || quote != 0 && (at >= len(l.text) || l.text[at] != quote) {
		return token{}, false
	}
	if quote != 0 {
		at++
	}
	l.at = at
	if len(l.heredocs) < 10 {
		l.heredocs = append(l.heredocs, name)
	}
	return token{kind: text}, true
}

func (l *lexer) punct() token {
	if l.at+1 < len(l.text) {
		switch p := l.text[l.at : l.at+2]; p {
		case "=>", "::", "&&", "||", "==", "!=", ">=", "<=", "+=", "->", "&.":
			l.at += 2
			if p == "||" && l.peek(0) == '=' {
				l.at++
				return token{kind: punct, text: "||="}
			}
			return token{kind: punct, text: p}
		}
	}
	l.at++
	return token{kind: punct, text: l.text[l.at-1 : l.at]}
}
