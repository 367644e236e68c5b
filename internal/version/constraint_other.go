package version

import (
	"fmt"
	"strings"
)

// breaking adds "< the next version that may break": the next major one, of a
// version 0.x the next minor one.
func (b *bounds) breaking(p partial) {
	if trimZeros(p.numbers[0]) == "" {
		p.numbers[1] = max(p.numbers[1], "0")
		b.below(p, 1)
		return
	}
	b.below(p, 0)
}

// readPub reads Dart's "^1.2.3", "any" and lists of comparisons.
func readPub(text string) ([]comparator, error) {
	b := bounds{scheme: Pub}
	for _, term := range terms(text) {
		o, rest := cutOperator(term)
		caret := term[0] == '^'
		if term == "any" || term == "*" {
			continue
		}
		if o == opNot || strings.HasPrefix(term, "==") {
			return nil, fmt.Errorf("%w: %q", errOperator, term)
		}
		bound, err := Parse(Pub, strings.TrimPrefix(rest, "^"))
		if err != nil {
			return nil, err
		}
		switch {
		case caret:
			p, err := parsePartial(Pub, rest[1:])
			if err != nil {
				return nil, err
			}
			b.set = append(b.set, comparator{opAtLeast, bound})
			b.breaking(p)
		case o == opAny:
			b.set = append(b.set, comparator{opEqual, bound})
		default:
			b.set = append(b.set, comparator{o, bound})
		}
	}
	return withoutNextPre(b.set), nil
}

// withoutNextPre turns "<2.0.0" into "<2.0.0-0": to Dart a pre-release of the
// upper end is not below it, unless the lower end is one, too.
func withoutNextPre(set []comparator) []comparator {
	for i := range set {
		high := &set[i].bound
		if set[i].op != opLess || high.pre != "" || high.build() != "" {
			continue
		}
		alike := false
		for j := range set {
			low := &set[j].bound
			alike = alike || set[j].op != opLess && low.pre != "" && compareDotted(low.core, high.core) == 0
		}
		if !alike {
			high.pre = "0"
		}
	}
	return set
}

// readJulia reads a compat entry: a list of which one has to hold. Pre-releases
// and builds are as their releases.
func readJulia(text string) ([][]comparator, error) {
	var sets [][]comparator
	for part := range strings.SplitSeq(text, ",") {
		if part = trimBlanks(part); part == "" || part == "*" {
			if part == "" && text != "" {
				return nil, errEmpty
			}
			sets = append(sets, nil)
			continue
		}
		b := bounds{scheme: Julia}
		var err error
		if low, high, found := strings.Cut(part, " - "); found {
			err = b.hyphen(trimBlanks(low), trimBlanks(high))
		} else {
			err = b.julia(part)
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, b.set)
	}
	return sets, nil
}

// julia adds one entry; a version alone means a caret.
func (b *bounds) julia(text string) error {
	text = strings.NewReplacer("≥", ">=", "≤", "<=").Replace(text)
	o, rest := cutOperator(text)
	tilde := text[0] == '~'
	if tilde || text[0] == '^' {
		rest = text[1:]
	}
	p, err := parsePartial(Julia, trimBlanks(rest))
	switch {
	case err != nil:
		return err
	case p.count() == 0 || o == opNot || strings.HasPrefix(text, "=="):
		return fmt.Errorf("%w: %q", errOperator, text)
	case o != opAny:
		b.add(o, p.numbers, "")
	case tilde && trimZeros(p.numbers[0]) != "":
		b.tilde(p)
	default:
		b.caret(p)
	}
	return nil
}

// readSwift reads what a package manifest asks for (from: "1.0.0",
// .upToNextMinor(from: "1.0.0"), exact: "1.0.0", "1.0.0"..<"2.0.0",
// "1.0.0"..."1.9.9") and Carthage's "~> 1.0", ">= 1.0" and "== 1.0".
func readSwift(text string) ([]comparator, error) {
	text = trimBlanks(strings.ReplaceAll(text, `"`, ""))
	if text == "" || text == "*" {
		return nil, nil
	}
	if low, high, found := strings.Cut(text, "..<"); found {
		return swiftRange(trimBlanks(low), trimBlanks(high), opReleaseLess)
	}
	if low, high, found := strings.Cut(text, "..."); found {
		return swiftRange(trimBlanks(low), trimBlanks(high), opAtMost)
	}
	if rest, found := strings.CutPrefix(text, "~>"); found {
		return swiftFrom("~>", trimBlanks(rest))
	}
	if o, rest := cutOperator(text); o != opAny {
		bound, err := Parse(Swift, rest)
		return []comparator{{o, bound}}, err
	}
	kind, rest := cutRequirement(text)
	return swiftFrom(kind, rest)
}

// swiftFrom returns what a requirement of a kind means for a version. A
// pre-release of the upper end is not below it.
func swiftFrom(kind, text string) ([]comparator, error) {
	bound, err := Parse(Swift, text)
	if err != nil {
		return nil, err
	}
	p, err := parsePartial(Swift, text)
	if err != nil {
		return nil, err
	}
	b := bounds{scheme: Swift, set: []comparator{{opAtLeast, bound}}}
	switch kind {
	case "", "exact":
		b.set[0].op = opEqual
	case "from", "upToNextMajor":
		b.below(p, 0)
	case "upToNextMinor":
		p.numbers[1] = max(p.numbers[1], "0")
		b.below(p, 1)
	case "~>":
		b.breaking(p)
	default: // a branch, a revision
		return nil, fmt.Errorf("%w: %q", errOperator, kind)
	}
	if high := b.set[1:]; len(high) > 0 {
		high[0].op, high[0].bound.pre = opReleaseLess, ""
	}
	return b.set, nil
}

// cutRequirement cuts the first word off "from: 1.0.0", ".exact(1.0.0)" and
// ".upToNextMajor(from: 1.0.0)".
func cutRequirement(text string) (kind, version string) {
	text = strings.TrimPrefix(text, ".")
	n := 0
	for n < len(text) && isLetter(text[n]) {
		n++
	}
	if n == 0 || n == len(text) || !strings.ContainsAny(text[n:n+1], ":( ") {
		return "", text
	}
	version = strings.Trim(text[n:], ":() ")
	return text[:n], strings.TrimLeft(strings.TrimPrefix(version, "from"), ": ")
}

func swiftRange(low, high string, o op) ([]comparator, error) {
	from, err := Parse(Swift, low)
	if err != nil {
		return nil, err
	}
	to, err := Parse(Swift, high)
	if o == opReleaseLess && to.pre != "" {
		o = opLess
	}
	return []comparator{{opAtLeast, from}, {o, to}}, err
}

// namesAnyPreRelease is SwiftPM's condition for a pre-release to satisfy a set.
func namesAnyPreRelease(set []comparator) bool {
	for i := range set {
		if set[i].bound.pre != "" {
			return true
		}
	}
	return len(set) == 0
}

// readConanRange reads "[>=1.0 <2 || ^3.1, include_prerelease]" and a version
// alone.
func (c *Constraint) readConanRange(text string) error {
	inner, ranged := strings.CutPrefix(text, "[")
	if ranged != strings.HasSuffix(text, "]") {
		return errFormula
	}
	inner = c.cutOptions(strings.TrimSuffix(inner, "]"))
	for part := range strings.SplitSeq(inner, "||") {
		var set []comparator
		for _, term := range terms(part) {
			more, err := c.conanTerm(term)
			if err != nil {
				return err
			}
			set = append(set, more...)
		}
		if set == nil && trimBlanks(part) == "" && text != "" {
			return errEmpty
		}
		c.sets = append(c.sets, set)
	}
	return nil
}

// cutOptions takes the options from a range whose parts are separated by commas.
func (c *Constraint) cutOptions(text string) string {
	var kept []string
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(trimBlanks(part), "=")
		switch name {
		case "include_prerelease":
			c.preReleases = c.preReleases || value != "False"
		case "loose":
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ",")
}

// conanTerm reads one comparison; a hyphen at its end lets pre-releases in.
func (c *Constraint) conanTerm(term string) ([]comparator, error) {
	if rest, ok := strings.CutSuffix(term, "-"); ok {
		c.preReleases, term = true, rest
	}
	o, rest := cutOperator(term)
	caret, tilde := strings.HasPrefix(term, "^"), strings.HasPrefix(term, "~")
	switch {
	case rest == "*":
		return nil, nil
	case caret || tilde:
		rest = term[1:]
	case o == opNot || strings.HasPrefix(term, "=="):
		return nil, fmt.Errorf("%w: %q", errOperator, term)
	case o == opAny:
		o = opEqual
	}
	bound, err := Parse(Conan, rest)
	if err != nil || !caret && !tilde {
		return []comparator{{o, bound}}, err
	}
	n := dotted(rest)
	if n == 0 {
		return nil, fmt.Errorf("%w: %q", errVersion, term)
	}
	numbers := strings.Split(rest[:n], ".")
	keep := min(len(numbers), 2)
	if caret {
		keep = 1
		for keep < len(numbers) && trimZeros(numbers[keep-1]) == "" {
			keep++
		}
	}
	high, err := Parse(Conan, raise(numbers[:keep])+"-0")
	return []comparator{{opAtLeast, bound}, {opLess, high}}, err
}

// isExact reports whether a set is one version.
func isExact(set []comparator) bool { return len(set) == 1 && set[0].op == opEqual }

// readActions reads the tag behind an action's "@": of one or two numbers it
// stands for all versions that start with them.
func (c *Constraint) readActions(text string) ([]comparator, error) {
	if o, _ := cutOperator(text); o != opAny || text == "" || text == "*" {
		return c.readPlain(text)
	}
	bound, err := Parse(Actions, text)
	if err != nil {
		return nil, err
	}
	if bound.pre == "" && strings.Count(bound.core, ".") < 2 {
		return []comparator{{opInLine, bound}}, nil
	}
	return []comparator{{opEqual, bound}}, nil
}
