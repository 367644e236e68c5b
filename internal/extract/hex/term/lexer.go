// Package term reads the terms of Elixir and Erlang that their lockfiles and
// manifests are made of: atoms, texts, tuples, lists and maps with line numbers.
// Nothing is evaluated: what is an expression stays text.
package term

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Token is a piece of the text.
type Token struct {
	Kind TokenKind
	Text string // of a text or atom without its quotes and escapes
	Line int    // 1-based

	start, end int // in the text
}

// TokenKind says what a token is.
type TokenKind uint8

// The kinds of tokens.
const (
	EndToken     TokenKind = iota // nothing is left
	TextToken                     // "text", 'text', or a heredoc
	DynamicToken                  // a text that an expression is part of, a sigil
	AtomToken                     // :atom
	KeyToken                      // key: or "key":
	WordToken                     // a name, a number
	SignToken                     // anything else: "{", "=>"
)

// Reader walks one text.
type Reader struct {
	text   string
	erlang bool
	at     int
	line   int
	peeked bool
	token  Token
	fault  error
	open   []Term // items of the terms that are not closed yet
	room   []Term // where the items of closed terms are
}

// NewElixir returns a reader of Elixir's text.
func NewElixir(text string) *Reader { return &Reader{text: text, line: 1} }

// NewErlang returns a reader of Erlang's text.
func NewErlang(text string) *Reader { return &Reader{text: text, line: 1, erlang: true} }

// Err is the fault of the text itself, such as a quote that nothing closes.
func (r *Reader) Err() error { return r.fault }

// Peek returns the next token without taking it.
func (r *Reader) Peek() Token {
	if !r.peeked {
		r.token, r.peeked = r.lex(), true
	}
	return r.token
}

// Next takes the next token.
func (r *Reader) Next() Token {
	t := r.Peek()
	r.peeked = false
	return t
}

func (r *Reader) lex() Token {
	r.blanks()
	if r.fault != nil || r.at >= len(r.text) {
		return Token{Kind: EndToken, Line: r.line, start: len(r.text), end: len(r.text)}
	}
	t := Token{Line: r.line, start: r.at}
	switch c := r.text[r.at]; {
	case c == '"' || c == '\'':
		r.quote(&t, c)
	case isWord(c):
		t.Kind, t.Text = WordToken, r.word()
		if !r.erlang && r.keyFollows() {
			t.Kind = KeyToken
		}
	case !r.special(&t, c):
		t.Kind, t.Text = SignToken, r.sign()
	}
	t.end = r.at
	return t
}

// quote takes a text in quotes, which may be a key or, in Erlang, an atom.
func (r *Reader) quote(t *Token, quote byte) {
	r.quoted(t)
	switch {
	case r.erlang && quote == '\'':
		t.Kind = AtomToken
	case !r.erlang && t.Kind == TextToken && r.keyFollows():
		t.Kind = KeyToken
	}
}

// special takes what begins with a sign and is none: an atom, a sigil, a
// character, which may look like a sign.
func (r *Reader) special(t *Token, c byte) bool {
	if r.at+1 >= len(r.text) {
		return false
	}
	next := r.text[r.at+1]
	switch {
	case r.erlang:
		if c != '$' {
			return false
		}
		t.Kind = WordToken
		r.at += 2
	case c == ':' && next == '"':
		r.at++
		r.quoted(t)
		t.Kind = AtomToken
	case c == ':' && isWord(next):
		r.at++
		t.Kind, t.Text = AtomToken, r.word()
	case c == '~' && isWord(next):
		t.Kind = DynamicToken
		r.sigil()
	case c == '?':
		t.Kind = WordToken
		r.at += 2
	default:
		return false
	}
	return true
}

// blanks goes over what stands between tokens.
func (r *Reader) blanks() {
	comment := byte('#')
	if r.erlang {
		comment = '%'
	}
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '\n':
			r.line++
			r.at++
		case ' ', '\t', '\r':
			r.at++
		case comment:
			n := strings.IndexByte(r.text[r.at:], '\n')
			if n < 0 {
				n = len(r.text) - r.at
			}
			r.at += n
		default:
			return
		}
	}
}

// keyFollows takes the colon that makes a key of the name or text before it.
func (r *Reader) keyFollows() bool {
	rest := r.text[r.at:]
	if len(rest) < 2 || rest[0] != ':' || strings.IndexByte(" \t\r\n", rest[1]) < 0 {
		return false
	}
	r.at++
	return true
}

func isWord(c byte) bool {
	return c == '_' || c == '@' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// word takes a name with its dots: Mix.env, and the mark at its end: env?.
func (r *Reader) word() string {
	start := r.at
	for r.at < len(r.text) {
		c := r.text[r.at]
		dot := c == '.' && r.at > start && r.at+1 < len(r.text) && isWord(r.text[r.at+1])
		if !isWord(c) && !dot {
			break
		}
		r.at++
	}
	if r.at < len(r.text) && (r.text[r.at] == '?' || r.text[r.at] == '!') {
		r.at++
	}
	return r.text[start:r.at]
}

// sign takes a sign of one byte, or one of those of two that matter here.
func (r *Reader) sign() string {
	start := r.at
	r.at++
	if r.at < len(r.text) {
		second := r.text[r.at]
		switch r.text[start] {
		case '=', '-':
			r.takeIf(second == '>')
		case '<':
			r.takeIf(second == '<' || second == '>')
		case '>':
			r.takeIf(second == '>')
		case '%':
			r.takeIf(second == '{')
		}
	}
	return r.text[start:r.at]
}

func (r *Reader) takeIf(more bool) {
	if more {
		r.at++
	}
}

// quoted takes a text in quotes, mostly a simple one.
func (r *Reader) quoted(t *Token) {
	quote := r.text[r.at]
	for at := r.at + 1; at < len(r.text); at++ {
		switch c := r.text[at]; c {
		case quote:
			if at == r.at+1 {
				r.anyQuoted(t) // empty, or a heredoc
				return
			}
			t.Kind, t.Text = TextToken, r.text[r.at+1:at]
			r.at = at + 1
			return
		case '\\', '\n', '#':
			r.anyQuoted(t)
			return
		}
	}
	r.fail(r.line, notClosed)
}

const notClosed = "a quote is not closed"

// anyQuoted takes a text in quotes, or a heredoc in three.
func (r *Reader) anyQuoted(t *Token) {
	quote := r.text[r.at : r.at+1]
	if !r.erlang && strings.HasPrefix(r.text[r.at:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	line := r.line
	r.at += len(quote)
	start, escaped := r.at, false
	t.Kind = TextToken
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
		case c == '\\':
			escaped = true
			if r.at++; r.at < len(r.text) && r.text[r.at] == '\n' {
				r.line++
			}
		case c == '#' && !r.erlang && strings.HasPrefix(r.text[r.at:], "#{"):
			t.Kind = DynamicToken
			r.interpolation()
			continue
		case strings.HasPrefix(r.text[r.at:], quote):
			t.Text = r.text[start:r.at]
			if escaped {
				t.Text = unescape(t.Text)
			}
			r.at += len(quote)
			return
		}
		r.at++
	}
	r.fail(line, notClosed)
}

func (r *Reader) fail(line int, words string) {
	r.at = len(r.text)
	if r.fault == nil {
		r.fault = errs.AtLine(line, "%s", words)
	}
}

// interpolation takes "#{expression}". A brace in a text in it is taken for one
// of its own, which well-written files do not have.
func (r *Reader) interpolation() {
	depth := 0
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		switch c {
		case '\n':
			r.line++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// sigil takes ~r/text/, ~w(text)a and their like.
func (r *Reader) sigil() {
	line := r.line
	r.at++
	r.word()
	if r.at >= len(r.text) {
		return
	}
	open := r.text[r.at]
	closing := open
	if n := strings.IndexByte("([{<", open); n >= 0 {
		closing = ")]}>"[n]
	}
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case '\n':
			r.line++
		case '\\':
			r.at++
		case closing:
			r.at++
			r.word()
			return
		}
	}
	r.fail(line, "a sigil is not closed")
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
