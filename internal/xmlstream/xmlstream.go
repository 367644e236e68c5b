// Package xmlstream reads an XML document as a stream of tokens with line
// numbers, without building a tree. It is for data files: names come without
// their prefixes, comments and processing instructions are read over, and a
// document type defines nothing, so that no entity but XML's own five is known
// and none grows. It knows no file format.
package xmlstream

import (
	"bytes"

	"github.com/assay-sca/assay/internal/errs"
)

// MaxDepth bounds nested elements; real files stay below thirty.
const MaxDepth = 200

// Kind says what a token is.
type Kind uint8

// The kinds of tokens.
const (
	End   Kind = iota // of an element; an empty one ends as well
	Start             // of an element
	Text              // between tags: CDATA sections and plain text come one by one
)

// Token is a piece of a document.
type Token struct {
	Kind Kind
	Name string // of an element, without its prefix
	Line int    // 1-based, where the token begins

	raw   []byte // of a text, or the attributes of an element
	plain bool   // a CDATA section
}

// Reader reads one document. All its errors are errs.LineError.
type Reader struct {
	data    []byte
	at      int // where to go on
	counted int // up to here newlines are counted
	line    int
	open    []element
	names   map[string]string // so that equal names share memory
	empty   bool              // an empty element is still to end
	rooted  bool
}

type element struct {
	name string
	full []byte // as written, with its prefix
}

// New returns a reader of data, which is UTF-8 whatever it says of itself. Data
// must not change while it is read; what is returned does not share its memory.
func New(data []byte) *Reader {
	return &Reader{data: data, line: 1, names: map[string]string{}}
}

// Depth is the number of elements that are open.
func (r *Reader) Depth() int { return len(r.open) }

// Line is the line that the reader has come to.
func (r *Reader) Line() int {
	r.line += bytes.Count(r.data[r.counted:r.at], newline)
	r.counted = r.at
	return r.line
}

var newline = []byte{'\n'}

// Next returns the next token; false at the document's end.
func (r *Reader) Next() (Token, bool, error) {
	if r.empty {
		r.empty = false
		return r.pop(r.line), true, nil
	}
	for r.at < len(r.data) {
		if r.data[r.at] != '<' {
			if t, ok, err := r.text(); ok || err != nil {
				return t, ok, err
			}
			continue
		}
		t, ok, err := r.markup()
		if ok || err != nil {
			return t, ok, err
		}
	}
	if len(r.open) > 0 {
		return Token{}, false, errs.AtLine(r.Line(), "the file ends within the element %q", r.open[len(r.open)-1].name)
	}
	return Token{}, false, nil
}

// text is what stands before the next tag. Outside of all elements there is only
// white space.
func (r *Reader) text() (Token, bool, error) {
	line := r.Line()
	end := bytes.IndexByte(r.data[r.at:], '<')
	if end < 0 {
		end = len(r.data) - r.at
	}
	raw := r.data[r.at : r.at+end]
	if len(r.open) == 0 {
		if blank := len(raw) - len(bytes.TrimLeft(raw, " \t\r\n")); blank < len(raw) {
			r.at += blank
			return Token{}, false, errs.AtLine(r.Line(), "not XML: text outside of all elements")
		}
	}
	r.at += end
	return Token{Kind: Text, Line: line, raw: raw}, len(r.open) > 0, nil
}

// markup is what begins with "<"; ok is false for what is read over.
func (r *Reader) markup() (t Token, ok bool, err error) {
	rest := r.data[r.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return t, false, r.over("<!--", "-->", "a comment")
	case bytes.HasPrefix(rest, []byte("<?")):
		return t, false, r.over("<?", "?>", "a processing instruction")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		t = Token{Kind: Text, Line: r.Line(), plain: true}
		from := r.at + len("<![CDATA[")
		if err := r.over("<![CDATA[", "]]>", "a CDATA section"); err != nil {
			return t, false, err
		}
		if len(r.open) == 0 {
			return t, false, errs.AtLine(t.Line, "not XML: text outside of all elements")
		}
		t.raw = r.data[from : r.at-len("]]>")]
		return t, true, nil
	case bytes.HasPrefix(rest, []byte("<!")):
		return t, false, r.directive()
	case bytes.HasPrefix(rest, []byte("</")):
		t, err = r.end()
		return t, err == nil, err
	}
	t, err = r.start()
	return t, err == nil, err
}

// over goes behind what begins with open and ends with close.
func (r *Reader) over(open, close, what string) error {
	line := r.Line()
	end := bytes.Index(r.data[r.at+len(open):], []byte(close))
	if end < 0 {
		r.at = len(r.data)
		return errs.AtLine(line, "not XML: %s without an end", what)
	}
	r.at += len(open) + end + len(close)
	return nil
}

// directive goes behind a document type and all in it.
func (r *Reader) directive() error {
	line, depth := r.Line(), 0
	for at := r.at; at < len(r.data); at++ {
		switch c := r.data[at]; c {
		case '<', '[':
			if c == '<' && bytes.HasPrefix(r.data[at:], []byte("<!--")) {
				r.at = at
				if err := r.over("<!--", "-->", "a comment"); err != nil {
					return err
				}
				at = r.at - 1
				continue
			}
			depth++
		case '>', ']':
			if depth--; depth == 0 {
				r.at = at + 1
				return nil
			}
		case '"', '\'':
			end := bytes.IndexByte(r.data[at+1:], c)
			if end < 0 {
				at = len(r.data)
				continue
			}
			at += 1 + end
		}
	}
	r.at = len(r.data)
	return errs.AtLine(line, "not XML: a document type without an end")
}

// start reads "<name attribute='value'>" or "<name/>".
func (r *Reader) start() (Token, error) {
	line := r.Line()
	if r.rooted && len(r.open) == 0 {
		return Token{}, errs.AtLine(line, "not XML: more than one element at the top")
	}
	if len(r.open) >= MaxDepth {
		return Token{}, errs.AtLine(line, "elements are nested deeper than %d", MaxDepth)
	}
	from := r.at + 1
	at := from + nameLength(r.data[from:])
	if at == from {
		return Token{}, errs.AtLine(line, "not XML: \"<\" without a name")
	}
	full := r.data[from:at]
	end, err := r.tagEnd(at, line)
	if err != nil {
		return Token{}, err
	}
	raw := r.data[at:end]
	r.at = end + 1
	if len(raw) > 0 && raw[len(raw)-1] == '/' {
		raw, r.empty = raw[:len(raw)-1], true
	}
	if len(raw) > 0 && !isSpace(raw[0]) {
		return Token{}, errs.AtLine(line, "not XML: %.50q behind the name of an element", raw)
	}
	r.rooted = true
	name := r.intern(local(full))
	r.open = append(r.open, element{name, full})
	return Token{Kind: Start, Name: name, Line: line, raw: raw}, nil
}

// tagEnd finds the ">" of a tag, not one within a value.
func (r *Reader) tagEnd(at, line int) (int, error) {
	for at < len(r.data) {
		switch c := r.data[at]; c {
		case '>':
			return at, nil
		case '<':
			return 0, errs.AtLine(line, "not XML: a tag without an end")
		case '"', '\'':
			end := bytes.IndexByte(r.data[at+1:], c)
			if end < 0 {
				return 0, errs.AtLine(line, "not XML: a value without an end")
			}
			at += 1 + end
		}
		at++
	}
	return 0, errs.AtLine(line, "not XML: a tag without an end")
}

// end reads "</name>".
func (r *Reader) end() (Token, error) {
	line := r.Line()
	from := r.at + len("</")
	length := bytes.IndexByte(r.data[from:], '>')
	if length < 0 {
		return Token{}, errs.AtLine(line, "not XML: a tag without an end")
	}
	full := bytes.TrimRight(r.data[from:from+length], " \t\r\n")
	if len(r.open) == 0 {
		return Token{}, errs.AtLine(line, "not XML: element %.50q is closed and not open", full)
	}
	if last := r.open[len(r.open)-1]; !bytes.Equal(last.full, full) {
		return Token{}, errs.AtLine(line, "not XML: element %.50q is closed by %.50q", last.full, full)
	}
	r.at = from + length + 1
	return r.pop(line), nil
}

func (r *Reader) pop(line int) Token {
	last := len(r.open) - 1
	name := r.open[last].name
	r.open = r.open[:last]
	return Token{Kind: End, Name: name, Line: line}
}

func (r *Reader) intern(name []byte) string {
	if s, ok := r.names[string(name)]; ok {
		return s
	}
	s := string(name)
	r.names[s] = s
	return s
}

// nameLength is the number of bytes up to what ends a name.
func nameLength(b []byte) int {
	for i, c := range b {
		if isSpace(c) || c == '>' || c == '/' || c == '<' || c == '=' || c == '"' || c == '\'' || c == '&' || c == '!' {
			return i
		}
	}
	return len(b)
}

func local(name []byte) []byte {
	if at := bytes.IndexByte(name, ':'); at >= 0 && at+1 < len(name) {
		return name[at+1:]
	}
	return name
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
