package version

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A formula of "and", "or" and parentheses becomes alternatives of which all
// comparators must hold. The bounds are far above what manifests have.
const (
	maxDepth       = 16
	maxComparators = 4096 // of all alternatives together, of which each counts as one more
)

var errFormula = errors.New("parentheses or quotes do not match, or too many parts")

// formula reads terms that are joined by words or signs.
type formula struct {
	or, and string
	term    func(text string) ([][]comparator, error)
}

func (f *formula) read(text string, depth int) ([][]comparator, error) {
	if depth > maxDepth {
		return nil, errFormula
	}
	alternatives, err := splitOutside(text, f.or)
	var out [][]comparator
	for _, alternative := range alternatives {
		sets, err := f.readAll(alternative, depth)
		if err != nil {
			return nil, err
		}
		if out = append(out, sets...); size(out) > maxComparators {
			return nil, errFormula
		}
	}
	return out, err
}

func size(sets [][]comparator) int {
	n := len(sets)
	for _, set := range sets {
		n += len(set)
	}
	return n
}

// readAll reads parts of which all must hold.
func (f *formula) readAll(text string, depth int) ([][]comparator, error) {
	parts, err := splitOutside(text, f.and)
	out := [][]comparator{nil}
	for _, part := range parts {
		part = trimBlanks(part)
		var sets [][]comparator
		var err error
		switch {
		case part == "":
			err = errEmpty
		case part[0] == '(' && part[len(part)-1] == ')':
			sets, err = f.read(part[1:len(part)-1], depth+1)
		default:
			sets, err = f.term(part)
		}
		if err != nil {
			return nil, err
		}
		if len(out)*size(sets)+len(sets)*size(out) > 2*maxComparators {
			return nil, errFormula
		}
		out = product(out, sets)
	}
	return out, err
}

// product returns the alternatives of a and b both; it uses up a.
func product(a, b [][]comparator) [][]comparator {
	if len(b) == 1 {
		for i := range a {
			a[i] = append(a[i], b[0]...)
		}
		return a
	}
	var out [][]comparator
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(slices.Clone(x), y...))
		}
	}
	return out
}

// splitOutside splits text at a separator outside of parentheses, braces and quotes.
func splitOutside(text, separator string) ([]string, error) {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], separator):
			parts = append(parts, text[start:i])
			start = i + len(separator)
			i = start - 1
		}
		if depth < 0 {
			return nil, errFormula
		}
	}
	if depth != 0 || quoted {
		return nil, errFormula
	}
	return append(parts, text[start:]), nil
}

// one returns a single alternative.
func one(set ...comparator) [][]comparator { return [][]comparator{set} }

// readHackage reads Cabal's bounds: "^>=1.2 && <1.5 || ==2.*", sets in braces.
func readHackage(text string) ([][]comparator, error) {
	f := formula{or: "||", and: "&&", term: hackageTerm}
	if text == "" {
		return one(), nil
	}
	return f.read(text, 0)
}

func hackageTerm(text string) ([][]comparator, error) {
	switch text {
	case "-any", "*":
		return one(), nil
	case "-none":
		return nil, nil
	}
	caret := strings.HasPrefix(text, "^>=")
	o, rest := cutOperator(strings.TrimPrefix(text, "^"))
	if inner, ok := strings.CutPrefix(rest, "{"); ok && (caret || o == opEqual) {
		return hackageSet(strings.TrimSuffix(inner, "}"), caret)
	}
	if o == opAny {
		o = opEqual
	}
	if caret != (text[0] == '^') || o == opNot {
		return nil, fmt.Errorf("%w: %q", errOperator, text)
	}
	return hackageBound(o, caret, rest)
}

// hackageSet reads the versions between braces, alternatives of each other.
func hackageSet(text string, caret bool) ([][]comparator, error) {
	var out [][]comparator
	for part := range strings.SplitSeq(text, ",") {
		sets, err := hackageBound(opEqual, caret, trimBlanks(part))
		if err != nil {
			return nil, err
		}
		out = append(out, sets...)
	}
	return out, nil
}

// hackageBound returns a comparison; by the PVP the first two numbers are the
// major version, which "^>=" keeps.
func hackageBound(o op, caret bool, text string) ([][]comparator, error) {
	number, wild := strings.CutSuffix(text, ".*")
	bound, err := Parse(Hackage, number)
	switch {
	case err != nil:
		return nil, err
	case caret:
		major := bound.core
		if !strings.Contains(major, ".") {
			major += ".0"
		}
		numbers := strings.Split(major, ".")[:2]
		return one(comparator{opAtLeast, bound}, listBound(opLess, raise(numbers))), nil
	case wild && o == opEqual:
		return one(comparator{opAtLeast, bound}, listBound(opLess, raise(strings.Split(number, ".")))), nil
	case wild:
		return nil, fmt.Errorf("%w: %q", errOperator, text)
	}
	return one(comparator{o, bound}), nil
}

// raise returns the dotted numbers with the last one raised.
func raise(numbers []string) string {
	numbers[len(numbers)-1] = increment(numbers[len(numbers)-1])
	return strings.Join(numbers, ".")
}

func listBound(o op, core string) comparator {
	return comparator{o, Version{text: core, core: core, scheme: Hackage}}
}

// readOpamFormula reads what stands in braces behind a dependency's name. What
// asks for the platform or the purpose ("with-test", os = "linux") says whether
// the dependency is wanted at all, not which version.
func readOpamFormula(text string) ([][]comparator, error) {
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		text = trimBlanks(strings.TrimSuffix(inner, "}"))
	}
	if text == "" || text == "*" {
		return one(), nil
	}
	f := formula{or: "|", and: "&", term: opamTerm}
	return f.read(text, 0)
}

func opamTerm(text string) ([][]comparator, error) {
	o, rest := cutOperator(text)
	if o == opAny {
		if isDigit(text[0]) || text[0] == '"' {
			o = opEqual
		} else if word := opamWord(text); word != "" {
			return one(), nil
		}
	}
	if len(rest) > 1 && rest[0] == '"' && rest[len(rest)-1] == '"' {
		rest = rest[1 : len(rest)-1]
	}
	if o == opAny {
		return nil, fmt.Errorf("%w: %q", errOperator, text)
	}
	bound, err := Parse(Opam, rest)
	return one(comparator{o, bound}), err
}

// opamWord returns the variable that a filter starts with.
func opamWord(text string) string {
	text = strings.TrimLeft(text, "!? ")
	n := 0
	for n < len(text) && (isLetter(text[n]) || text[n] == '-' || text[n] == '_' || text[n] == ':' || n > 0 && isDigit(text[n])) {
		n++
	}
	if rest := trimBlanks(text[n:]); rest != "" && !strings.ContainsAny(rest[:1], "=!<>") {
		return ""
	}
	return text[:n]
}

// readHex reads Elixir's requirements, "~> 1.2 and != 1.2.3 or >= 2.0.0".
func readHex(text string) ([][]comparator, error) {
	if text == "" || text == "*" {
		return one(), nil
	}
	f := formula{or: " or ", and: " and ", term: hexTerm}
	return f.read(strings.Join(strings.Fields(text), " "), 0)
}

func hexTerm(text string) ([][]comparator, error) {
	rest, pessimistic := strings.CutPrefix(text, "~>")
	o := opAtLeast
	if !pessimistic {
		o, rest = cutOperator(text)
	}
	if o == opAny {
		o = opEqual
	}
	rest = trimBlanks(rest)
	bound, err := Parse(Hex, rest)
	if err != nil || !pessimistic {
		return one(comparator{o, bound}), err
	}
	high := Version{text: rest, core: bumpGem(bound.core), scheme: Hex}
	return one(comparator{o, bound}, comparator{opReleaseLess, high}), nil
}
