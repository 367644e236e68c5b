package lockgraph

import (
	"strings"

	"deps.dev/util/semver"
)

// maxSpecifier bounds what is given to the constraint parser; a longer specifier
// allows everything.
const maxSpecifier = 1000

// specifier is a parsed set of version ranges, of which one must match. An empty
// one could not be read and allows everything.
type specifier []*semver.Constraint

// parseSpecifier reads PEP 440 specifiers and Poetry's alternatives of them.
func parseSpecifier(s string) (parsed specifier) {
	if len(s) > maxSpecifier {
		return nil
	}
	defer func() {
		if recover() != nil { // a third party's parser on a stranger's text
			parsed = nil
		}
	}()
	for alternative := range strings.SplitSeq(s, "||") {
		c, err := semver.PyPI.ParseConstraint(strings.TrimSpace(alternative))
		if err != nil {
			return nil
		}
		parsed = append(parsed, c)
	}
	return parsed
}

func (s specifier) match(version string) (matched bool) {
	defer func() {
		if recover() != nil {
			matched = true
		}
	}()
	if len(s) == 0 {
		return true
	}
	for _, c := range s {
		if c.Match(version) {
			return true
		}
	}
	return false
}
