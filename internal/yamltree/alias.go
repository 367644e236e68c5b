package yamltree

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Aliases are resolved by sharing: what they stand for is in memory once. A
// reader of the tree walks it each time, though, and an alias of a list of
// aliases of lists makes that endless: the weight of all that aliases stand for
// is bounded, by aliasFree and a few times the text.
const (
	aliasFree  = 1 << 20
	aliasTimes = 4
	itemWeight = 16 // of a value, beside its text
)

// mergeKey is the key whose value's entries are as good as the mapping's own.
const mergeKey = "<<"

// anchor is a value that aliases may name; open while it is being read.
type anchor struct {
	value Value
	open  bool
}

// properties goes over blanks, tags and an anchor, and returns the anchor's name.
func (p *parser) properties() (name string) {
	for {
		rest := p.rest()
		p.at += len(rest) - len(strings.TrimLeft(rest, " \t"))
		rest = p.rest()
		if rest == "" || rest[0] != '!' && rest[0] != '&' {
			return name
		}
		word := marking(rest, "")
		p.at += len(word)
		if word[0] == '&' {
			name = p.open(word[1:])
		}
	}
}

// marking is the tag, anchor or alias that a text begins with.
func marking(rest, closing string) string {
	if n := strings.IndexAny(rest, " \t"+closing); n >= 0 {
		return rest[:n]
	}
	return rest
}

// open begins the value of an anchor: until it is bound an alias would stand for
// a part of itself.
func (p *parser) open(name string) string {
	if p.anchors == nil {
		p.anchors = map[string]anchor{}
	}
	p.anchors[name] = anchor{open: true}
	return name
}

func (p *parser) bind(name string, v Value, err error) {
	if name != "" && err == nil {
		p.anchors[name] = anchor{value: v}
	}
}

// alias reads "*name" and returns what it stands for.
func (p *parser) alias(depth int) (Value, error) {
	word := marking(p.rest(), ",]}[{")
	p.at += len(word)
	v, err := p.resolve(word[1:], depth)
	v.Line = p.line
	return v, err
}

func (p *parser) resolve(name string, depth int) (Value, error) {
	a, ok := p.anchors[name]
	switch {
	case !ok:
		return Value{kind: null}, p.fault("an alias of an anchor that does not stand before: %.40q", name)
	case a.open:
		return Value{kind: null}, p.fault("an alias of what it is a part of: %.40q", name)
	}
	weight, height := a.value.measure()
	if depth+height > maxDepth {
		return Value{kind: null}, p.fault("nested deeper than %d by aliases", maxDepth)
	}
	if p.spent += weight; p.spent > aliasFree+aliasTimes*len(p.text) {
		return Value{kind: null}, p.fault("its aliases stand for more than %d bytes", aliasFree+aliasTimes*len(p.text))
	}
	return a.value, nil
}

// measure returns how much a reader of v walks over, and how deep it goes. Each
// node is measured once, when it is complete.
func (v Value) measure() (weight, height int) {
	weight = itemWeight + len(v.text)
	if v.node == nil {
		return weight, 0
	}
	if n := v.node; n.weight == 0 {
		for _, key := range n.keys {
			n.weight += len(key)
		}
		for _, item := range n.items {
			w, h := item.measure()
			n.weight += w
			n.height = max(n.height, h+1)
		}
	}
	return weight + v.node.weight, v.node.height
}

// merge adds the entries of what merge keys name, mappings or lists of them. The
// mapping's own entries go before them, and the first named before the others.
func (v *Value) merge(sources []Value) error {
	for _, source := range sources {
		switch source.kind {
		case mapping:
			v.mergeOne(source)
		case list:
			for _, item := range source.node.items {
				if item.kind != mapping {
					return errs.AtLine(source.Line, "not YAML that is read here: a merge key of what is no mapping")
				}
				v.mergeOne(item)
			}
		case absent, null, plain, quoted:
			return errs.AtLine(source.Line, "not YAML that is read here: a merge key of what is no mapping")
		}
	}
	return nil
}

func (v *Value) mergeOne(source Value) {
	for _, key := range source.node.keys {
		if v.node.find(key) < 0 {
			v.node.add(key)
			v.node.items = append(v.node.items, source.node.items[source.node.find(key)])
		}
	}
}

// markedKey reads a key behind its tag and anchor, or one that an alias gives.
func (p *parser) markedKey(rest string) (key, after string, ok bool, err error) {
	if rest[0] == '*' {
		return p.aliasKey(rest)
	}
	name := ""
	for range 2 { // a tag and an anchor
		if rest == "" || rest[0] != '&' && rest[0] != '!' {
			break
		}
		word := marking(rest, "")
		if word[0] == '&' {
			name = word[1:]
		}
		rest = strings.TrimLeft(rest[len(word):], " \t")
	}
	if rest == "" || rest[0] == '&' || rest[0] == '!' || rest[0] == '*' {
		return "", "", false, nil
	}
	if key, after, ok, err = p.key(rest); ok && name != "" {
		p.bind(p.open(name), Value{Line: p.line, kind: plain, text: key}, nil)
	}
	return key, after, ok, err
}

func (p *parser) aliasKey(rest string) (key, after string, ok bool, err error) {
	word := marking(rest, "")
	behind := strings.TrimLeft(rest[len(word):], " \t")
	if behind == "" || behind[0] != ':' || len(behind) > 1 && behind[1] != ' ' && behind[1] != '\t' {
		return "", "", false, nil
	}
	v, err := p.resolve(word[1:], 0)
	return v.text, behind[1:], err == nil, err
}

// flowMarked reads a value between brackets behind its tag or anchor.
func (p *parser) flowMarked(depth int) (Value, error) {
	word := marking(p.rest(), ",]}[{")
	p.at += len(word)
	name := ""
	if word[0] == '&' {
		name = p.open(word[1:])
	}
	v := Value{Line: p.line, kind: null}
	c, err := p.token()
	if err == nil && c != ',' && c != ']' && c != '}' && c != ':' {
		v, err = p.flow(depth + 1)
	}
	p.bind(name, v, err)
	return v, err
}
