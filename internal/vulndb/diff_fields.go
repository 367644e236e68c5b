package vulndb

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// compareParts finds the fields that differ of a record's blobs: its own, then
// those of the affected entries, matched by what they are about.
func compareParts(old, current [][]byte) ([]FieldChange, error) {
	if len(old) == 0 || len(current) == 0 {
		return nil, errors.New("a record has lost its head")
	}
	c := comparison{out: []FieldChange{}}
	if err := c.values("", old[0], current[0]); err != nil {
		return nil, err
	}
	if err := c.entries(old[1:], current[1:]); err != nil {
		return nil, err
	}
	if len(c.out) == 0 {
		c.note("affected.order", nil, nil) // all that differs is the order of the entries
	}
	return c.out, nil
}

// comparison gathers the changes of one record.
type comparison struct {
	out   []FieldChange
	entry string // the entry in hand
}

func (c *comparison) note(path string, old, current jsontext.Value) {
	c.out = append(c.out, FieldChange{Package: c.entry, Field: path, Old: old, New: current})
}

// values compares two values member by member; either may be absent.
func (c *comparison) values(path string, old, current jsontext.Value) error {
	switch {
	case bytes.Equal(old, current):
		return nil
	case kindOf(old) == '{' && kindOf(current) == '{' && !whole(path):
		return c.members(path, old, current)
	case kindOf(old) == '[' && kindOf(current) == '[' && !whole(path):
		return c.lists(path, old, current)
	}
	c.note(path, old, current)
	return nil
}

// whole tells of a path below which nothing is taken apart: fields of a feed that
// have no place here are compared by their names alone.
func whole(path string) bool {
	parent, _ := cutLast(path)
	return parent == "extra" || strings.HasSuffix(parent, ".extra")
}

func cutLast(path string) (parent, name string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func kindOf(v jsontext.Value) jsontext.Kind {
	if len(v) == 0 {
		return 0
	}
	return v.Kind()
}

func (c *comparison) members(path string, old, current jsontext.Value) error {
	var x, y map[string]jsontext.Value
	if err := decodeBlob(old, &x); err != nil {
		return err
	}
	if err := decodeBlob(current, &y); err != nil {
		return err
	}
	for _, name := range union(x, y) {
		below := name
		if path != "" {
			below = path + "." + name
		}
		if err := c.values(below, x[name], y[name]); err != nil {
			return err
		}
	}
	return nil
}

// union are the keys of both, sorted.
func union[V any](x, y map[string]V) []string {
	all := make(map[string]V, max(len(x), len(y)))
	maps.Copy(all, x)
	maps.Copy(all, y)
	return slices.Sorted(maps.Keys(all))
}

// lists compares elements by what names them; words have no other name than
// themselves.
func (c *comparison) lists(path string, old, current jsontext.Value) error {
	x, err := elements(path, old)
	if err != nil {
		return err
	}
	y, err := elements(path, current)
	if err != nil {
		return err
	}
	switch {
	case x == nil || y == nil:
		c.note(path, old, current)
		return nil
	case x.words || y.words:
		c.words(path, old, current, x, y)
		return nil
	}
	for _, name := range union(x.byName, y.byName) {
		if err := c.values(path+"["+name+"]", x.byName[name], y.byName[name]); err != nil {
			return err
		}
	}
	return nil
}

// words notes which are gone and which came; or both lists, if only the order
// differs.
func (c *comparison) words(path string, old, current jsontext.Value, x, y *named) {
	gone, came := x.without(y), y.without(x)
	if gone == nil && came == nil {
		gone, came = old, current
	}
	c.note(path, gone, came)
}

// named are the elements of a list by their names.
type named struct {
	byName map[string]jsontext.Value
	order  []string
	words  bool // the elements are words
}

// without lists the elements that the other does not have; nil if there are none.
func (n *named) without(other *named) jsontext.Value {
	var out []jsontext.Value
	for _, name := range n.order {
		if _, ok := other.byName[name]; !ok {
			out = append(out, n.byName[name])
		}
	}
	if out == nil {
		return nil
	}
	return slices.Concat(jsontext.Value("["), bytes.Join(asBytes(out), []byte(",")), jsontext.Value("]"))
}

func asBytes(values []jsontext.Value) [][]byte {
	out := make([][]byte, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// elements names a list's elements: words by themselves, objects by the members
// that tell them apart. Nil: they have no names, such as lists in lists.
func elements(path string, list jsontext.Value) (*named, error) {
	var values []jsontext.Value
	if err := decodeBlob(list, &values); err != nil {
		return nil, err
	}
	n := &named{byName: make(map[string]jsontext.Value, len(values))}
	for _, v := range values {
		name := string(v)
		switch v.Kind() {
		case '"':
			n.words = true
		case '{':
			var err error
			if name, err = nameOf(path, v); err != nil {
				return nil, err
			}
		default:
			return nil, nil
		}
		base := name
		for i := 2; ; i++ {
			if _, ok := n.byName[name]; !ok {
				break
			}
			name = fmt.Sprintf("%s#%d", base, i)
		}
		n.byName[name] = v
		n.order = append(n.order, name)
	}
	return n, nil
}

// nameOf are the members that tell the elements of a list apart.
func nameOf(path string, object jsontext.Value) (string, error) {
	var o struct {
		URL     string `json:"url"`
		Scheme  string `json:"scheme"`
		Source  string `json:"source"`
		Version struct {
			Type string `json:"type"`
			Repo string `json:"repo"`
		} `json:"version"`
	}
	_, field := cutLast(path)
	if field != "references" && field != "severities" && field != "ranges" {
		return string(object), nil
	}
	if err := decodeBlob(object, &o); err != nil {
		return "", err
	}
	switch field {
	case "references":
		return o.URL, nil
	case "severities":
		return joinWords(o.Scheme, o.Source), nil
	}
	return joinWords(o.Version.Type, o.Version.Repo), nil
}

func joinWords(x, y string) string {
	if y == "" {
		return x
	}
	return x + " " + y
}

// entries compares affected entries. Equal ones are set aside; of the others those
// about the same package or product are compared in their order.
func (c *comparison) entries(old, current [][]byte) error {
	old, current = distinct(old, current), distinct(current, old)
	x, err := entriesByKey(old)
	if err != nil {
		return err
	}
	y, err := entriesByKey(current)
	if err != nil {
		return err
	}
	for _, key := range union(x, y) {
		for i := range max(len(x[key]), len(y[key])) {
			if err := c.pair(at(x[key], i), at(y[key], i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *comparison) pair(old, current entry) error {
	c.entry = current.about
	if c.entry == "" {
		c.entry = old.about
	}
	defer func() { c.entry = "" }()
	field := "affected"
	if old.unaffected || current.unaffected {
		field = "unaffected"
	}
	return c.values(field, old.blob, current.blob)
}

// entry is an affected entry with what it is about.
type entry struct {
	about      string
	unaffected bool
	blob       jsontext.Value
}

func at(list []entry, i int) entry {
	if i < len(list) {
		return list[i]
	}
	return entry{}
}

// distinct are the blobs that are not among the others, as often as they are more.
func distinct(blobs, others [][]byte) [][]byte {
	count := make(map[string]int, len(others))
	for _, b := range others {
		count[string(b)]++
	}
	var out [][]byte
	for _, b := range blobs {
		if count[string(b)] > 0 {
			count[string(b)]--
			continue
		}
		out = append(out, b)
	}
	return out
}

func entriesByKey(blobs [][]byte) (map[string][]entry, error) {
	out := map[string][]entry{}
	for _, blob := range blobs {
		var b struct {
			Ecosystem  string `json:"ecosystem"`
			Name       string `json:"name"`
			PURL       string `json:"purl"`
			CPE        string `json:"cpe"`
			Unaffected bool   `json:"unaffected"`
		}
		if err := decodeBlob(blob, &b); err != nil {
			return nil, err
		}
		e := entry{about: joinWords(b.Ecosystem, b.Name), unaffected: b.Unaffected, blob: blob}
		if b.CPE != "" {
			e.about = b.CPE
		}
		key := fmt.Sprintf("%s\x00%t", e.about, b.Unaffected)
		out[key] = append(out[key], e)
	}
	return out, nil
}
