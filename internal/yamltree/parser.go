package yamltree

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// maxDepth bounds nesting; real files stay below ten.
const maxDepth = 100

// parser stands at a place in a line: the rest of it is text[at:end].
type parser struct {
	text    string
	at, end int
	next    int // where the line after begins
	line    int
	indent  int // the column of at, as far as it begins a value
	done    bool
	started bool // something of the document was seen
	doc     Document
	anchors map[string]anchor
	spent   int // weight of what aliases stand for
}

func (p *parser) rest() string { return p.text[p.at:p.end] }

func (p *parser) fault(format string, args ...any) error {
	return errs.AtLine(max(p.line, 1), "not YAML that is read here: "+format, args...)
}

// advance goes to the next line that is neither empty nor a comment.
func (p *parser) advance() error {
	for p.readLine() {
		rest := p.rest()
		p.indent = len(rest) - len(strings.TrimLeft(rest, " "))
		trimmed := strings.TrimLeft(rest[p.indent:], "\t")
		switch {
		case trimmed == "" || trimmed[0] == '#':
			continue
		case len(trimmed) < len(rest)-p.indent && p.started:
			return p.fault("a line begins with a tab")
		case p.indent == 0 && p.marker(trimmed):
			if p.done {
				return nil
			}
			continue
		}
		p.started = true
		p.at += p.indent
		return nil
	}
	p.finish()
	return nil
}

// marker takes the lines that frame a document.
func (p *parser) marker(line string) bool {
	switch {
	case line == "---" || strings.HasPrefix(line, "--- #"):
		if p.started {
			p.finish() // only the first document counts
		}
		return true
	case line == "...":
		p.finish()
		return true
	}
	return line[0] == '%' && !p.started
}

func (p *parser) finish() { p.done, p.indent, p.at, p.end = true, -1, 0, 0 }

// readLine takes the next line, without its end and the blanks before it.
func (p *parser) readLine() bool {
	if p.next >= len(p.text) {
		return false
	}
	p.at = p.next
	if n := strings.IndexByte(p.text[p.at:], '\n'); n >= 0 {
		p.end = p.at + n
		p.next = p.end + 1
	} else {
		p.end = len(p.text)
		p.next = p.end
	}
	p.end = p.at + len(strings.TrimRight(p.text[p.at:p.end], " \t\r"))
	p.line++
	return true
}

// node reads the value that begins here and all lines that belong to it.
func (p *parser) node(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, p.fault("nested deeper than %d", maxDepth)
	}
	rest := p.rest()
	if isDash(rest) {
		return p.list(depth)
	}
	if _, _, ok, err := p.key(rest); err != nil {
		return Value{}, err
	} else if ok {
		return p.mapping(depth)
	}
	return p.scalar(p.indent-1, depth)
}

func isDash(rest string) bool { return rest == "-" || strings.HasPrefix(rest, "- ") }

func (p *parser) list(depth int) (Value, error) {
	v := Value{Line: p.line, kind: list, node: &node{}}
	indent := p.indent
	for !p.done && p.indent == indent && isDash(p.rest()) {
		line := p.line
		after := p.rest()[1:]
		blanks := len(after) - len(strings.TrimLeft(after, " \t"))
		item := Value{Line: line, kind: null}
		var err error
		if inner := after[blanks:]; inner == "" || inner[0] == '#' {
			if err = p.advance(); err == nil && !p.done && p.indent > indent {
				item, err = p.node(depth + 1)
			}
		} else {
			p.at += 1 + blanks
			p.indent += 1 + blanks
			item, err = p.inList(indent, depth)
		}
		v.node.items = push(v.node.items, item)
		if err != nil {
			return v, err
		}
	}
	return v, p.dedented(indent)
}

// inList reads the value behind a dash: a scalar may go on in lines that are
// deeper than the dash.
func (p *parser) inList(indent, depth int) (Value, error) {
	if rest := p.rest(); !isDash(rest) {
		if _, _, ok, err := p.key(rest); err != nil || !ok {
			if err != nil {
				return Value{}, err
			}
			return p.scalar(indent, depth+1)
		}
	}
	return p.node(depth + 1)
}

// dedented checks that what follows a collection belongs to one around it.
func (p *parser) dedented(indent int) error {
	if !p.done && p.indent > indent {
		return p.fault("the indentation fits nothing above")
	}
	return nil
}

func (p *parser) mapping(depth int) (Value, error) {
	v := Value{Line: p.line, kind: mapping, node: &node{}}
	indent := p.indent
	merges, err := p.entries(&v, depth)
	if wrong := v.merge(merges); err == nil {
		err = wrong
	}
	if err != nil {
		return v, err
	}
	return v, p.dedented(indent)
}

// entries reads what stands at one indentation into v; it returns apart what
// merge keys name.
func (p *parser) entries(v *Value, depth int) (merges []Value, err error) {
	indent := p.indent
	for !p.done && p.indent == indent {
		merging := strings.HasPrefix(p.rest(), mergeKey)
		key, after, ok, err := p.key(p.rest())
		if err == nil && !ok {
			if isDash(p.rest()) {
				break // of a list around this mapping
			}
			err = p.fault("neither a key nor a value: %.40q", p.rest())
		}
		if err != nil {
			return merges, err
		}
		line := p.line
		p.at = p.end - len(after)
		value, err := p.value(indent, depth)
		value.Line = line
		if merging && key == mergeKey {
			merges = append(merges, value)
		} else {
			v.add(p, key, value)
		}
		if err != nil {
			return merges, err
		}
	}
	return merges, nil
}

func (v *Value) add(p *parser, key string, value Value) {
	if v.node.add(key) && len(p.doc.Duplicates) < 100 {
		p.doc.Duplicates = append(p.doc.Duplicates, Duplicate{key, value.Line})
	}
	v.node.items = push(v.node.items, value)
}

// value reads what stands behind a key.
func (p *parser) value(indent, depth int) (Value, error) {
	name := p.properties()
	if rest := p.rest(); rest != "" && rest[0] != '#' {
		v, err := p.scalar(indent, depth+1)
		p.bind(name, v, err)
		return v, err
	}
	v := Value{kind: null}
	err := p.advance()
	if err == nil && !p.done && (p.indent > indent || p.indent == indent && isDash(p.rest())) {
		v, err = p.node(depth + 1)
	}
	p.bind(name, v, err)
	return v, err
}

// key splits "key: value"; it is not ok when the text is something else.
func (p *parser) key(rest string) (key, after string, ok bool, err error) {
	switch rest[0] {
	case '"', '\'':
		n := closing(rest)
		if n < 0 || n+1 >= len(rest) || rest[n+1] != ':' || n+2 < len(rest) && rest[n+2] != ' ' && rest[n+2] != '\t' {
			return "", "", false, nil
		}
		return unquote(rest[:n+1]), rest[n+2:], true, nil
	case '{', '[', '|', '>', '#':
		return "", "", false, nil
	case '*', '&', '!':
		return p.markedKey(rest)
	case '?':
		if len(rest) == 1 || rest[1] == ' ' {
			return "", "", false, p.fault("a complex key")
		}
	}
	n := colon(rest)
	if n < 0 {
		return "", "", false, nil
	}
	return strings.TrimRight(rest[:n], " \t"), rest[n+1:], true, nil
}

// colon finds the ':' that ends a plain key, or -1.
func colon(rest string) int {
	for from := 0; ; {
		n := strings.IndexByte(rest[from:], ':')
		if n < 0 {
			return -1
		}
		n += from
		if n+1 == len(rest) || rest[n+1] == ' ' || rest[n+1] == '\t' {
			if comment(rest[:n]) >= 0 {
				return -1
			}
			return n
		}
		from = n + 1
	}
}

// comment finds the '#' that begins a comment, or -1.
func comment(rest string) int {
	for from := 0; ; {
		n := strings.IndexByte(rest[from:], '#')
		if n < 0 {
			return -1
		}
		n += from
		if n == 0 || rest[n-1] == ' ' || rest[n-1] == '\t' {
			return n
		}
		from = n + 1
	}
}
