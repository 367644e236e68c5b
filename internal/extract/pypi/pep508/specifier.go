package pep508

import "strings"

// operators, longest first so that "===" is not taken for "==".
var operators = [...]string{"===", "==", "~=", "!=", "<=", ">=", "<", ">"}

// Pin returns the version that a specifier set allows alone: the one of its only
// "==" or "===" without a wildcard. It is empty when the set leaves a choice.
func Pin(specifier string) string {
	pinned := ""
	for part := range strings.SplitSeq(specifier, ",") {
		operator, version := splitSpecifier(strings.TrimSpace(part))
		exact := operator == "===" || operator == "==" && !strings.HasSuffix(version, "*")
		if !exact || version == pinned {
			continue
		}
		if pinned != "" {
			return "" // two different pins: nothing satisfies them
		}
		pinned = version
	}
	return pinned
}

func isSpecifier(s string) bool {
	operator, version := splitSpecifier(s)
	return operator != "" && version != "" && strings.IndexFunc(version, notInVersion) < 0
}

func splitSpecifier(s string) (operator, version string) {
	for _, o := range operators {
		if rest, ok := strings.CutPrefix(s, o); ok {
			return o, strings.TrimSpace(rest)
		}
	}
	return "", s
}

func notInVersion(r rune) bool {
	return r >= 0x80 || !isAlnum(byte(r)) && !strings.ContainsRune(".*+!_-", r)
}
