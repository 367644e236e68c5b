// Package yamltree reads the YAML that package managers write and people write
// for them into a tree whose values know their lines: block and flow collections,
// all scalars, comments, anchors, aliases and merge keys. Aliases that would make
// a small file into an endless one, and what such files do not use (complex keys),
// are refused with their line. It knows no file format.
package yamltree

import "slices"

// Value is one value of a document. The zero Value is an absent one: all its
// methods answer empty.
type Value struct {
	Line int // 1-based; of a mapping's entry the line of its key
	kind kind
	text string
	node *node
}

type kind uint8

const (
	absent kind = iota
	null
	plain
	quoted
	list
	mapping
)

// node is what a list or mapping holds.
type node struct {
	items []Value
	keys  []string       // of a mapping, one for each item
	index map[string]int // only of many keys

	weight, height int // once measured
}

// String returns a scalar's text, or "".
func (v Value) String() string { return v.text }

// Exists is false for the value of a key that is not there.
func (v Value) Exists() bool { return v.kind != absent }

// IsNull tells an empty value from everything else.
func (v Value) IsNull() bool { return v.kind == null }

// IsScalar tells text, numbers and the like, but not an empty value.
func (v Value) IsScalar() bool { return v.kind == plain || v.kind == quoted }

// IsList tells a list from everything else.
func (v Value) IsList() bool { return v.kind == list }

// IsMap tells a mapping from everything else.
func (v Value) IsMap() bool { return v.kind == mapping }

// Items returns a list's elements.
func (v Value) Items() []Value {
	if v.kind != list {
		return nil
	}
	return v.node.items
}

// Len is the number of a mapping's entries or a list's items.
func (v Value) Len() int {
	if v.node == nil {
		return 0
	}
	return len(v.node.items)
}

// Entries calls entry for each entry of a mapping, in the order of the text. A
// key that stands twice comes twice.
func (v Value) Entries(entry func(key string, value Value)) {
	if v.kind != mapping {
		return
	}
	for i, key := range v.node.keys {
		entry(key, v.node.items[i])
	}
}

// Get walks the path of keys and returns the value there, or an absent one. Of a
// key that stands twice it is the last.
func (v Value) Get(path ...string) Value {
	for _, key := range path {
		at := v.node.find(key)
		if at < 0 {
			return Value{}
		}
		v = v.node.items[at]
	}
	return v
}

const indexFrom = 16

func (n *node) find(key string) int {
	if n == nil {
		return -1
	}
	if n.index != nil {
		if at, ok := n.index[key]; ok {
			return at
		}
		return -1
	}
	for i, k := range slices.Backward(n.keys) {
		if k == key {
			return i
		}
	}
	return -1
}

// add appends a key and tells whether it was there before.
func (n *node) add(key string) (twice bool) {
	if n.index != nil {
		before := len(n.index)
		n.index[key] = len(n.keys)
		n.keys = push(n.keys, key)
		return len(n.index) == before
	}
	twice = n.find(key) >= 0
	n.keys = append(n.keys, key)
	if len(n.keys) == indexFrom {
		n.index = make(map[string]int, 4*indexFrom)
		for i, k := range n.keys {
			n.index[k] = i
		}
	}
	return twice
}

// push appends to what may grow long: twice the room is copied less often.
func push[T any](list []T, v T) []T {
	if n := len(list); n == cap(list) && n >= indexFrom {
		list = slices.Grow(list, n)
	}
	return append(list, v)
}

// Duplicate is a key that stands twice in one mapping.
type Duplicate struct {
	Key  string
	Line int // of the later one
}

// Document is what a text holds.
type Document struct {
	Root       Value
	Duplicates []Duplicate // the first hundred
}

// Parse reads the first document of data. With an error, an errs.LineError, it
// returns what stood before the fault.
func Parse(data []byte) (Document, error) {
	p := parser{text: string(data)}
	err := p.advance()
	if err == nil && !p.done {
		p.doc.Root, err = p.node(0)
		if err == nil && !p.done {
			err = p.fault("the indentation fits nothing above")
		}
	}
	return p.doc, err
}
