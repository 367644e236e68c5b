package gradlebuild

import "strings"

// define enters what a statement gives a name to: "def x = ...", "val x = ...",
// "ext.x = ...", "ext['x'] = ...", "set('x', ...)" and, among properties, "x = ...".
// It tells whether the statement was one.
func (p *parser) define(statement []token) bool {
	if len(statement) < 3 {
		return false
	}
	if name := head(statement); (name == "set" || name == "add") && statement[1].is("(") && p.top().meaning != dependencies {
		if a := arguments(statement[1:]); len(a) == 2 && len(a[0].tokens) == 1 {
			p.assign(a[0].tokens[0].text, a[1].tokens)
			return true
		}
	}
	at := assignment(statement)
	if at <= 0 {
		return p.delegated(statement)
	}
	target := statement[:at]
	for i, t := range target { // the type of a Kotlin variable
		if t.is(":") {
			target = target[:i]
			break
		}
	}
	if len(target) == 0 {
		return false
	}
	name := target[len(target)-1].text
	if path := pathOf(target); path != "" {
		name = path
	} else if target[len(target)-1].kind != word {
		return true
	}
	p.assign(name, statement[at+1:])
	return true
}

// assignment is the place of the "=" that is in no brackets and is no
// comparison, or less than 1.
func assignment(statement []token) int {
	for i, t := range statement[:min(len(statement), maxExpression)] {
		switch {
		case t.is("(") || t.kind == text && i == 0:
			return -1
		case t.is("="):
			if i+1 < len(statement) && statement[i+1].is("=") || i > 0 && statement[i-1].kind == mark && !statement[i-1].is("]") {
				return -1
			}
			return i
		}
	}
	return -1
}

// delegated reads "val x by extra("...")".
func (p *parser) delegated(statement []token) bool {
	if statement[0].kind != word || statement[0].text != "val" && statement[0].text != "var" {
		return false
	}
	for i, t := range statement {
		if t.kind == word && t.text == "by" && i+2 < len(statement) && head(statement[i+1:]) == "extra" && statement[i+2].is("(") {
			if a := arguments(statement[i+2:]); len(a) == 1 {
				p.assign(statement[1].text, a[0].tokens)
			}
		}
	}
	return true
}

// assign enters a value, or each of a map's values.
func (p *parser) assign(name string, expression []token) {
	for _, prefix := range []string{"project.", "rootProject.", "ext.", "extra."} {
		name = strings.TrimPrefix(name, prefix)
	}
	p.setWithin(name, expression, 0)
}

func (p *parser) setWithin(name string, expression []token, depth int) {
	if name == "" || len(expression) == 0 || depth > 3 {
		return
	}
	isMap := expression[0].is("[")
	if open := len(expression) > 1 && expression[1].is("("); open && (expression[0].text == "mapOf" || expression[0].text == "mutableMapOf") {
		isMap, expression = true, expression[1:]
	}
	if !isMap {
		if value := evaluate(expression, p.lookup); !isOpen(value) {
			p.values[name] = value
		} else {
			delete(p.values, name) // what it was before it is no longer
		}
		return
	}
	for _, e := range entries(expression) {
		if e.name == "" { // Kotlin's "key" to "value"
			if t := e.tokens; len(t) > 2 && t[0].kind == text && t[1].text == "to" {
				e = argument{t[0].text, t[2:]}
			}
		}
		if e.name != "" {
			p.setWithin(name+"."+e.name, e.tokens, depth+1)
		}
	}
}
