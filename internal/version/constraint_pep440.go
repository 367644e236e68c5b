package version

import (
	"fmt"
	"strings"
)

// readSpecifiers reads a comma list of PEP 440 specifiers, and what Poetry and
// Pipfiles write besides: "*", a version alone (which is ==), "1.2.*", "^1.2" and
// "~1.2".
func readSpecifiers(text string) ([]comparator, error) {
	var set []comparator
	text = strings.TrimSuffix(strings.TrimPrefix(text, "("), ")") // "name (>=1)" of old metadata
	for part := range strings.SplitSeq(text, ",") {
		if part = trimBlanks(part); part == "" || part == "*" {
			continue
		}
		more, err := readSpecifier(part)
		if err != nil {
			return nil, err
		}
		set = append(set, more...)
	}
	return set, nil
}

func readSpecifier(part string) ([]comparator, error) {
	if rest, ok := strings.CutPrefix(part, "==="); ok {
		return []comparator{{opSame, Version{text: trimBlanks(rest), scheme: PEP440}}}, nil
	}
	if rest, ok := strings.CutPrefix(part, "~="); ok {
		return readCompatible(trimBlanks(rest))
	}
	o, rest := cutOperator(part)
	switch {
	case o != opAny:
	case part[0] == '^' || part[0] == '~':
		return readPoetry(part)
	default:
		o = opEqual
	}
	if prefix, ok := strings.CutSuffix(rest, ".*"); ok {
		return readPrefix(o, prefix)
	}
	bound, err := Parse(PEP440, rest)
	return []comparator{{o, bound}}, err
}

// readPrefix reads "== 1.2.*" and "!= 1.2.*".
func readPrefix(o op, prefix string) ([]comparator, error) {
	bound, err := Parse(PEP440, prefix)
	if err != nil {
		return nil, err
	}
	p := bound.parts()
	if *p != (pep440{epoch: p.epoch}) {
		return nil, fmt.Errorf("%w: %q", errVersion, prefix)
	}
	switch o {
	case opEqual:
		return []comparator{{opPrefix, bound}}, nil
	case opNot:
		return []comparator{{opNotPrefix, bound}}, nil
	case opAtLeast, opLess: // seen in old metadata, where pip read ">=1.2"
		return []comparator{{o, bound}}, nil
	}
	return nil, fmt.Errorf("%w before %q", errOperator, prefix+".*")
}

// readCompatible reads "~= 1.4.5", which is ">= 1.4.5, == 1.4.*".
func readCompatible(text string) ([]comparator, error) {
	bound, err := Parse(PEP440, text)
	if err != nil {
		return nil, err
	}
	last := strings.LastIndexByte(bound.core, '.')
	if last < 0 {
		return nil, fmt.Errorf("%w: %q has one number", errVersion, text)
	}
	prefix := Version{text: bound.core[:last] + ".*", core: bound.core[:last], scheme: PEP440}
	if epoch := bound.parts().epoch; epoch != "" {
		prefix.ext = &pep440{epoch: epoch}
	}
	return []comparator{{opAtLeast, bound}, {opPrefix, prefix}}, nil
}

// readPoetry reads Poetry's "^1.2" and "~1.2", which mean what they mean to npm
// but for pre-releases of the next version, which PEP 440 excludes with "<".
func readPoetry(part string) ([]comparator, error) {
	low, err := Parse(PEP440, trimBlanks(part[1:]))
	if err != nil {
		return nil, err
	}
	numbers := strings.Split(low.core, ".")
	i := min(len(numbers)-1, 1)
	if part[0] == '^' {
		i = 0
		for i < len(numbers)-1 && trimZeros(numbers[i]) == "" {
			i++
		}
	}
	numbers = numbers[:i+1]
	numbers[i] = increment(numbers[i])
	high := Version{core: strings.Join(numbers, "."), scheme: PEP440}
	high.text = high.core
	if epoch := low.parts().epoch; epoch != "" {
		high.ext = &pep440{epoch: epoch}
	}
	return []comparator{{opAtLeast, low}, {opLess, high}}, nil
}

// holdsPEP440 applies a specifier. Pre-releases are candidates like all others,
// for a lockfile has chosen already.
func (c *comparator) holdsPEP440(v *Version) (bool, error) {
	if c.op == opSame {
		return strings.EqualFold(trimBlanks(v.text), c.bound.text), nil
	}
	p, q := v.parts(), c.bound.parts()
	if p == nil {
		return false, incomparable(v, &c.bound)
	}
	if c.op == opPrefix || c.op == opNotPrefix {
		return hasPrefix(v.core, p, c.bound.core, q) == (c.op == opPrefix), nil
	}
	n := comparePublic(v.core, p, c.bound.core, q)
	sameRelease := compareDigits(p.epoch, q.epoch) == 0 && compareDotted(v.core, c.bound.core) == 0
	switch c.op {
	case opEqual, opNot:
		if q.local != "" { // a bound with a local part means that part too
			n = compareParts(v.core, p, c.bound.core, q)
		}
	case opLess:
		// 1.0rc1 is no version "< 1.0", but one "< 1.0rc2".
		if p.isPre() && !q.isPre() && sameRelease {
			return false, nil
		}
	case opMore:
		// Neither 1.0.post1 nor 1.0+local is a version "> 1.0".
		if sameRelease && (p.local != "" || p.hasPost && !q.hasPost) {
			return false, nil
		}
	}
	return c.op.holds(n), nil
}

func (p *pep440) isPre() bool { return p.phase != 0 || p.hasDev }

// hasPrefix reports whether the numbers a start with those of b; missing ones
// are 0, so that 1 has the prefix 1.0.
func hasPrefix(a string, p *pep440, b string, q *pep440) bool {
	if compareDigits(p.epoch, q.epoch) != 0 {
		return false
	}
	for b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if compareDigits(x, y) != 0 {
			return false
		}
	}
	return true
}
