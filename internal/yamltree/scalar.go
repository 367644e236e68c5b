package yamltree

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar reads a value that is no block collection, or one that begins on the
// next line, behind its anchor; its further lines are deeper than indent.
func (p *parser) scalar(indent, depth int) (Value, error) {
	name := p.properties()
	v, err := p.unmarked(indent, depth)
	p.bind(name, v, err)
	return v, err
}

func (p *parser) unmarked(indent, depth int) (Value, error) {
	rest := p.rest()
	if rest == "" || rest[0] == '#' {
		line := p.line
		if err := p.advance(); err != nil || p.done || p.indent <= indent {
			return Value{Line: line, kind: null}, err
		}
		return p.node(depth + 1)
	}
	switch rest[0] {
	case '|', '>':
		return p.block(indent)
	case '"', '\'', '{', '[', '*':
		v, err := p.flow(depth)
		if err != nil {
			return v, err
		}
		if rest := strings.TrimLeft(p.rest(), " \t"); rest != "" && rest[0] != '#' {
			return v, p.fault("text behind a value: %.40q", rest)
		}
		return v, p.advance()
	}
	return p.plain(indent)
}

// plain reads text without quotes, which may go on in deeper lines.
func (p *parser) plain(indent int) (Value, error) {
	v := Value{Line: p.line, kind: plain, text: uncommented(p.rest())}
	var more strings.Builder
	for {
		commented := len(v.text) < len(p.rest()) && more.Len() == 0
		if err := p.advance(); err != nil {
			return v, err
		}
		if p.done || p.indent <= indent {
			break
		}
		if commented || colon(p.rest()) >= 0 {
			return v, p.fault("the indentation fits nothing above")
		}
		if more.Len() == 0 {
			more.WriteString(v.text)
		}
		more.WriteByte(' ')
		more.WriteString(uncommented(p.rest()))
	}
	if more.Len() > 0 {
		v.text = more.String()
	}
	if v.text == "~" || v.text == "null" {
		v.kind, v.text = null, ""
	}
	return v, nil
}

func uncommented(rest string) string {
	if n := comment(rest); n >= 0 {
		return strings.TrimRight(rest[:n], " \t")
	}
	return rest
}

// block reads the lines of a text that "|" or ">" begins.
func (p *parser) block(indent int) (Value, error) {
	v := Value{Line: p.line, kind: quoted}
	var text strings.Builder
	for p.next < len(p.text) {
		before := *p
		p.readLine()
		rest := p.rest()
		deep := len(rest) - len(strings.TrimLeft(rest, " "))
		if rest != "" && deep <= indent {
			*p = before
			break
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(rest[deep:])
	}
	v.text = text.String()
	return v, p.advance()
}

// flow reads a value in quotes, braces or brackets, of one line or several, or in
// one of these a plain one.
func (p *parser) flow(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, p.fault("nested deeper than %d", maxDepth)
	}
	switch p.text[p.at] {
	case '"', '\'':
		return p.quotedText()
	case '{':
		return p.flowMapping(depth)
	case '[':
		return p.flowList(depth)
	case '*':
		return p.alias(depth)
	case '&', '!':
		return p.flowMarked(depth)
	}
	rest := p.rest()
	n := 0
	for n < len(rest) && !strings.ContainsRune(",]}[{", rune(rest[n])) &&
		(rest[n] != ':' || !endsKey(rest[n+1:])) && (rest[n] != '#' || n > 0 && rest[n-1] != ' ') {
		n++
	}
	p.at += n
	v := Value{Line: p.line, kind: plain, text: strings.TrimRight(rest[:n], " \t")}
	if v.text == "" || v.text == "~" || v.text == "null" {
		v.kind, v.text = null, ""
	}
	return v, nil
}

// endsKey tells from what follows a ':' between braces whether it ends a key.
func endsKey(after string) bool { return after == "" || strings.IndexByte(" \t,]}[{", after[0]) >= 0 }

// quotedText reads to the closing quote.
func (p *parser) quotedText() (Value, error) {
	v := Value{Line: p.line, kind: quoted}
	n := closing(p.text[p.at:])
	if n < 0 {
		return v, p.fault("a quote is not closed")
	}
	raw := p.text[p.at : p.at+n+1]
	v.text = unquote(raw)
	p.at += n + 1
	if strings.IndexByte(raw, '\n') >= 0 {
		p.line += strings.Count(raw, "\n")
		p.toLineEnd()
	}
	return v, nil
}

// toLineEnd sets the end of the line that at stands in.
func (p *parser) toLineEnd() {
	if n := strings.IndexByte(p.text[p.at:], '\n'); n >= 0 {
		p.end, p.next = p.at+n, p.at+n+1
	} else {
		p.end, p.next = len(p.text), len(p.text)
	}
	p.end = p.at + len(strings.TrimRight(p.text[p.at:p.end], " \t\r"))
}

// token goes to the next byte between braces that means something.
func (p *parser) token() (byte, error) {
	for {
		rest := p.rest()
		p.at += len(rest) - len(strings.TrimLeft(rest, " \t"))
		if rest = p.rest(); rest != "" && rest[0] != '#' {
			return rest[0], nil
		}
		if !p.readLine() {
			return 0, p.fault("a bracket is not closed")
		}
	}
}

func (p *parser) flowList(depth int) (Value, error) {
	v := Value{Line: p.line, kind: list, node: &node{}}
	p.at++
	for {
		c, err := p.token()
		if err != nil {
			return v, err
		}
		switch c {
		case ']':
			p.at++
			return v, nil
		case ',':
			p.at++
			continue
		case '}', ':':
			return v, p.fault("unexpected %q", c)
		}
		item, err := p.flow(depth + 1)
		if err != nil {
			return v, err
		}
		if c, err = p.token(); err != nil {
			return v, err
		}
		if c == ':' { // an entry of a mapping without its braces
			return v, p.fault("unexpected %q", c)
		}
		v.node.items = append(v.node.items, item)
	}
}

func (p *parser) flowMapping(depth int) (Value, error) {
	v := Value{Line: p.line, kind: mapping, node: &node{}}
	merges, err := p.flowEntries(&v, depth)
	if wrong := v.merge(merges); err == nil {
		err = wrong
	}
	return v, err
}

func (p *parser) flowEntries(v *Value, depth int) (merges []Value, err error) {
	p.at++
	for {
		c, err := p.token()
		if err != nil {
			return merges, err
		}
		switch c {
		case '}':
			p.at++
			return merges, nil
		case ',':
			p.at++
			continue
		case ']', '[', '{', ':':
			return merges, p.fault("unexpected %q", c)
		}
		line := p.line
		key, err := p.flow(depth + 1)
		if err != nil {
			return merges, err
		}
		value, err := p.flowValue(depth)
		value.Line = line
		if key.kind == plain && key.text == mergeKey {
			merges = append(merges, value)
		} else {
			v.add(p, key.text, value)
		}
		if err != nil {
			return merges, err
		}
	}
}

// flowValue reads what stands behind a key between braces, if anything.
func (p *parser) flowValue(depth int) (Value, error) {
	c, err := p.token()
	if err != nil || c != ':' {
		return Value{kind: null}, err
	}
	p.at++
	switch c, err = p.token(); {
	case err != nil || c == ',' || c == '}':
		return Value{kind: null}, err
	case c == ']' || c == ':':
		return Value{kind: null}, p.fault("unexpected %q", c)
	}
	return p.flow(depth + 1)
}

// closing finds the quote that ends the text which begins with one, or -1.
func closing(s string) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] != quote:
		case quote == '\'' && i+1 < len(s) && s[i+1] == quote:
			i++
		default:
			return i
		}
	}
	return -1
}

// unquote takes off the quotes and what they escape.
func unquote(raw string) string {
	quote, s := raw[0], raw[1:len(raw)-1]
	if strings.IndexByte(s, '\n') >= 0 {
		parts := strings.Split(s, "\n")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		s = strings.Join(parts, " ")
	}
	if quote == '\'' {
		return strings.ReplaceAll(s, "''", "'")
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		i += escape(&b, s[i], s[i+1:])
	}
	return b.String()
}

// escape writes what a backslash and c mean, and tells how much of after it took.
func escape(b *strings.Builder, c byte, after string) int {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits > 0 && len(after) >= digits {
		if n, err := strconv.ParseUint(after[:digits], 16, 32); err == nil && n <= utf8.MaxRune {
			b.WriteRune(rune(n))
			return digits
		}
	}
	switch c {
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r':
		c = '\r'
	case '0':
		c = 0
	case 'e':
		c = 0x1b
	}
	b.WriteByte(c)
	return 0
}
