package gradlebuild

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract/maven/gradlevalues"
)

// The bounds of values made of values, and of their names.
const (
	maxLength = 4096
	maxName   = 200
)

// lookup finds the value of a name.
type lookup func(name string) (string, bool)

// expand replaces "$name" and "${name}" in a text where the value is known. What
// is not stays as it is.
func expand(text string, find lookup) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "$")
		b.WriteString(before)
		if !found {
			break
		}
		value, length := reference(after, find)
		b.WriteString(value)
		rest = after[length:]
		if b.Len() > maxLength {
			return text
		}
	}
	return b.String()
}

// reference reads what follows a "$": the value, and how much of the text it
// takes. Without a value it is the text itself.
func reference(after string, find lookup) (value string, length int) {
	if strings.HasPrefix(after, "{") {
		end := strings.IndexByte(after, '}')
		if end < 0 {
			return "$" + after, len(after)
		}
		if value, ok := find(nameOf(after[1:end])); ok {
			return value, end + 1
		}
		return "$" + after[:end+1], end + 1
	}
	for length < len(after) && (isWord(after[length]) && after[length] != '$' || length > 0 && after[length] == '.' && length+1 < len(after) && isLetter(after[length+1])) {
		length++
	}
	// Groovy takes the whole path, Kotlin its first name.
	for name := after[:length]; name != "" && length <= maxName; {
		if value, ok := find(name); ok {
			return value, len(name)
		}
		name = name[:max(strings.LastIndexByte(name, '.'), 0)]
	}
	return "$" + after[:length], length
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// nameOf is the name that an expression asks for: a path, a map's entry such as
// versions["anvil"], or property("anvil").
func nameOf(expression string) string {
	l := lexer{src: expression, line: 1}
	var tokens []token
	for len(tokens) <= maxExpression {
		t, err := l.next()
		if err != nil || t.kind == end {
			break
		}
		tokens = append(tokens, t)
	}
	return pathOf(tokens)
}

// maxExpression is the number of tokens of the longest expression that is a name.
const maxExpression = 12

// pathOf is nameOf for tokens; "" for all that is computed.
func pathOf(tokens []token) string {
	if len(tokens) == 0 || tokens[0].kind != word || len(tokens) > maxExpression {
		return ""
	}
	name := tokens[0].text
	for rest := tokens[1:]; len(rest) > 0; {
		var used int
		if name, used = follow(name, rest); used == 0 {
			return ""
		}
		rest = rest[min(used, len(rest)):]
	}
	return name
}

// follow takes a name further by what stands behind it, and tells how many tokens
// that are; 0: it is computed.
func follow(name string, rest []token) (string, int) {
	form := shape(rest)
	switch {
	case strings.HasPrefix(form, "[t]"):
		return name + "." + rest[1].text, 3
	case strings.HasPrefix(form, "(t)") && isGetter(name):
		return rest[1].text, 3
	case strings.HasPrefix(form, "()") && isConversion(name):
		return name[:strings.LastIndexByte(name, '.')], 2
	case strings.HasPrefix(form, ".w()") && isConversion("."+rest[1].text):
		return name, 4
	case strings.HasPrefix(form, "ww") && rest[0].text == "as":
		return name, len(rest) // a cast
	case strings.HasPrefix(form, "!!"):
		return name, 2
	}
	return name, 0
}

// shape writes the first tokens as letters: w for a word, t for a text, marks as
// they are.
func shape(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens[:min(4, len(tokens))] {
		switch t.kind {
		case word:
			b.WriteByte('w')
		case text:
			b.WriteByte('t')
		default:
			b.WriteString(t.text)
		}
	}
	return b.String()
}

func isGetter(name string) bool {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "property", "findProperty", "getProperty", "gradleProperty":
		return true
	}
	return false
}

func isConversion(name string) bool {
	for _, suffix := range []string{".get", ".toString", ".getOrNull"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// evaluate is the text that an expression of strings, names and "+" gives; what
// is not known stays in it as "${...}".
func evaluate(tokens []token, find lookup) string {
	var b strings.Builder
	for len(tokens) > 0 {
		length := termLength(tokens)
		b.WriteString(term(tokens[:length], find))
		if b.Len() > maxLength {
			return "${" + source(tokens[:min(len(tokens), maxExpression)]) + "}"
		}
		tokens = tokens[min(length+1, len(tokens)):]
	}
	return b.String()
}

// termLength finds the next "+" that is in no brackets.
func termLength(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.is("(") || t.is("["):
			depth++
		case t.is(")") || t.is("]"):
			depth--
		case t.is("+") && depth == 0:
			return i
		}
	}
	return len(tokens)
}

func term(tokens []token, find lookup) string {
	if len(tokens) >= 2 && tokens[0].is("(") && tokens[len(tokens)-1].is(")") {
		tokens = tokens[1 : len(tokens)-1]
	}
	if len(tokens) == 1 && tokens[0].kind == text {
		return expand(tokens[0].text, find)
	}
	if len(tokens) == 1 && tokens[0].kind == word && '0' <= tokens[0].text[0] && tokens[0].text[0] <= '9' {
		return tokens[0].text
	}
	name := pathOf(tokens)
	if value, ok := find(name); ok && name != "" {
		return value
	}
	if name == "" {
		name = source(tokens[:min(len(tokens), maxExpression)])
	}
	return "${" + name + "}"
}

// source writes tokens as text again.
func source(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		if t.kind == text {
			b.WriteString("'" + strings.NewReplacer("$", "", "{", "", "}", "").Replace(t.text) + "'")
			continue
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// isOpen tells a text in which something is not known.
func isOpen(s string) bool { return strings.Contains(s, "$") }

// module splits "group:artifact:version:classifier@type"; a ":" within "${...}"
// splits nothing. ok is false for what has no group and artifact.
func module(coordinates string) (m gradlevalues.Module, ok bool) {
	var parts [3]string
	count, from, depth := 0, 0, 0
	for i := 0; i <= len(coordinates); i++ {
		switch {
		case i < len(coordinates) && coordinates[i] == '{':
			depth++
		case i < len(coordinates) && coordinates[i] == '}':
			depth--
		case i == len(coordinates) || coordinates[i] == ':' && depth == 0:
			if count < len(parts) {
				parts[count] = strings.TrimSpace(coordinates[from:i])
			}
			count, from = count+1, i+1
		}
	}
	last := min(count, len(parts)) - 1
	parts[last], _, _ = strings.Cut(parts[last], "@")
	return gradlevalues.Module{Name: parts[0] + ":" + parts[1], Version: parts[2]}, parts[0] != "" && parts[1] != ""
}
