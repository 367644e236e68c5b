// Package rubycall reads the calls that Ruby scripts make: Gemfile, gemspecs and
// Podfile are lists of calls with literal arguments. Nothing is executed; what is
// no literal is told as such.
package rubycall

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Call is a call that a script makes, or the beginning of a block of another
// kind, whose name is then the keyword: "if", "def".
type Call struct {
	Receiver string // of "s.name", "s"
	Name     string
	Args     []Value // until the next call is read
	Assigned bool    // "s.name = value"
	Opens    bool    // a block follows, up to its Close
	Close    bool    // the end of a block
	Line     int
}

// Value is an argument.
type Value struct {
	Key     string // of "key: value" and ":key => value"
	Text    string // of a string or symbol that is a literal
	Items   []Value
	Literal bool // Text or Items say all
	List    bool
	Line    int
}

// Reader walks the calls of one script.
type Reader struct {
	lex     lexer
	ahead   []token
	blocks  []block
	vars    map[string]variable
	pending []Call
	taken   int     // of pending
	buffer  []token // of the statement
	values  []Value // of the call
}

// block is what is open: the token that ends it.
type block struct {
	closing string // "end" or "}"
	line    int
}

type variable struct {
	text  string
	known bool
}

// New returns a reader of a script. Its texts share memory with the script.
func New(script string) *Reader {
	r := &Reader{lex: lexer{text: script, line: 1}, vars: map[string]variable{}}
	if strings.HasPrefix(script, "=begin") {
		r.lex.skipUntilLine("=end")
	}
	return r
}

// Next returns the next call. It is false at the script's end.
func (r *Reader) Next() (Call, bool) {
	for {
		if r.taken < len(r.pending) {
			r.taken++
			return r.pending[r.taken-1], true
		}
		r.pending, r.taken = r.pending[:0], 0
		first := r.token()
		switch {
		case first.kind == end:
			return Call{}, false
		case first.kind == newline:
			continue
		case r.closes(first):
			return Call{Close: true, Line: first.line}, true
		case first.kind == word && !first.joined && transparent(first.text):
			if first.text != "else" && first.text != "ensure" && first.text != "then" && first.text != "begin" {
				r.skipCondition()
			}
			continue
		}
		r.unread(first)
		r.statement()
	}
}

// Err says what does not end in the script that was read.
func (r *Reader) Err() error {
	if r.lex.fault != "" {
		return errs.AtLine(r.lex.faultAt, "%s", r.lex.fault)
	}
	if n := len(r.blocks); n > 0 {
		return errs.AtLine(r.blocks[n-1].line, "a block does not end")
	}
	return nil
}

func (r *Reader) token() token {
	if n := len(r.ahead); n > 0 {
		t := r.ahead[n-1]
		r.ahead = r.ahead[:n-1]
		return t
	}
	return r.lex.next()
}

func (r *Reader) unread(t token) { r.ahead = append(r.ahead, t) }

// closes takes the end of the innermost block.
func (r *Reader) closes(t token) bool {
	n := len(r.blocks)
	if n == 0 || t.joined || r.blocks[n-1].closing != t.text || t.kind != word && t.kind != punct {
		return false
	}
	r.blocks = r.blocks[:n-1]
	return true
}

// transparent tells the keywords in the middle of a block.
func transparent(keyword string) bool {
	switch keyword {
	case "else", "elsif", "when", "rescue", "ensure", "then":
		return true
	}
	return false
}

// opening tells the keywords whose block ends with "end".
func opening(keyword string) bool {
	switch keyword {
	case "if", "unless", "while", "until", "case", "for", "begin", "def", "class", "module":
		return true
	}
	return false
}

// skipCondition passes what stands behind a keyword, up to the line's end or
// "then".
func (r *Reader) skipCondition() {
	depth := 0
	for {
		t := r.token()
		switch {
		case t.kind == end:
			r.unread(t)
			return
		case t.kind == newline && depth <= 0, t.kind == word && t.text == "then" && !t.joined:
			return
		}
		depth += bracket(t)
	}
}

func bracket(t token) int {
	if t.kind != punct {
		return 0
	}
	switch t.text {
	case "(", "[", "{":
		return 1
	case ")", "]", "}":
		return -1
	}
	return 0
}

// statement reads one statement into pending calls.
func (r *Reader) statement() {
	first := r.token()
	if first.kind == word && !first.joined && opening(first.text) {
		r.keyword(first)
		return
	}
	r.unread(first)
	tokens, opens := r.collect()
	if len(tokens) == 0 {
		return
	}
	c := r.call(tokens)
	c.Opens = opens
	c.Line = first.line
	r.pending = append(r.pending, c)
	if opens {
		r.skipParameters()
	}
}

// keyword begins a block such as "if".
func (r *Reader) keyword(first token) {
	c := Call{Name: first.text, Opens: true, Line: first.line}
	switch first.text {
	case "begin":
	case "def":
		name := r.token()
		if name.kind == word {
			c.Args = []Value{{Text: name.text, Literal: true, Line: name.line}}
		} else {
			r.unread(name)
		}
		if r.endless() {
			return
		}
	default:
		r.skipCondition() // with the "do" of a loop
	}
	r.blocks = append(r.blocks, block{"end", first.line})
	r.pending = append(r.pending, c)
}

// Key returns the argument of a keyword.
func (c *Call) Key(key string) (Value, bool) {
	for i := range c.Args {
		if c.Args[i].Key == key {
			return c.Args[i], true
		}
	}
	return Value{}, false
}

// Texts returns what a value says, one text or a list of them. It is false when
// that is not all literal.
func (v Value) Texts() ([]string, bool) {
	if !v.List {
		if !v.Literal {
			return nil, false
		}
		return []string{v.Text}, true
	}
	texts, all := []string(nil), v.Literal
	for _, item := range v.Items {
		if item.Literal && !item.List && item.Key == "" {
			texts = append(texts, item.Text)
		} else {
			all = false
		}
	}
	return texts, all
}

// Constraints joins the constraints behind a dependency's name. It is false when
// one of them is no literal.
func (c *Call) Constraints() (string, bool) {
	var room [4]string
	all, literal := room[:0], true
	add := func(v *Value) {
		if v.Literal && !v.List && v.Key == "" {
			all = append(all, v.Text)
		} else {
			literal = false
		}
	}
	for i := min(1, len(c.Args)); i < len(c.Args); i++ {
		v := &c.Args[i]
		switch {
		case v.Key != "" || v.List && len(v.Items) > 0 && v.Items[0].Key != "":
		case v.List:
			literal = literal && v.Literal
			for j := range v.Items {
				add(&v.Items[j])
			}
		default:
			add(v)
		}
	}
	return strings.Join(all, ", "), literal
}

// endless passes the rest of a definition's first line and tells whether that is
// all of it: "def name = value".
func (r *Reader) endless() bool {
	depth, found := 0, false
	for {
		t := r.token()
		switch {
		case t.kind == end:
			r.unread(t)
			return found
		case t.kind == newline && depth <= 0:
			return found
		case t.kind == punct && t.text == "=" && depth == 0 && t.spaced:
			found = true
		}
		depth += bracket(t)
	}
}

// maxStatement bounds the tokens that are kept of one statement.
const maxStatement = 100_000

// collect gathers the tokens of a statement up to the line's end or to the block
// that it opens.
func (r *Reader) collect() (tokens []token, opens bool) {
	tokens, opens = r.gather(r.buffer[:0])
	r.buffer = tokens
	return tokens, opens
}

func (r *Reader) gather(tokens []token) (_ []token, opens bool) {
	depth := 0
	var before token
	for {
		t := r.token()
		switch {
		case t.kind == end:
			r.unread(t)
			return tokens, false
		case t.kind == newline:
			if depth > 0 || continues(before) {
				continue
			}
			return tokens, false
		case depth == 0 && closing(t, before) != "":
			r.blocks = append(r.blocks, block{closing(t, before), t.line})
			return tokens, true
		case depth == 0 && len(tokens) > 0 && before.text != "." && r.ends(t):
			r.unread(t)
			return tokens, false
		case t.kind == word && !t.joined && opening(t.text) && assigns(before):
			r.unread(t)
			return tokens, false
		}
		depth = max(depth+bracket(t), 0)
		before = t
		if len(tokens) < maxStatement {
			tokens = append(tokens, t)
		}
	}
}

// closing is what ends the block that a token opens behind a call, or "".
func closing(t, before token) string {
	switch {
	case t.kind == word && t.text == "do" && !t.joined && before.text != ".":
		return "end"
	case t.kind == punct && t.text == "{" && opensBlock(before):
		return "}"
	}
	return ""
}

// ends tells whether a token ends the innermost block.
func (r *Reader) ends(t token) bool {
	n := len(r.blocks)
	return n > 0 && !t.joined && (t.kind == word || t.kind == punct) && t.text == r.blocks[n-1].closing
}

// continues tells whether a statement goes on in the next line.
func continues(t token) bool {
	if t.kind != punct {
		return false
	}
	switch t.text {
	case ")", "]", "}", "/", "*":
		return false
	}
	return true
}

func assigns(t token) bool {
	return t.kind == punct && (t.text == "=" || t.text == "||=" || t.text == "+=")
}

// opensBlock tells whether "{" after a token begins a block and not a hash.
func opensBlock(before token) bool {
	switch before.kind {
	case word:
		return !before.joined
	case text, symbol, list:
		return true
	case punct:
		return before.text == ")" || before.text == "]"
	}
	return false
}

// skipParameters passes "|a, b|" of a block.
func (r *Reader) skipParameters() {
	t := r.token()
	if t.kind != punct || t.text != "|" {
		r.unread(t)
		return
	}
	for {
		t = r.token()
		if t.kind == end || t.kind == newline || t.kind == punct && t.text == "|" {
			if t.kind == end {
				r.unread(t)
			}
			return
		}
	}
}

// call makes a call of a statement's tokens.
func (r *Reader) call(tokens []token) Call {
	var c Call
	at := 0
	for at < len(tokens) && tokens[at].kind == word {
		c.Name = tokens[at].text
		at++
		if at+1 >= len(tokens) || tokens[at].kind != punct || tokens[at].text != "." && tokens[at].text != "::" && tokens[at].text != "&." {
			break
		}
		c.Receiver = c.Name
		at++
	}
	p := arguments{tokens: tokens[at:], vars: r.vars}
	switch {
	case p.is("="):
		c.Assigned = true
		p.at++
		c.Args = p.list("", r.values[:0])
		r.assign(&c)
	case p.is("||=") || p.is("+="):
		r.vars[c.Name] = variable{}
	case p.is("(") && !tokens[at].spaced:
		p.at++
		c.Args = p.list(")", r.values[:0])
	default:
		c.Args = p.list("", r.values[:0])
	}
	if c.Args != nil {
		r.values = c.Args
	}
	return c
}

// assign remembers a variable that is given one literal only.
func (r *Reader) assign(c *Call) {
	if c.Receiver != "" || c.Name == "" {
		return
	}
	v := variable{}
	if len(c.Args) == 1 && c.Args[0].Literal && !c.Args[0].List && c.Args[0].Key == "" {
		v = variable{c.Args[0].Text, true}
	}
	if old, twice := r.vars[c.Name]; twice && old != v {
		v = variable{}
	}
	r.vars[c.Name] = v
}
