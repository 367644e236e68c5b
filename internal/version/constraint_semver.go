package version

import (
	"errors"
	"fmt"
	"strings"
)

// npm's and Cargo's grammars are read here and not by deps.dev/util/semver: it
// merges alternatives that overlap, and with them the bounds by which a
// pre-release may match ("1.5.0-b.2" in ">=1.0.0 <2.0.0 || >=1.5.0-b.1 <1.6.0");
// it refuses "1.x ||" and "2 - 1", which npm takes, and numbers it cannot hold.
// Tests hold the two to each other elsewhere.

var (
	errVersion  = errors.New("not a version")
	errOperator = errors.New("unknown operator")
	errEmpty    = errors.New("empty part")
)

// partial is a version of which numbers may be missing or wildcards.
type partial struct {
	numbers [3]string // leading ones that are given; "" from the first wildcard on
	pre     string
}

// count returns how many numbers are given.
func (p *partial) count() int {
	n := 0
	for n < 3 && p.numbers[n] != "" {
		n++
	}
	return n
}

// parsePartial reads "1", "1.x", "1.2.*", "*" and "v1.2.3-pre+build".
func parsePartial(s Scheme, text string) (p partial, err error) {
	text = strings.TrimLeft(text, "v= \t")
	text, _, _ = strings.Cut(text, "+")
	numbers, pre, hasPre := strings.Cut(text, "-")
	if len(text) > MaxText || hasPre && !isIdentifiers(pre) {
		return p, fmt.Errorf("%w: %q", errVersion, text)
	}
	parts := strings.Split(numbers, ".")
	if len(parts) > 3 || hasPre && len(parts) < 3 {
		return p, fmt.Errorf("%w: %q", errVersion, text)
	}
	wild := false
	for i, part := range parts {
		switch {
		case part == "x" || part == "X" || part == "*":
			wild = true
		case wild: // "x.1"
			return p, fmt.Errorf("%w: %q", errVersion, text)
		case !allDigits(part) && i == 2 && !hasPre && digits(part) > 0 && s == NPM:
			// node-semver's loose reading of "1.2.3beta".
			n := digits(part)
			p.numbers[i], pre, hasPre = part[:n], part[n:], true
			if !isIdentifiers(pre) {
				return p, fmt.Errorf("%w: %q", errVersion, text)
			}
		case !allDigits(part):
			return p, fmt.Errorf("%w: %q", errVersion, text)
		default:
			p.numbers[i] = part
		}
	}
	if p.numbers[2] != "" {
		p.pre = pre // "1.x-beta" has none
	}
	return p, nil
}

// bounds build comparators from partial versions.
type bounds struct {
	scheme Scheme
	set    []comparator
}

// add adds a comparator with the version numbers[0].numbers[1].numbers[2]-pre.
func (b *bounds) add(o op, numbers [3]string, pre string) {
	for i := range numbers {
		if numbers[i] == "" {
			numbers[i] = "0"
		}
	}
	v := Version{scheme: b.scheme, core: strings.Join(numbers[:], "."), pre: pre}
	v.text = v.core
	if pre != "" {
		v.text += "-" + pre
	}
	b.set = append(b.set, comparator{o, v})
}

// below adds "< the next version in number i": its first pre-release, "-0",
// excludes all pre-releases of it.
func (b *bounds) below(p partial, i int) {
	b.add(opLess, next(p, i), "0")
}

// next returns p with number i raised and those behind it 0.
func next(p partial, i int) [3]string {
	var n [3]string
	copy(n[:i], p.numbers[:i])
	n[i] = increment(p.numbers[i])
	return n
}

// compare adds a comparison with a partial version, by the rules that npm and
// Cargo share: ">1.2" is ">=1.3.0", "<=1.2" is "<1.3.0-0", "=1.2" is both ends.
func (b *bounds) compare(o op, p partial) {
	n := p.count()
	switch {
	case n == 3:
		b.add(o, p.numbers, p.pre)
	case n == 0 && (o == opMore || o == opLess):
		b.add(opLess, p.numbers, "0") // nothing is more or less than "*"
	case n == 0:
		b.add(opAtLeast, p.numbers, "")
	case o == opMore:
		b.add(opAtLeast, next(p, n-1), "")
	case o == opAtMost:
		b.below(p, n-1)
	case o == opLess:
		b.add(opLess, p.numbers, "0")
	case o == opAtLeast:
		b.add(opAtLeast, p.numbers, "")
	default:
		b.add(opAtLeast, p.numbers, "")
		b.below(p, n-1)
	}
}

// caret allows what keeps the first number that is not 0.
func (b *bounds) caret(p partial) {
	n := p.count()
	if n == 0 {
		b.compare(opEqual, p)
		return
	}
	i := 0
	for i < n-1 && trimZeros(p.numbers[i]) == "" {
		i++
	}
	b.add(opAtLeast, p.numbers, p.pre)
	b.below(p, i)
}

// tilde allows what keeps the first two numbers, or the only one.
func (b *bounds) tilde(p partial) {
	n := p.count()
	if n == 0 {
		b.compare(opEqual, p)
		return
	}
	b.add(opAtLeast, p.numbers, p.pre)
	b.below(p, min(n-1, 1))
}

// term adds one term such as "^1.2", "~> 1", ">=1.2.3-pre" or "1.x".
func (b *bounds) term(term string, bare func(partial)) error {
	apply := bare
	o, rest := cutOperator(term)
	switch {
	case o == opNot || strings.HasPrefix(term, "=="):
		return fmt.Errorf("%w: %q", errOperator, term)
	case o != opAny:
		apply = func(p partial) { b.compare(o, p) }
	case strings.HasPrefix(term, "^"):
		apply, rest = b.caret, term[1:]
	case strings.HasPrefix(term, "~"):
		apply, rest = b.tilde, strings.TrimPrefix(term[1:], ">")
	}
	p, err := parsePartial(b.scheme, trimBlanks(rest))
	if err == nil {
		apply(p)
	}
	return err
}

// readNPM reads one alternative of an npm range.
func readNPM(text string) ([]comparator, error) {
	if strings.Contains(text, ",") {
		return nil, fmt.Errorf("%w: %q", errOperator, ",")
	}
	b := bounds{scheme: NPM}
	fields := strings.Fields(text)
	if len(fields) == 3 && fields[1] == "-" {
		err := b.hyphen(fields[0], fields[2])
		return b.set, err
	}
	if len(fields) == 0 {
		fields = []string{"*"}
	}
	for _, term := range terms(strings.Join(fields, " ")) {
		if err := b.term(term, func(p partial) { b.compare(opEqual, p) }); err != nil {
			return nil, err
		}
	}
	return b.set, nil
}

// simplifyNPM leaves only "*" if it is one of the alternatives, as node-semver
// does: in "* || >=2.0.0-rc.1" the second one lets no pre-release in.
func simplifyNPM(sets [][]comparator) [][]comparator {
	for i, set := range sets {
		if len(set) == 1 && set[0].op == opAtLeast && set[0].bound.pre == "" && compareDotted(set[0].bound.core, "0") == 0 {
			return sets[i : i+1]
		}
	}
	return sets
}

// hyphen adds "from - to"; a partial end includes all that it stands for.
func (b *bounds) hyphen(from, to string) error {
	low, err := parsePartial(b.scheme, from)
	if err != nil {
		return err
	}
	high, err := parsePartial(b.scheme, to)
	if err != nil {
		return err
	}
	b.compare(opAtLeast, low)
	if high.count() > 0 {
		b.compare(opAtMost, high)
	}
	return nil
}

// readRequirement reads a Cargo requirement; a version alone means a caret.
func readRequirement(text string) ([]comparator, error) {
	b := bounds{scheme: Cargo}
	if text == "" {
		text = "*"
	}
	for term := range strings.SplitSeq(text, ",") {
		if term = trimBlanks(term); term == "" {
			return nil, errEmpty
		}
		if err := b.term(term, b.cargoBare(term)); err != nil {
			return nil, err
		}
	}
	return b.set, nil
}

// cargoBare returns the meaning of a term without operator: "1.2" is "^1.2" but
// "1.2.*" is "=1.2".
func (b *bounds) cargoBare(term string) func(partial) {
	if strings.ContainsAny(strings.ToLower(term), "*x") {
		return func(p partial) { b.compare(opEqual, p) }
	}
	return b.caret
}

// namesPreRelease reports whether a bound names a pre-release of v's own
// numbers: only then do npm and Cargo let a pre-release satisfy a set.
func namesPreRelease(set []comparator, v *Version) bool {
	for i := range set {
		if set[i].bound.pre != "" && compareDotted(set[i].bound.core, v.core) == 0 {
			return true
		}
	}
	return false
}
