package version

import (
	"fmt"
	"strings"
)

// readGemRequirement reads a comma list of Gem::Requirement's terms. The upper
// end of "~> 1.2.3" is 1.3, compared with a version's numbers alone: 1.3.a sorts
// before 1.3 but is not allowed.
func readGemRequirement(text string) ([]comparator, error) {
	var set []comparator
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		part = trimBlanks(part)
		o, rest := cutOperator(part)
		pessimistic := strings.HasPrefix(part, "~>")
		switch {
		case part == "":
			return nil, errEmpty
		case strings.HasPrefix(part, "==") || strings.HasPrefix(part, "<>"):
			return nil, fmt.Errorf("%w: %q", errOperator, part)
		case pessimistic:
			o, rest = opAtLeast, part[len("~>"):]
		case o == opAny:
			o = opEqual
		}
		bound, err := Parse(RubyGems, trimBlanks(rest))
		if err != nil {
			return nil, err
		}
		set = append(set, comparator{o, bound})
		if pessimistic {
			high := Version{text: rest, core: bumpGem(trimBlanks(rest)), scheme: RubyGems}
			set = append(set, comparator{opReleaseLess, high})
		}
	}
	return set, nil
}

// bumpGem raises the last but one number of a gem version, or its only one.
func bumpGem(text string) string {
	numbers := strings.Split(text[:dotted(text)], ".")
	if len(numbers) > 1 {
		numbers = numbers[:len(numbers)-1]
	}
	numbers[len(numbers)-1] = increment(numbers[len(numbers)-1])
	return strings.Join(numbers, ".")
}
