package pep508

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// maxMarkerDepth bounds the parentheses of a marker; real ones stay below five.
const maxMarkerDepth = 50

// Scope tells from a marker what a package is needed for: runtime when it can be
// installed without asking for anything, optional when an extra must be asked
// for, dev when only a dependency group brings it. defaults are the groups that
// need no asking.
func Scope(marker string, defaults []string) inventory.Scope {
	if !strings.Contains(marker, "extra") && !strings.Contains(marker, "dependency_groups") {
		return inventory.ScopeRuntime
	}
	asked := func(extras bool) func(variable, value string) bool {
		return func(variable, value string) bool {
			if variable == "dependency_groups" {
				return slices.Contains(defaults, value)
			}
			return extras
		}
	}
	switch {
	case holds(marker, asked(false)):
		return inventory.ScopeRuntime
	case holds(marker, asked(true)):
		return inventory.ScopeOptional
	}
	return inventory.ScopeDev
}

// holds tells whether a marker can be true on some machine when the extras and
// groups are as asked says. A marker that cannot be read can be.
func holds(marker string, asked func(variable, value string) bool) bool {
	m := markerReader{rest: marker, asked: asked}
	m.next()
	result := m.either(0)
	return result || m.failed || m.token != ""
}

type markerReader struct {
	rest   string
	token  string // the current one; quoted strings keep their opening quote
	asked  func(variable, value string) bool
	failed bool
}

func (m *markerReader) either(depth int) bool {
	result := m.both(depth)
	for m.token == "or" {
		m.next()
		right := m.both(depth)
		result = result || right
	}
	return result
}

func (m *markerReader) both(depth int) bool {
	result := m.atom(depth)
	for m.token == "and" {
		m.next()
		right := m.atom(depth)
		result = result && right
	}
	return result
}

func (m *markerReader) atom(depth int) bool {
	if m.token != "(" {
		return m.comparison()
	}
	if depth >= maxMarkerDepth {
		m.fail()
		return true
	}
	m.next()
	result := m.either(depth + 1)
	if m.token != ")" {
		m.fail()
	}
	m.next()
	return result
}

// comparison reads "left operator right". What does not ask for extras or groups
// may be true on some machine.
func (m *markerReader) comparison() bool {
	left := m.token
	m.next()
	operator := m.token
	m.next()
	if operator == "not" { // "not in"
		operator = "!="
		m.next()
	}
	right := m.token
	m.next()
	if left == "" || operator == "" || right == "" {
		m.fail()
		return true
	}
	if isQuoted(left) {
		left, right = right, left
	}
	if left != "extra" && left != "extras" && left != "dependency_groups" || !isQuoted(right) {
		return true
	}
	return m.asked(left, right[1:]) == (operator != "!=")
}

func (m *markerReader) fail() { m.failed, m.rest, m.token = true, "", "" }

// next moves to the next token: a quoted string, a parenthesis, an operator or a
// word; empty at the end.
func (m *markerReader) next() {
	s := strings.TrimLeft(m.rest, " \t")
	if s == "" {
		m.rest, m.token = "", ""
		return
	}
	n := 1
	switch {
	case isQuoted(s):
		end := strings.IndexByte(s[1:], s[0])
		if end < 0 {
			m.fail()
			return
		}
		m.token, m.rest = s[:end+1], s[end+2:]
		return
	case s[0] == '(' || s[0] == ')':
	case strings.IndexByte("<>=!~", s[0]) >= 0:
		n = len(s) - len(strings.TrimLeft(s, "<>=!~"))
	default:
		if n = strings.IndexAny(s, " \t()<>=!~'\""); n < 0 {
			n = len(s)
		}
	}
	m.token, m.rest = s[:n], s[n:]
}

func isQuoted(s string) bool { return s != "" && (s[0] == '\'' || s[0] == '"') }
