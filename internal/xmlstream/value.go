package xmlstream

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
)

// Text is the content of a text, with the entities in it replaced.
func (t Token) Text() (string, error) { return unescape(t.raw, t.plain, t.Line) }

// Attr is the value of an element's attribute, or "". What is no attribute ends
// the search.
func (t Token) Attr(name string) (string, error) {
	rest := t.raw
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 || t.Kind != Start {
			return "", nil
		}
		length := nameLength(rest)
		key := rest[:length]
		rest = bytes.TrimLeft(rest[length:], " \t\r\n")
		if length == 0 || len(rest) == 0 || rest[0] != '=' {
			return "", errs.AtLine(t.Line, "not XML: an attribute without a value in the element %.50q", t.Name)
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return "", errs.AtLine(t.Line, "not XML: a value without quotes in the element %.50q", t.Name)
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return "", errs.AtLine(t.Line, "not XML: a value without an end in the element %.50q", t.Name)
		}
		if string(local(key)) == name {
			return unescape(rest[1:1+end], false, t.Line)
		}
		rest = rest[end+2:]
	}
}

func unescape(raw []byte, plain bool, line int) (string, error) {
	if plain || bytes.IndexByte(raw, '&') < 0 {
		return string(raw), nil
	}
	var b strings.Builder
	for {
		before, after, found := bytes.Cut(raw, []byte{'&'})
		b.Write(before)
		if !found {
			return b.String(), nil
		}
		end := bytes.IndexByte(after[:min(len(after), maxEntity)], ';')
		if end < 0 {
			return b.String(), errs.AtLine(line, "not XML: \"&\" that begins no entity")
		}
		r, ok := entity(string(after[:end]))
		if !ok {
			return b.String(), errs.AtLine(line, "the entity %q is not known: only XML's own are", after[:end])
		}
		b.WriteRune(r)
		raw = after[end+1:]
	}
}

// maxEntity is longer than any entity that is known.
const maxEntity = 32

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	return rune(n), err == nil && n != 0 && utf8.ValidRune(rune(n))
}
