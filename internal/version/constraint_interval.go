package version

import (
	"fmt"
	"strings"
)

// interval is "[low,high)" with either end perhaps missing, or "[only]".
type interval struct {
	low, high       string
	openLow, closed bool // low itself is out, high itself is in
	single          bool
}

// cutInterval cuts an interval off s. Gradle also writes "]1.0,2.0[" for open ends.
func cutInterval(s string) (i interval, rest string, err error) {
	end := strings.IndexAny(s[1:], "])[")
	if end < 0 {
		return i, "", fmt.Errorf("%w: %q", errFormula, s)
	}
	inner, last := s[1:end+1], s[end+1]
	low, high, two := strings.Cut(inner, ",")
	i = interval{trimBlanks(low), trimBlanks(high), s[0] != '[', last == ']', !two}
	if strings.Contains(high, ",") || !two && (i.openLow || !i.closed || i.low == "") {
		return i, "", fmt.Errorf("%w: %q", errVersion, s[:end+2])
	}
	return i, s[end+2:], nil
}

func isInterval(text string) bool {
	return text != "" && (text[0] == '[' || text[0] == '(' || text[0] == ']')
}

// set returns the comparators of an interval.
func (i *interval) set(s Scheme) ([]comparator, error) {
	var out []comparator
	add := func(o op, text string) error {
		if text == "" {
			return nil
		}
		bound, err := Parse(s, text)
		out = append(out, comparator{o, bound})
		return err
	}
	low, high := opAtLeast, opLess
	if i.openLow {
		low = opMore
	}
	if i.closed {
		high = opAtMost
	}
	if i.single {
		low = opEqual
	}
	if err := add(low, i.low); err != nil {
		return nil, err
	}
	return out, add(high, i.high)
}

// readMavenRange reads "[1.0,2.0),(2.1,)" and a version alone, which is what is
// asked for although Maven may settle on another: equality. Of Gradle it knows
// "1.2.+", "+" and "!!" behind what is strict.
func readMavenRange(text string) ([][]comparator, error) {
	text, _, _ = strings.Cut(text, "!!")
	text = trimBlanks(text)
	switch {
	case text == "" || text == "+" || text == "*":
		return one(), nil
	case !isInterval(text):
		return mavenBare(text)
	}
	var sets [][]comparator
	for isInterval(text) {
		i, rest, err := cutInterval(text)
		if err != nil {
			return nil, err
		}
		set, err := i.set(Maven)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
		text = trimBlanks(rest)
		if next, ok := strings.CutPrefix(text, ","); ok {
			text = trimBlanks(next)
		} else if text != "" {
			break
		}
	}
	if text != "" {
		return nil, fmt.Errorf("%w: %q", errVersion, text)
	}
	return sets, nil
}

func mavenBare(text string) ([][]comparator, error) {
	prefix, wild := strings.CutSuffix(text, ".+")
	if !wild {
		bound, err := Parse(Maven, text)
		return one(comparator{opEqual, bound}), err
	}
	if dotted(prefix) != len(prefix) {
		return nil, fmt.Errorf("%w: %q", errVersion, text)
	}
	low, err := Parse(Maven, prefix)
	if err != nil {
		return nil, err
	}
	high, err := Parse(Maven, raise(strings.Split(prefix, "."))+"-alpha")
	return one(comparator{opAtLeast, low}, comparator{opLess, high}), err
}

// readNuGetRange reads "[1.0,2.0)", "1.0" (that or later) and floating versions:
// "1.*" for the releases of a line, "1.*-*" with its pre-releases, "1.0.0-rc*".
func readNuGetRange(text string) ([]comparator, error) {
	switch {
	case text == "" || text == "*-*":
		return nil, nil
	case !isInterval(text):
		return nugetBare(text)
	}
	i, rest, err := cutInterval(text)
	if err != nil || trimBlanks(rest) != "" || text[0] == ']' {
		return nil, fmt.Errorf("%w: %q", errVersion, text)
	}
	if !strings.Contains(i.low, "*") {
		return i.set(NuGet)
	}
	if i.single {
		return nugetBare(i.low)
	}
	// NuGet takes the lowest version of a floating end as that end.
	set, err := nugetBare(i.low)
	if err != nil {
		return nil, err
	}
	i.low = ""
	more, err := i.set(NuGet)
	return append(set[:min(1, len(set))], more...), err
}

func nugetBare(text string) ([]comparator, error) {
	number, pre, hasPre := strings.Cut(text, "-")
	label, floating := strings.CutSuffix(pre, "*")
	line, wild := cutWild(number)
	if !wild && !floating {
		bound, err := Parse(NuGet, text)
		return []comparator{{opAtLeast, bound}}, err
	}
	if wild && hasPre && pre != "*" || !wild && dotted(number) != len(number) {
		return nil, fmt.Errorf("%w: %q", errVersion, text)
	}
	var set []comparator
	if line != "" {
		if dotted(line) != len(line) {
			return nil, fmt.Errorf("%w: %q", errVersion, text)
		}
		v := Version{text: line, core: line, scheme: NuGet}
		if hasPre {
			v.pre = "0"
		}
		set = append(set, comparator{opAtLeast, v}, comparator{opInLine, v})
	}
	switch {
	case !hasPre:
		set = append(set, comparator{op: opStable})
	case label != "":
		set = append(set, comparator{opLabel, Version{text: text, pre: lower(label), scheme: NuGet}})
	}
	return set, nil
}

// cutWild returns the numbers before a "*" that is the last of them.
func cutWild(number string) (line string, wild bool) {
	if number == "*" {
		return "", true
	}
	if line, ok := strings.CutSuffix(number, ".*"); ok {
		return line, true
	}
	return number, false
}
