// Package jsonstream reads a JSON text token by token with line numbers. It
// wraps the token reader of go-json-experiment, so that only this package (and
// those that write JSON) depend on that library's interface. It knows no
// file format.
package jsonstream

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
)

// Reader walks one JSON text. Its errors are errs.LineError.
type Reader struct {
	dec     *jsontext.Decoder
	lines   lineCounter
	keep    arena
	names   map[string]string // those of Object, each once
	scratch []byte
}

// New returns a reader of data, which must not change while it is used.
// Duplicate names are passed on to the caller of Object, who alone knows
// whether they matter.
func New(data []byte) *Reader {
	return &Reader{
		dec: jsontext.NewDecoder(bytes.NewBuffer(data),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		lines: lineCounter{data: data},
		keep:  arena{size: min(len(data), arenaSize)},
		names: map[string]string{},
	}
}

// Kind is the kind of the next token, in jsontext's letters: '{', '[', '"',
// '0' for numbers, 't', 'f', 'n'; 0 when the text is at fault there.
func (r *Reader) Kind() byte { return byte(r.dec.PeekKind()) }

// Line is the 1-based line of the last token read.
func (r *Reader) Line() int { return r.lines.at(r.dec.InputOffset()) }

// Object reads an object and calls field for each member; field must read
// exactly the member's value. A value of another kind is skipped and gives no
// fields.
func (r *Reader) Object(field func(name string) error) error {
	return r.Fields(func(name []byte) error {
		kept, known := r.names[string(name)]
		if !known {
			kept = r.keep.copy(name)
			r.names[kept] = kept
		}
		return field(kept)
	})
}

// Fields is Object without a copy of each name: name is valid only until the
// next read.
func (r *Reader) Fields(field func(name []byte) error) error {
	if r.Kind() != '{' {
		return r.Skip()
	}
	if err := r.read(); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		name, err := r.text()
		if err != nil {
			return err
		}
		if err := field(name); err != nil {
			return err
		}
	}
	return r.read()
}

// Array reads an array and calls element before each element, which it must
// read. A value of another kind is skipped and gives no elements.
func (r *Reader) Array(element func() error) error {
	if r.Kind() != '[' {
		return r.Skip()
	}
	if err := r.read(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if r.dec.PeekKind() == 0 {
			return r.read()
		}
		if err := element(); err != nil {
			return err
		}
	}
	return r.read()
}

// String reads a string; a value of another kind is skipped and gives "".
func (r *Reader) String() (string, error) {
	text, err := r.Text()
	return r.keep.copy(text), err
}

// Text is String without a copy: the bytes are valid only until the next read.
func (r *Reader) Text() ([]byte, error) {
	if r.Kind() != '"' {
		return nil, r.Skip()
	}
	return r.text()
}

// Scalar reads a string, number, true, false or null as text; an object or
// array is skipped and gives "".
func (r *Reader) Scalar() (string, error) {
	switch r.Kind() {
	case '{', '[', 0:
		return "", r.Skip()
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return "", r.fault(err)
	}
	return tok.String(), nil
}

// Bool reads true or false; a value of another kind is skipped and gives false.
func (r *Reader) Bool() (bool, error) {
	switch r.Kind() {
	case 't', 'f':
		tok, err := r.dec.ReadToken()
		if err != nil {
			return false, r.fault(err)
		}
		return tok.Bool(), nil
	}
	return false, r.Skip()
}

// StringMap reads an object of strings in the order of the text; members of
// other kinds are left out.
func (r *Reader) StringMap(entry func(name, value string)) error {
	return r.Object(func(name string) error {
		isString := r.Kind() == '"'
		value, err := r.String()
		if err == nil && isString {
			entry(name, value)
		}
		return err
	})
}

// Skip reads over the next value.
func (r *Reader) Skip() error {
	if err := r.dec.SkipValue(); err != nil {
		return r.fault(err)
	}
	return nil
}

// End reports a fault if anything but white space is left.
func (r *Reader) End() error {
	_, err := r.dec.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return errs.AtLine(r.Line(), "text after the end of the JSON value")
	}
	return r.fault(err)
}

// text reads a string or a member's name, which may share memory with the input.
func (r *Reader) text() ([]byte, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, r.fault(err)
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return inner, nil
	}
	// The only error is of invalid UTF-8, which New allows: it is replaced.
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], raw)
	return r.scratch, nil
}

func (r *Reader) read() error {
	if _, err := r.dec.ReadToken(); err != nil {
		return r.fault(err)
	}
	return nil
}

// fault says where the text is wrong. The library's own position is a byte
// offset, which people cannot use.
func (r *Reader) fault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.AtLine(r.lines.at(int64(len(r.lines.data))), "not valid JSON: the text ends too early")
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return errs.AtLine(r.lines.at(syntax.ByteOffset), "not valid JSON: %w", syntax.Err)
	}
	return errs.AtLine(r.Line(), "not valid JSON: %w", err)
}

// arenaSize is small enough that keeping one string keeps little else.
const arenaSize = 16 << 10

// arena copies strings into few blocks of memory instead of one for each.
type arena struct {
	size  int
	block strings.Builder
}

func (a *arena) copy(text []byte) string {
	if a.block.Cap()-a.block.Len() < len(text) {
		a.block.Reset()
		a.block.Grow(max(a.size, len(text)))
	}
	start := a.block.Len()
	a.block.Write(text)
	return a.block.String()[start:]
}

// lineCounter turns offsets into lines, counting only what lies between two
// questions when they come in order.
type lineCounter struct {
	data   []byte
	offset int64
	line   int
}

func (c *lineCounter) at(offset int64) int {
	offset = min(offset, int64(len(c.data)))
	if offset < c.offset || c.line == 0 {
		c.offset, c.line = 0, 1
	}
	c.line += bytes.Count(c.data[c.offset:offset], []byte{'\n'})
	c.offset = offset
	return c.line
}
