// Package xmlwalk walks the XML of .NET's files element by element with line
// numbers. It expands no entities but XML's own five and follows nothing that a
// document type names.
package xmlwalk

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxDepth bounds nesting; real files stay below ten.
const maxDepth = 200

// Element is an element that begins.
type Element struct {
	Name  string // without its prefix
	Line  int    // 1-based
	Depth int    // 0 for the root
	attrs []xml.Attr
}

// Attr returns the value of an attribute, or "".
func (e Element) Attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// Handler takes what a walk meets.
type Handler interface {
	// Open is called for each element; an error ends the walk.
	Open(e Element) error
	// Close is called for its end, with the text that it has beside its children.
	Close(name, text string)
}

// Walk reads the whole of data. Its errors are errs.LineError.
func Walk(data []byte, h Handler) error {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	// The text was turned into UTF-8 before, whatever it says of itself.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	w := walker{h: h}
	for {
		line, _ := d.InputPos()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return w.end(line)
		}
		if err != nil {
			return fault(line, err)
		}
		if err := w.token(token, line); err != nil {
			return err
		}
	}
}

func fault(line int, err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return errs.AtLine(syntax.Line, "not valid XML: %.200s", strings.ReplaceAll(syntax.Msg, "\n", " "))
	}
	return errs.AtLine(line, "not valid XML: %.200q", err.Error())
}

type walker struct {
	h     Handler
	open  []string
	texts [][]byte // of the open elements
	root  bool     // it was seen
}

func (w *walker) token(token xml.Token, line int) error {
	switch t := token.(type) {
	case xml.StartElement:
		return w.start(t, line)
	case xml.EndElement:
		n := len(w.open) - 1
		if n < 0 || w.open[n] != t.Name.Local {
			return errs.AtLine(line, "not valid XML: </%.80s> closes nothing", t.Name.Local)
		}
		w.h.Close(w.open[n], string(bytes.TrimSpace(w.texts[n])))
		w.open = w.open[:n]
	case xml.CharData:
		if n := len(w.open) - 1; n >= 0 {
			w.texts[n] = append(w.texts[n], bytes.TrimSpace(t)...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return errs.AtLine(line, "not valid XML: text outside the root element")
		}
	}
	return nil
}

func (w *walker) start(t xml.StartElement, line int) error {
	depth := len(w.open)
	switch {
	case depth == maxDepth:
		return errs.AtLine(line, "nested deeper than %d", maxDepth)
	case depth == 0 && w.root:
		return errs.AtLine(line, "not valid XML: a second root element")
	}
	w.root = true
	w.open = append(w.open, t.Name.Local)
	if depth < len(w.texts) {
		w.texts[depth] = w.texts[depth][:0]
	} else {
		w.texts = append(w.texts, nil)
	}
	return w.h.Open(Element{Name: t.Name.Local, Line: line, Depth: depth, attrs: t.Attr})
}

func (w *walker) end(line int) error {
	switch {
	case !w.root:
		return errs.AtLine(line, "not XML: there is no element")
	case len(w.open) > 0:
		return errs.AtLine(line, "not valid XML: the text ends before </%.80s>", w.open[len(w.open)-1])
	}
	return nil
}
