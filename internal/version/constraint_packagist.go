package version

import (
	"fmt"
	"strings"
)

// Composer's constraints are read here: deps.dev/util/semver panics on them
// ("index out of range [8]"), osv-scalibr has none.

// readComposer reads one alternative of a Composer constraint.
func readComposer(text string) ([]comparator, error) {
	for part := range strings.SplitSeq(text, ",") {
		if trimBlanks(part) == "" && text != "" {
			return nil, errEmpty
		}
	}
	fields := terms(text)
	var set []comparator
	for i := 0; i < len(fields); i++ {
		field := fields[i]
		var more []comparator
		var err error
		switch follower(fields, i) {
		case "-":
			more, err = composerHyphen(field, fields[i+2])
			i += 2
		case "as": // "dev-main as 1.0": what is required is dev-main
			more, err = composerTerm(field)
			i += 2
		default:
			more, err = composerTerm(field)
		}
		if err != nil {
			return nil, err
		}
		set = append(set, more...)
	}
	return set, nil
}

// follower returns the field behind fields[i] if one more follows it.
func follower(fields []string, i int) string {
	if i+2 < len(fields) {
		return fields[i+1]
	}
	return ""
}

func composerTerm(term string) ([]comparator, error) {
	rest, flag, flagged := splitStability(term)
	if flagged && rest == "" {
		rest = "*" // "@dev" allows all versions down to that stability
	}
	if i := strings.IndexByte(rest, '#'); i > 0 && isBranchName(rest[:i]) {
		rest = rest[:i] // "dev-main#commit"
	}
	number := trimV(rest)
	switch {
	case rest == "*" || rest == "x" || rest == "X":
		return nil, nil
	case isAllWild(number):
		return []comparator{{opAtLeast, composerBound("0.0.0.0", true)}}, nil
	case number == "":
		return nil, errEmpty
	case rest[0] == '~':
		return composerTilde(rest[1:])
	case rest[0] == '^':
		return composerCaret(rest[1:])
	}
	if numbers, ok := cutWildcards(number); ok {
		return composerWildcard(numbers), nil
	}
	return composerComparison(rest, flag)
}

func isBranchName(s string) bool {
	s = strings.ToLower(s)
	return strings.HasPrefix(s, "dev-") || strings.HasSuffix(s, ".x-dev")
}

// isAllWild reports whether s is "*", "*.*" and so on.
func isAllWild(s string) bool {
	return s != "" && strings.Trim(s, "xX*.") == "" && !strings.Contains(s, "..") && s[0] != '.' && s[len(s)-1] != '.'
}

// cutWildcards returns the numbers, at most three, before ".*" or ".x.x".
func cutWildcards(s string) (numbers []string, ok bool) {
	n := dotted(s)
	if n == 0 || n+1 >= len(s) || s[n] != '.' || !isAllWild(s[n+1:]) {
		return nil, false
	}
	numbers = strings.Split(s[:n], ".")
	return numbers, len(numbers) <= 3
}

// composerBound is a version in normal form, dev being its very first moment.
func composerBound(core string, dev bool) Version {
	v := Version{text: core, core: core, scheme: Packagist}
	if dev {
		v.text += "-dev"
		v.ext = &release{stability: stable, dev: true}
	}
	return v
}

// raised returns the first i numbers (from 1), the last of them raised, filled
// to four with zeros.
func raised(numbers []string, i int) Version {
	out := [4]string{"0", "0", "0", "0"}
	copy(out[:i], numbers)
	out[i-1] = increment(out[i-1])
	return composerBound(strings.Join(out[:], "."), true)
}

// composerWildcard reads "1.2.*": from 1.2.0.0-dev to below 1.3.0.0-dev.
func composerWildcard(numbers []string) []comparator {
	out := [4]string{"0", "0", "0", "0"}
	copy(out[:], numbers)
	high := comparator{opLess, raised(numbers, len(numbers))}
	low := composerBound(strings.Join(out[:], "."), true)
	return []comparator{{opAtLeast, low}, high}
}

// composerVersion is the version of a "~", "^" or hyphen term.
type composerVersion struct {
	low      Version
	numbers  []string // as many as were written
	modified bool     // has a stability, or is a branch like 1.x-dev
	branch   bool     // is such a branch
}

func parseComposer(text string) (c composerVersion, err error) {
	c.low, err = Parse(Packagist, text)
	if err != nil {
		return c, err
	}
	text, _, _ = strings.Cut(trimV(text), "+")
	n := dotted(text)
	c.numbers = strings.Split(text[:n], ".")
	if n == 0 || len(c.numbers) > 4 {
		return c, fmt.Errorf("%w: %q", errVersion, text)
	}
	c.modified = strings.Trim(text[n:], "._-") != "" // "^1." is an old misspelling
	c.branch = c.modified && text[n] == '.' && isWildRune(text[n+1:])
	if !c.modified {
		c.low.ext = &release{stability: stable, dev: true}
	}
	return c, nil
}

func isWildRune(s string) bool {
	return s != "" && (s[0] == 'x' || s[0] == 'X' || s[0] == '*')
}

// composerTilde reads "~1.2.3": the last number that is given may grow.
func composerTilde(text string) ([]comparator, error) {
	c, err := parseComposer(text)
	if err != nil {
		return nil, err
	}
	position := len(c.numbers)
	if c.branch {
		position++ // "~2.1.x-dev" is written with three
	}
	high := raised(c.numbers, max(1, position-1))
	return []comparator{{opAtLeast, c.low}, {opLess, high}}, nil
}

// composerCaret reads "^1.2.3": the first number that is not 0 must stay.
func composerCaret(text string) ([]comparator, error) {
	c, err := parseComposer(text)
	if err != nil {
		return nil, err
	}
	position := 1
	for position < min(3, len(c.numbers)) && c.numbers[position-1] == "0" {
		position++
	}
	return []comparator{{opAtLeast, c.low}, {opLess, raised(c.numbers, position)}}, nil
}

// composerHyphen reads "1.0 - 2.0": the upper end includes all that it stands
// for, unless it has three numbers or more or a stability.
func composerHyphen(from, to string) ([]comparator, error) {
	low, err := parseComposer(from)
	if err != nil {
		return nil, err
	}
	high, err := parseComposer(to)
	if err != nil {
		return nil, err
	}
	upper := comparator{opLess, raised(high.numbers, min(2, len(high.numbers)))}
	if len(high.numbers) > 2 || high.modified {
		if !high.modified {
			high.low.ext = nil
		}
		upper = comparator{opAtMost, high.low}
	}
	return []comparator{{opAtLeast, low.low}, upper}, nil
}

// composerComparison reads an operator and a version, or a version alone.
func composerComparison(term string, flag stability) ([]comparator, error) {
	o, rest := cutOperator(term)
	if o == opAny {
		o = opEqual
	}
	bound, err := Parse(Packagist, rest)
	if err != nil {
		// "foo-dev" is an old spelling of "dev-foo".
		name, found := strings.CutSuffix(rest, "-dev")
		if !found || name == "" || strings.Trim(name, "./-") == "" || strings.ContainsFunc(name, notInBranch) {
			return nil, err
		}
		bound = Version{text: rest, scheme: Packagist, ext: branch(name)}
	}
	if _, isBranch := bound.ext.(branch); !isBranch {
		bound.lowerBound(o, rest, flag)
	}
	return []comparator{{o, bound}}, nil
}

func notInBranch(r rune) bool {
	return r >= 0x80 || !isDigit(byte(r)) && !isLetter(byte(r)) && r != '-' && r != '.' && r != '/'
}

// lowerBound moves a bound of ">=" and "<" to its very first moment: ">=1.0" lets
// 1.0-beta1 in and "<1.0" keeps it out. A written stability ("<1.0-RC1") or a
// flag (">=1.0@beta") is left as it is.
func (v *Version) lowerBound(o op, written string, flag stability) {
	r := *v.release()
	switch {
	case o != opEqual && flag != stable && r == stableRelease:
		r = release{stability: flag}
		if flag == devel {
			r = release{stability: stable, dev: true}
		}
	case (o == opLess || o == opAtLeast) && !endsInModifier(written):
		r.dev = true
	default:
		return
	}
	v.ext = &r
}

// endsInModifier reports whether a hyphen and a stability end s.
func endsInModifier(s string) bool {
	s, _, _ = strings.Cut(s, "+")
	for i := range len(s) {
		if s[i] == '-' {
			if _, ok := readModifier(s[i+1:]); ok {
				return true
			}
		}
	}
	return false
}

// holdsComposer applies a comparator; a branch satisfies its own name only.
func (c *comparator) holdsComposer(v *Version) bool {
	a, isBranch := v.ext.(branch)
	b, isBranchToo := c.bound.ext.(branch)
	if isBranch || isBranchToo {
		same := isBranch && isBranchToo && a == b
		return c.op == opEqual && same || c.op == opNot && !same
	}
	return c.op.holds(compareNormal(v.core, v.release(), c.bound.core, c.bound.release()))
}
