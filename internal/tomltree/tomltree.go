// Package tomltree reads a TOML document into a tree whose values know their
// lines. It stands on go-toml's expression parser and adds the tables' rules; it
// knows no file format.
package tomltree

import (
	"bytes"
	"errors"
	"iter"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/assay-sca/assay/internal/errs"
)

// maxDepth bounds dotted keys and nested values; real documents stay below ten.
const maxDepth = 100

// Value is one value of a document. The zero Value is an absent one: all its
// methods answer empty.
type Value struct {
	Line  int // 1-based
	text  string
	kind  kind
	items []Value
	table *Table
}

type kind uint8

const (
	absent kind = iota
	stringKind
	scalarKind // numbers, booleans, times
	arrayKind
	tableKind
)

// IsString tells a string from everything else.
func (v Value) IsString() bool { return v.kind == stringKind }

// String returns a string's content, a number's, boolean's or time's text, or "".
func (v Value) String() string { return v.text }

// Items returns an array's elements, those of an array of tables included.
func (v Value) Items() []Value { return v.items }

// Table returns a table's content; for anything else an empty table.
func (v Value) Table() *Table {
	if v.table == nil {
		return &Table{}
	}
	return v.table
}

// IsTable tells a table (inline or not) from everything else.
func (v Value) IsTable() bool { return v.kind == tableKind }

// IsArray tells an array (of tables too) from everything else.
func (v Value) IsArray() bool { return v.kind == arrayKind }

// IsTrue tells the boolean true from everything else.
func (v Value) IsTrue() bool { return v.kind == scalarKind && v.text == "true" }

// Strings returns an array's strings; its other elements are left out.
func (v Value) Strings() []string {
	var all []string
	for _, item := range v.items {
		if item.kind == stringKind {
			all = append(all, item.text)
		}
	}
	return all
}

// Exists is false for the value of a key that is not there.
func (v Value) Exists() bool { return v.kind != absent }

// Table maps keys to values and keeps the order of the text.
type Table struct {
	keys    []string
	values  []Value
	index   map[string]int // only for tables of many keys
	defined bool           // by its own header or inline; such a table is not defined twice
}

// Keys returns the keys in the order of the text.
func (t *Table) Keys() []string { return t.keys }

// Entries walks the keys with their values in the order of the text.
func (t *Table) Entries() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i, key := range t.keys {
			if !yield(key, t.values[i]) {
				return
			}
		}
	}
}

// Get walks the path of keys and returns the value there, or an absent one.
func (t *Table) Get(path ...string) Value {
	for i, key := range path {
		at := t.find(key)
		if at < 0 {
			return Value{}
		}
		if i == len(path)-1 {
			return t.values[at]
		}
		t = t.values[at].Table()
	}
	return Value{table: t, kind: tableKind}
}

const indexFrom = 16

func (t *Table) find(key string) int {
	if t.index != nil {
		if at, ok := t.index[key]; ok {
			return at
		}
		return -1
	}
	return slices.Index(t.keys, key)
}

// set adds a key that is not there.
func (t *Table) set(key string, v Value) {
	t.keys = push(t.keys, key)
	t.values = push(t.values, v)
	if t.index != nil {
		t.index[key] = len(t.keys) - 1
	} else if len(t.keys) == indexFrom {
		t.index = make(map[string]int, 2*indexFrom)
		for i, k := range t.keys {
			t.index[k] = i
		}
	}
}

// push appends to what may grow long: twice the room is copied less often.
func push[T any](list []T, v T) []T {
	if n := len(list); n == cap(list) && n >= indexFrom {
		list = slices.Grow(list, n)
	}
	return append(list, v)
}

// Parse reads a whole document. With an error, an errs.LineError, it returns
// what stood before the fault. Duplicate keys are an error: TOML forbids them.
func Parse(data []byte) (*Table, error) {
	b := builder{data: data, root: &Table{}}
	b.current = b.root
	b.parser.Reset(data)
	for b.parser.NextExpression() {
		if err := b.expression(b.parser.Expression()); err != nil {
			return b.root, err
		}
	}
	if err := b.parser.Error(); err != nil {
		var at *unstable.ParserError
		if errors.As(err, &at) {
			return b.root, errs.AtLine(b.lineOf(at.Highlight), "not valid TOML: %s", at.Message)
		}
		return b.root, errs.AtLine(b.line, "not valid TOML: %w", err)
	}
	return b.root, nil
}

type builder struct {
	parser  unstable.Parser
	data    []byte
	root    *Table
	current *Table
	offset  int // of the last question for a line
	line    int
}

func (b *builder) expression(n *unstable.Node) error {
	switch n.Kind {
	case unstable.Table:
		return b.header(n, false)
	case unstable.ArrayTable:
		return b.header(n, true)
	case unstable.KeyValue:
		return b.keyValue(b.current, n, 0)
	}
	return nil
}

// header opens the table that a [header] or [[header]] names.
func (b *builder) header(n *unstable.Node, array bool) error {
	t, depth := b.root, 0
	keys := n.Key()
	for keys.Next() {
		key := keys.Node()
		line := b.lineAt(key)
		if depth++; depth > maxDepth {
			return errs.AtLine(line, "keys are nested deeper than %d", maxDepth)
		}
		var err error
		if t, err = t.open(string(key.Data), line, array && keys.IsLast()); err != nil {
			return err
		}
		if keys.IsLast() && !array {
			if t.defined {
				return errs.AtLine(line, "table %q is defined twice", key.Data)
			}
			t.defined = true
		}
	}
	b.current = t
	return nil
}

// open returns the table at key, making it if need be; with element it adds a
// table to the array at key.
func (t *Table) open(key string, line int, element bool) (*Table, error) {
	at := t.find(key)
	if at < 0 {
		child := &Table{}
		if element {
			t.set(key, Value{Line: line, kind: arrayKind, items: []Value{{Line: line, kind: tableKind, table: child}}})
		} else {
			t.set(key, Value{Line: line, kind: tableKind, table: child})
		}
		return child, nil
	}
	v := &t.values[at]
	switch {
	case v.kind == arrayKind && element:
		child := &Table{}
		v.items = append(v.items, Value{Line: line, kind: tableKind, table: child})
		return child, nil
	case v.kind == arrayKind && len(v.items) > 0 && v.items[len(v.items)-1].kind == tableKind:
		return v.items[len(v.items)-1].table, nil
	case v.kind == tableKind && !element:
		return v.table, nil
	}
	return nil, errs.AtLine(line, "key %q is defined twice", key)
}

func (b *builder) keyValue(t *Table, n *unstable.Node, depth int) error {
	keys := n.Key()
	for keys.Next() {
		key := keys.Node()
		line := b.lineAt(key)
		if depth++; depth > maxDepth {
			return errs.AtLine(line, "keys are nested deeper than %d", maxDepth)
		}
		name := string(key.Data)
		if !keys.IsLast() {
			var err error
			if t, err = t.open(name, line, false); err != nil {
				return err
			}
			continue
		}
		if t.find(name) >= 0 {
			return errs.AtLine(line, "key %q is defined twice", name)
		}
		v, err := b.value(n.Value(), line, depth)
		if err != nil {
			return err
		}
		t.set(name, v)
	}
	return nil
}

func (b *builder) value(n *unstable.Node, line, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, errs.AtLine(line, "values are nested deeper than %d", maxDepth)
	}
	switch n.Kind {
	case unstable.String:
		return Value{Line: line, kind: stringKind, text: string(n.Data)}, nil
	case unstable.Array:
		return b.array(n, line, depth)
	case unstable.InlineTable:
		t := &Table{defined: true}
		children := n.Children()
		for children.Next() {
			if err := b.keyValue(t, children.Node(), depth+1); err != nil {
				return Value{}, err
			}
		}
		return Value{Line: line, kind: tableKind, table: t}, nil
	}
	return Value{Line: line, kind: scalarKind, text: string(n.Data)}, nil
}

func (b *builder) array(n *unstable.Node, line, depth int) (Value, error) {
	v := Value{Line: line, kind: arrayKind}
	children := n.Children()
	for children.Next() {
		child := children.Node()
		if child.Kind == unstable.Comment {
			continue
		}
		item, err := b.value(child, b.lineAt(child), depth+1)
		if err != nil {
			return v, err
		}
		v.items = push(v.items, item)
	}
	return v, nil
}

// lineAt is the line of a node; nodes without a place of their own (values made
// of others) have the line of the last one that had.
func (b *builder) lineAt(n *unstable.Node) int {
	if n.Raw.Length == 0 {
		return max(b.line, 1)
	}
	return b.lineOfOffset(int(n.Raw.Offset))
}

// lineOf is the line of a slice of the document: both end where the document's
// capacity ends, so the difference of the capacities is the offset.
func (b *builder) lineOf(part []byte) int {
	offset := cap(b.data) - cap(part)
	if part == nil || offset < 0 || offset > len(b.data) {
		return max(b.line, 1)
	}
	return b.lineOfOffset(offset)
}

func (b *builder) lineOfOffset(offset int) int {
	if offset < b.offset || b.line == 0 {
		b.offset, b.line = 0, 1
	}
	b.line += bytes.Count(b.data[b.offset:offset], []byte{'\n'})
	b.offset = offset
	return b.line
}
