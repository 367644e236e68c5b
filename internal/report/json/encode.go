package json

import (
	"io"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// encoder writes compact JSON in the order of its calls. A document is mostly
// components, occurrences and edges: those are written as they come, without the
// detour over structures and reflection, which took longer than reading a source.
// It keeps the first error, so that writing reads as a list.
type encoder struct {
	w   io.Writer
	buf []byte
	err error
}

// flushAt is the size from which what was written is handed on.
const flushAt = 64 << 10

// open begins an object or array.
func (e *encoder) open(bracket byte) {
	e.separate()
	e.buf = append(e.buf, bracket)
}

func (e *encoder) close(bracket byte) {
	e.buf = append(e.buf, bracket)
	if len(e.buf) >= flushAt {
		e.flush()
	}
}

// separate writes the comma between members or elements: what stands before
// tells whether one is needed. flush leaves the last byte for that.
func (e *encoder) separate() {
	if n := len(e.buf); n > 0 {
		switch e.buf[n-1] {
		case '{', '[', ':':
		default:
			e.buf = append(e.buf, ',')
		}
	}
}

// key begins a member. Names are constants that need no escapes.
func (e *encoder) key(name string) {
	e.separate()
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '"', ':')
}

// text writes a string; what is no UTF-8 in it becomes U+FFFD.
func (e *encoder) text(s string) {
	e.separate()
	e.buf = appendText(e.buf, s)
}

func appendText(buf []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			// The error says that it is not valid UTF-8 and was replaced.
			buf, _ = jsontext.AppendQuote(buf, s)
			return buf
		}
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

func (e *encoder) texts(list []string) {
	e.open('[')
	for _, s := range list {
		e.text(s)
	}
	e.close(']')
}

func (e *encoder) truth(b bool) {
	e.separate()
	e.buf = strconv.AppendBool(e.buf, b)
}

func (e *encoder) number(n int) {
	e.separate()
	e.buf = strconv.AppendInt(e.buf, int64(n), 10)
}

// id writes a component's name within one document.
func (e *encoder) id(component int) {
	e.separate()
	e.buf = append(e.buf, `"c`...)
	e.buf = strconv.AppendInt(e.buf, int64(component)+1, 10)
	e.buf = append(e.buf, '"')
}

// value writes anything else, by its structure.
func (e *encoder) value(v any) {
	if e.err != nil {
		return
	}
	data, err := jsonv2.Marshal(v, jsonv2.FormatNilSliceAsNull(false), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		e.err = err
		return
	}
	e.separate()
	e.buf = append(e.buf, data...)
}

// flush hands on all but the last byte.
func (e *encoder) flush() {
	last := len(e.buf) - 1
	if e.err == nil && last > 0 {
		_, e.err = e.w.Write(e.buf[:last])
		e.buf = append(e.buf[:0], e.buf[last])
	}
}

// end finishes the document with a line's end.
func (e *encoder) end() error {
	e.buf = append(e.buf, '\n')
	e.flush()
	if e.err == nil {
		_, e.err = e.w.Write(e.buf)
	}
	return e.err
}
