// Package script splits formats that are programs, or look like some, into
// tokens: Swift, Lua and opam's own language. Nothing is executed. Ruby has a
// package of its own.
package script

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Syntax says how a language writes what is not code.
type Syntax struct {
	Comments []string    // what begins a comment up to the line's end
	Blocks   [][2]string // what begins and ends a comment of several lines
	Quotes   string      // each begins and ends a string
	Triple   bool        // three quotes do too
	Brackets bool        // [[strings]] and [==[strings]==] of Lua
	Word     string      // letters of words beside letters, digits and "_"
	Inserts  string      // what begins an expression in a string: it is no literal
}

// Kind tells tokens apart.
type Kind uint8

// The kinds.
const (
	End Kind = iota
	Word
	Text
	Punct
)

// Token is a piece of a script.
type Token struct {
	Kind       Kind
	Text       string // of a string without its quotes
	Literal    bool   // a string that says all
	Start, End int    // offsets
	Line       int
}

// Is tells whether a token is this sign or word.
func (t Token) Is(text string) bool { return t.Kind != Text && t.Text == text && t.Kind != End }

// Lexer walks the tokens of a script.
type Lexer struct {
	text   string
	syntax Syntax
	class  [256]class
	at     int
	line   int
	err    error
}

// class says what a byte may begin.
type class uint8

const (
	letter  class = 1 << iota // of words
	comment                   // or what else the sign is
	quote
)

// New returns a lexer. The texts of its tokens share memory with text.
func New(text string, syntax Syntax) *Lexer {
	l := &Lexer{text: text, syntax: syntax, line: 1}
	for c := range l.class {
		if c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80 {
			l.class[c] = letter
		}
	}
	for _, c := range []byte(syntax.Word) {
		l.class[c] |= letter
	}
	for _, c := range []byte(syntax.Quotes) {
		l.class[c] |= quote
	}
	for _, b := range syntax.Blocks {
		l.class[b[0][0]] |= comment
	}
	for _, begin := range syntax.Comments {
		l.class[begin[0]] |= comment
	}
	return l
}

// Err says what does not end in what was read.
func (l *Lexer) Err() error { return l.err }

// Line is the line that was reached.
func (l *Lexer) Line() int { return l.line }

// Slice returns the text between two offsets.
func (l *Lexer) Slice(start, end int) string { return l.text[start:end] }

// Next returns the next token; at the end of the text it returns End for ever.
func (l *Lexer) Next() Token {
	l.skip()
	t := Token{Start: l.at, Line: l.line}
	if l.at < len(l.text) {
		l.read(&t)
	}
	t.End = l.at
	return t
}

func (l *Lexer) broken(what string, line int) {
	l.at = len(l.text)
	if l.err == nil {
		l.err = errs.AtLine(line, "%s does not end", what)
	}
}

// skip passes white space and comments.
func (l *Lexer) skip() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\n':
			l.line++
			l.at++
		case c <= ' ':
			l.at++
		case l.class[c]&comment == 0 || !l.comment():
			return
		}
	}
}

func (l *Lexer) comment() bool {
	rest := l.text[l.at:]
	for _, b := range l.syntax.Blocks {
		if strings.HasPrefix(rest, b[0]) {
			l.block(b)
			return true
		}
	}
	for _, begin := range l.syntax.Comments {
		if strings.HasPrefix(rest, begin) {
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				l.at += n
			} else {
				l.at = len(l.text)
			}
			return true
		}
	}
	return false
}

func (l *Lexer) block(b [2]string) {
	n := strings.Index(l.text[l.at+len(b[0]):], b[1])
	if n < 0 {
		l.broken("a comment", l.line)
		return
	}
	end := l.at + len(b[0]) + n + len(b[1])
	l.line += strings.Count(l.text[l.at:end], "\n")
	l.at = end
}

func (l *Lexer) read(t *Token) {
	c := l.text[l.at]
	switch {
	case l.class[c]&quote != 0:
		l.quoted(t, c)
	case c == '[' && l.syntax.Brackets && l.bracketed(t):
	case l.class[c]&letter != 0:
		t.Kind = Word
		for l.at < len(l.text) && l.class[l.text[l.at]]&letter != 0 {
			l.at++
		}
		t.Text = l.text[t.Start:l.at]
	default:
		t.Kind = Punct
		l.at++
		t.Text = l.text[t.Start:l.at]
	}
}

func (l *Lexer) quoted(t *Token, quote byte) {
	t.Kind, t.Literal = Text, true
	closing := l.text[l.at : l.at+1]
	if rest := l.text[l.at:]; l.syntax.Triple && len(rest) > 2 && rest[1] == quote && rest[2] == quote {
		closing = rest[:3]
	}
	from := l.at + len(closing)
	for at := from; at < len(l.text); at++ {
		switch c := l.text[at]; {
		case c == '\\':
			t.Literal = t.Literal && (l.syntax.Inserts == "" || !strings.HasPrefix(l.text[at:], l.syntax.Inserts))
			if at+1 < len(l.text) && l.text[at+1] == '\n' {
				l.line++
			}
			at++
		case c == '\n':
			if len(closing) == 1 && l.syntax.Triple && l.syntax.Inserts != "" {
				t.Literal = false
				l.broken("a string", t.Line) // of one line
				return
			}
			l.line++
		case c == quote && strings.HasPrefix(l.text[at:], closing):
			t.Text, l.at = l.text[from:at], at+len(closing)
			return
		}
	}
	t.Literal = false
	l.broken("a string", t.Line)
}

// bracketed reads Lua's long strings.
func (l *Lexer) bracketed(t *Token) bool {
	level := 0
	for l.at+1+level < len(l.text) && l.text[l.at+1+level] == '=' {
		level++
	}
	open := l.at + 1 + level
	if open >= len(l.text) || l.text[open] != '[' {
		return false
	}
	closing := "]" + strings.Repeat("=", level) + "]"
	n := strings.Index(l.text[open+1:], closing)
	t.Kind, t.Literal = Text, n >= 0
	if n < 0 {
		l.broken("a string", t.Line)
		return true
	}
	t.Text = l.text[open+1 : open+1+n]
	l.line += strings.Count(t.Text, "\n")
	l.at = open + 1 + n + len(closing)
	return true
}
