package term

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxDepth bounds nesting; real files stay below ten.
const maxDepth = 100

// Kind says what a term is.
type Kind uint8

// The kinds of terms.
const (
	Other Kind = iota // an expression; its text is as written
	Atom
	Text
	Tuple
	List
	Map
)

// Term is one value.
type Term struct {
	Kind  Kind
	Text  string // of an atom, text or expression
	Key   string // of an entry of a keyword list or map
	Items []Term // of a tuple, list or map
	Line  int    // 1-based
}

// Item returns the item at index i, or an expression without a text.
func (t Term) Item(i int) Term {
	if i < len(t.Items) {
		return t.Items[i]
	}
	return Term{}
}

// Get returns the entry of a key in a keyword list, or in those that end a tuple.
func (t Term) Get(key string) (Term, bool) {
	for _, item := range t.Items {
		if item.Key == key {
			return item, true
		}
	}
	return Term{}, false
}

// Term reads the next value.
func (r *Reader) Term() (Term, error) {
	t, err := r.value(0)
	if err == nil {
		err = r.fault
	}
	return t, err
}

func (r *Reader) value(depth int) (Term, error) {
	first := r.Peek()
	t, err := r.primary(depth)
	if err != nil || r.ends() {
		return t, err
	}
	// More follows: it is an expression that only begins like a value.
	end, err := r.skip()
	return Term{Kind: Other, Text: r.text[first.start:end], Line: first.Line}, err
}

func (r *Reader) primary(depth int) (Term, error) {
	token := r.Next()
	t := Term{Line: token.Line, Text: token.Text}
	switch {
	case token.Kind == TextToken:
		t.Kind = Text
	case token.Kind == AtomToken, r.erlang && token.Kind == WordToken:
		t.Kind = Atom
	case token.Kind != SignToken:
		t.Text = r.text[token.start:token.end]
	case token.Text == "{":
		t.Kind = Tuple
		return r.items(t, "}", depth)
	case token.Text == "[":
		t.Kind = List
		return r.items(t, "]", depth)
	case token.Text == "%{":
		t.Kind = Map
		return r.items(t, "}", depth)
	case token.Text == "(":
		return r.items(t, ")", depth)
	case token.Text == "<<" && r.Peek().Kind == TextToken:
		t.Kind, t.Text = Text, r.Next().Text
		if r.Peek().Text == ">>" {
			r.Next()
		}
	}
	return t, nil
}

// ends tells whether a value ends here.
func (r *Reader) ends() bool {
	next := r.Peek()
	switch next.Kind {
	case EndToken:
		return true
	case SignToken:
		return strings.Contains(",}])", next.Text) || next.Text == "=>" || r.erlang && next.Text == "."
	}
	return false
}

// skip goes over the rest of an expression and returns where it ends.
func (r *Reader) skip() (end int, err error) {
	depth := 0
	for {
		next := r.Peek()
		switch {
		case next.Kind == EndToken:
			return max(end, next.start), r.fault
		case next.Kind != SignToken:
		case strings.Contains("{[(", next.Text) || next.Text == "%{":
			depth++
		case depth == 0 && (strings.Contains(",}])", next.Text) || next.Text == "=>"):
			return end, nil
		case strings.Contains("}])", next.Text):
			depth--
		}
		end = next.end
		r.Next()
	}
}

// items reads what stands between brackets.
func (r *Reader) items(t Term, closing string, depth int) (Term, error) {
	first := len(r.open)
	err := r.collect(t.Line, closing, depth)
	t.Items = r.keep(r.open[first:])
	r.open = r.open[:first]
	return t, err
}

// roomSize is how many items get their room at once, at least.
const roomSize = 32

// keep copies items to where they can stay.
func (r *Reader) keep(items []Term) []Term {
	if cap(r.room)-len(r.room) < len(items) {
		r.room = make([]Term, 0, max(roomSize, len(items), min(2*cap(r.room), 1024)))
	}
	from := len(r.room)
	r.room = append(r.room, items...)
	return r.room[from:len(r.room):len(r.room)]
}

// Forget lets the reader use the memory of the terms read so far again.
func (r *Reader) Forget() { r.room = r.room[:0] }

// collect reads items up to the closing bracket.
func (r *Reader) collect(line int, closing string, depth int) error {
	if depth > maxDepth {
		return errs.AtLine(line, "nested deeper than %d", maxDepth)
	}
	for {
		next := r.Peek()
		switch {
		case next.Kind == EndToken:
			if r.fault != nil {
				return r.fault
			}
			return errs.AtLine(next.Line, "the text ends before %q of line %d", closing, line)
		case next.Kind == SignToken && next.Text == closing:
			r.Next()
			return nil
		case next.Kind == SignToken && next.Text == ",":
			r.Next()
			continue
		case next.Kind == SignToken && strings.Contains("}])=>", next.Text):
			return errs.AtLine(next.Line, "unexpected %q", next.Text)
		}
		item, err := r.item(next, depth)
		r.open = append(r.open, item)
		if err != nil {
			return err
		}
	}
}

// item reads a value, or an entry: "key: value", "key => value".
func (r *Reader) item(first Token, depth int) (Term, error) {
	key := ""
	if first.Kind == KeyToken {
		r.Next()
		key = first.Text
	}
	item, err := r.value(depth + 1)
	if err == nil && key == "" && r.Peek().Kind == SignToken && r.Peek().Text == "=>" {
		r.Next()
		key = item.Text
		item, err = r.value(depth + 1)
	}
	item.Key = key
	if key != "" {
		item.Line = first.Line
	}
	return item, err
}

// Rest reads the list, or else the tuple, that the token opens, which was taken
// already. What follows it is left.
func (r *Reader) Rest(open Token) (Term, error) {
	if open.Text == "[" {
		return r.items(Term{Kind: List, Line: open.Line}, "]", 0)
	}
	return r.items(Term{Kind: Tuple, Line: open.Line}, "}", 0)
}
