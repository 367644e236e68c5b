package rubycall

import "strings"

// maxNesting bounds lists in lists.
const maxNesting = 20

// arguments reads a call's arguments from its tokens.
type arguments struct {
	tokens []token
	at     int
	depth  int
	vars   map[string]variable
}

func (p *arguments) is(punctuation string) bool {
	return p.at < len(p.tokens) && p.tokens[p.at].kind == punct && p.tokens[p.at].text == punctuation
}

// list reads values up to a closing bracket, or to the end of the statement or
// its modifier, and appends them.
func (p *arguments) list(closing string, values []Value) []Value {
	for p.at < len(p.tokens) {
		switch {
		case closing != "" && p.is(closing):
			p.at++
			return values
		case p.is(","):
			p.at++
			continue
		case closing == "" && p.modifier():
			p.at = len(p.tokens)
			return values
		}
		from := p.at
		values = p.value(values)
		if p.at == from {
			p.at++ // a bracket that closes nothing
		}
	}
	return values
}

func (p *arguments) modifier() bool {
	t := &p.tokens[p.at]
	if t.kind != word || t.joined {
		return false
	}
	switch t.text {
	case "if", "unless", "while", "until", "rescue", "and", "or":
		return true
	}
	return false
}

// value reads one argument with its key and appends it; a splat gives several.
func (p *arguments) value(values []Value) []Value {
	v := Value{Line: p.tokens[p.at].line}
	v.Key = p.key()
	if p.at >= len(p.tokens) {
		return append(values, v)
	}
	splat := p.is("*")
	if splat {
		p.at++
	}
	p.operand(&v)
	if p.rest() {
		v.Text, v.Items, v.Literal = "", nil, false
	}
	if splat && v.List && v.Literal {
		return append(values, v.Items...)
	}
	return append(values, v)
}

// key reads "name:" or ":name =>".
func (p *arguments) key() string {
	if p.at+1 >= len(p.tokens) {
		return ""
	}
	t, next := &p.tokens[p.at], &p.tokens[p.at+1]
	switch {
	case t.joined && (t.kind == word || t.kind == text) && next.kind == punct && next.text == ":":
		p.at += 2
		return t.text
	case (t.kind == symbol || t.kind == text) && next.kind == punct && next.text == "=>":
		p.at += 2
		return t.text
	}
	return ""
}

// operand reads a literal, a list, a hash or a variable.
func (p *arguments) operand(v *Value) {
	if p.at >= len(p.tokens) {
		return
	}
	t := &p.tokens[p.at]
	switch {
	case t.kind == text && t.literal:
		p.at++
		v.Text, v.Literal = unescape(t.text), true
	case t.kind == symbol:
		p.at++
		v.Text, v.Literal = t.text, true
	case t.kind == list:
		p.at++
		v.List, v.Literal = true, t.literal
		for item := range strings.FieldsSeq(t.text) {
			v.Items = append(v.Items, Value{Text: item, Literal: true, Line: t.line})
		}
	case t.kind == word:
		if known := p.vars[t.text]; known.known {
			v.Text, v.Literal = known.text, true
		}
		if t.text == "true" || t.text == "false" || t.text == "nil" {
			v.Text, v.Literal = t.text, true
		}
		p.at++
	case p.is("[") && p.depth < maxNesting:
		p.nested(v, "]")
	case p.is("{") && p.depth < maxNesting:
		p.nested(v, "}")
	}
}

func (p *arguments) nested(v *Value, closing string) {
	p.at++
	p.depth++
	v.List, v.Items, v.Literal = true, p.list(closing, nil), true
	p.depth--
	for i := range v.Items {
		v.Literal = v.Literal && v.Items[i].Literal
	}
}

// rest passes what follows an operand up to the next argument, and tells whether
// it changes the value: "x.freeze" does not.
func (p *arguments) rest() bool {
	changes, depth := false, 0
	for p.at < len(p.tokens) {
		t := &p.tokens[p.at]
		if depth == 0 && (t.kind == punct && (t.text == "," || t.text == ")" || t.text == "]" || t.text == "}") || p.modifier()) {
			break
		}
		if p.is(".") && p.at+1 < len(p.tokens) && p.tokens[p.at+1].text == "freeze" && depth == 0 {
			p.at += 2
			continue
		}
		changes = true
		depth = max(depth+bracket(*t), 0)
		p.at++
	}
	return changes
}

// unescape takes off the backslashes that a string in single quotes may have.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(s)
}
