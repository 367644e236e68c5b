// Package xmlwalk walks the XML of .NET's files element by element.
package xmlwalk

import (
	"bytes"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/xmlstream"
)

// Element is an element that begins.
type Element struct {
	Name  string // without its prefix
	Line  int    // 1-based
	Depth int    // 0 for the root

	token xmlstream.Token
	fault *error
}

// Attr returns the value of an attribute, or "". What is wrong with it ends the
// walk.
func (e Element) Attr(name string) string {
	value, err := e.token.Attr(name)
	if err != nil && *e.fault == nil {
		*e.fault = err
	}
	return strings.TrimSpace(value)
}

// Handler takes what a walk meets.
type Handler interface {
	// Open is called for each element; an error ends the walk.
	Open(e Element) error
	// Close is called for its end, with the text that stands since the last tag.
	Close(name, text string)
}

// Walk reads the whole of data. Its errors are errs.LineError.
func Walk(data []byte, h Handler) error {
	r := xmlstream.New(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	var text []byte
	for any := false; ; any = true {
		token, ok, err := r.Next()
		if err != nil {
			return err
		}
		if !ok {
			if !any {
				return errs.AtLine(r.Line(), "not XML: there is no element")
			}
			return nil
		}
		switch token.Kind {
		case xmlstream.Start:
			text = text[:0]
			e := Element{Name: token.Name, Line: token.Line, Depth: r.Depth() - 1, token: token, fault: &err}
			if opened := h.Open(e); err == nil {
				err = opened
			}
		case xmlstream.Text:
			var more string
			more, err = token.Text()
			text = append(text, strings.TrimSpace(more)...)
		case xmlstream.End:
			h.Close(token.Name, string(text))
			text = text[:0]
		}
		if err != nil {
			return err
		}
	}
}
