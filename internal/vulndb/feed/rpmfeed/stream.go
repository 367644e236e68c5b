package rpmfeed

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/errs"
)

// Bounds of one record in a stream.
const (
	maxRecord = 64 << 20 // bytes
	maxDepth  = 64       // of elements
)

// budget bounds what is read for one record.
type budget struct {
	r           io.Reader
	limit, left int
}

func (b *budget) renew() { b.left = b.limit }

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errs.E(errs.TooLarge, "a record has over %d bytes", b.limit)
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// EachJSON yields the elements of an array: the document itself, or the member of
// the given name.
func EachJSON(r io.Reader, member string, yield func(jsontext.Value) error) error {
	return eachJSON(&budget{r: r, limit: maxRecord}, member, yield)
}

func eachJSON(b *budget, member string, yield func(jsontext.Value) error) error {
	b.renew()
	dec := jsontext.NewDecoder(b, jsontext.AllowInvalidUTF8(true))
	found := false
	var err error
	switch dec.PeekKind() {
	case '[':
		found, err = true, elements(dec, b, yield)
	case '{':
		found, err = members(dec, b, member, yield)
	default:
		if _, err = dec.ReadToken(); err == nil {
			err = errors.New("it is no list of records")
		}
	}
	if err != nil {
		return noEnd(err)
	}
	if !found {
		return errs.E(errs.Invalid, "it has no list %q", member)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errs.E(errs.Damaged, "something follows the list")
	}
	return nil
}

// noEnd says in words that a file is cut.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return errs.E(errs.Damaged, "it is empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.E(errs.Damaged, "it ends in the middle")
	}
	return Brief(err)
}

func members(dec *jsontext.Decoder, b *budget, member string, yield func(jsontext.Value) error) (found bool, err error) {
	if _, err = dec.ReadToken(); err != nil {
		return false, err
	}
	for dec.PeekKind() == '"' {
		b.renew()
		name, err := dec.ReadToken()
		if err != nil {
			return found, err
		}
		if name.String() != member || dec.PeekKind() != '[' {
			if err := dec.SkipValue(); err != nil {
				return found, err
			}
			continue
		}
		found = true
		if err := elements(dec, b, yield); err != nil {
			return found, err
		}
	}
	_, err = dec.ReadToken()
	return found, err
}

func elements(dec *jsontext.Decoder, b *budget, yield func(jsontext.Value) error) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		b.renew()
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := yield(value); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// Node is an element of a record in XML. What is taken from it is gone, so that
// what is left are the fields without a place.
type Node struct {
	Name     string
	Attrs    map[string]string
	Children []*Node
	Text     string // of the element itself, trimmed
}

// EachXML yields the elements of the given name, which stand in root, at any
// depth.
func EachXML(r io.Reader, root, name string, yield func(*Node) error) error {
	return eachXML(&budget{r: r, limit: maxRecord}, root, name, yield)
}

func eachXML(b *budget, root, name string, yield func(*Node) error) error {
	b.renew()
	dec := xml.NewDecoder(b)
	rooted := false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && rooted {
			return nil
		}
		if err != nil {
			return noXMLEnd(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !rooted && start.Name.Local != root {
			return errs.E(errs.Invalid, "its outermost element is %.50q, not %q", start.Name.Local, root)
		}
		rooted = true
		b.renew()
		if start.Name.Local != name {
			continue
		}
		node, err := readNode(dec, start)
		if err != nil {
			return noXMLEnd(err)
		}
		if err := yield(node); err != nil {
			return err
		}
	}
}

func noXMLEnd(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		if syntax.Msg == "unexpected EOF" {
			return errs.E(errs.Damaged, "it ends in the middle")
		}
		return errs.E(errs.Damaged, "not valid XML in line %d: %s", syntax.Line, syntax.Msg)
	}
	return noEnd(err)
}

// readNode reads an element to its end.
func readNode(dec *xml.Decoder, start xml.StartElement) (*Node, error) {
	top := newNode(start)
	open := []*Node{top}
	texts := []*strings.Builder{{}} // of the open elements
	for len(open) > 0 {
		token, err := dec.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == maxDepth {
				return nil, errs.E(errs.TooLarge, "a record is over %d elements deep", maxDepth)
			}
			child := newNode(t)
			last.Children = append(last.Children, child)
			open, texts = append(open, child), append(texts, &strings.Builder{})
		case xml.CharData:
			texts[len(texts)-1].Write(t)
		case xml.EndElement:
			last.Text = strings.TrimSpace(texts[len(texts)-1].String())
			open, texts = open[:len(open)-1], texts[:len(texts)-1]
		}
	}
	return top, nil
}

func newNode(start xml.StartElement) *Node {
	n := &Node{Name: start.Name.Local}
	for _, a := range start.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		if n.Attrs == nil {
			n.Attrs = map[string]string{}
		}
		n.Attrs[a.Name.Local] = a.Value
	}
	return n
}

// Take gives the first child of a name and takes it away; never nil.
func (n *Node) Take(name string) *Node {
	for i, c := range n.Children {
		if c.Name == name {
			n.Children = slices.Delete(n.Children, i, i+1)
			return c
		}
	}
	return &Node{Name: name}
}

// TakeAll gives all children of a name and takes them away.
func (n *Node) TakeAll(name string) []*Node {
	var out, rest []*Node
	for _, c := range n.Children {
		if c.Name == name {
			out = append(out, c)
		} else {
			rest = append(rest, c)
		}
	}
	n.Children = rest
	return out
}

// Attr gives an attribute and takes it away.
func (n *Node) Attr(name string) string {
	value := n.Attrs[name]
	delete(n.Attrs, name)
	return strings.TrimSpace(value)
}

// Rest are the fields that are left, for Extra: a text, or an object; nil if
// there are none.
func (n *Node) Rest() any {
	if len(n.Attrs) == 0 && len(n.Children) == 0 {
		if n.Text == "" {
			return nil
		}
		return n.Text
	}
	return n.Fields()
}

// Fields are the attributes and children that are left, by name.
func (n *Node) Fields() map[string]any {
	fields := map[string]any{}
	for name, value := range n.Attrs {
		if value != "" {
			fields[name] = value
		}
	}
	several := map[string][]any{}
	for _, c := range n.Children {
		if rest := c.Rest(); rest != nil {
			several[c.Name] = append(several[c.Name], rest)
		}
	}
	for name, values := range several {
		if _, taken := fields[name]; taken || len(values) > 1 {
			name, values = name+"_list", []any{values}
		}
		fields[name] = values[0]
	}
	if n.Text != "" {
		fields["text"] = n.Text
	}
	return fields
}
