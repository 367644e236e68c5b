package spans

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/assay-sca/assay/internal/version"
)

var errVersion = errors.New("not a version")

// compared is the span of a comparison; no operator is equality.
func compared(operator string, at version.Version) (span, error) {
	s := all()
	switch operator {
	case "", "=", "==":
		s.low, s.high = cut{at: at}, cut{at: at, behind: true}
	case "<":
		s.high = cut{at: at}
	case "<=":
		s.high = cut{at: at, behind: true}
	case ">":
		s.low = cut{at: at, behind: true}
	case ">=":
		s.low = cut{at: at}
	default:
		return s, fmt.Errorf("unknown operator %q", operator)
	}
	return s, nil
}

func plainClause(s version.Scheme, operator, text string) (span, error) {
	at, err := version.Parse(s, text)
	if err != nil {
		return all(), err
	}
	return compared(operator, at)
}

// between is from one version to before another.
func between(s version.Scheme, from, to string) (span, error) {
	low, err := version.Parse(s, from)
	if err != nil {
		return all(), err
	}
	high, err := version.Parse(s, to)
	return span{cut{at: low}, cut{at: high}}, err
}

// gemClause reads a clause of Gem::Requirement. "~> 1.1.4" ends before 1.2 and its
// pre-releases, of which 1.2.A is the first: capitals sort before all else.
func gemClause(s version.Scheme, operator, text string) (span, error) {
	if operator != "~>" {
		return plainClause(s, operator, text)
	}
	next, err := bumped(text)
	if err != nil {
		return all(), err
	}
	return between(s, text, next+".A")
}

func engineClause(s version.Scheme, operator, text string) (span, error) {
	if operator != "~>" {
		return plainClause(s, operator, text)
	}
	next, err := bumped(text)
	if err != nil {
		return all(), err
	}
	return between(s, text, next)
}

// bumped raises the last but one number of a version, or its only one; what
// stands behind the numbers does not count.
func bumped(text string) (string, error) {
	n := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if n >= 0 {
		text = strings.TrimRight(text[:n], ".")
	}
	numbers := strings.Split(text, ".")
	return raised(numbers[:max(1, len(numbers)-1)])
}

// raised joins numbers with the last one raised.
func raised(numbers []string) (string, error) {
	last, ok := new(big.Int).SetString(numbers[len(numbers)-1], 10)
	if !ok {
		return "", errVersion
	}
	last.Add(last, big.NewInt(1))
	return strings.Join(append(numbers[:len(numbers)-1:len(numbers)-1], last.String()), "."), nil
}

// cargoClause reads a clause of Cargo's requirements, in which numbers may be
// missing or wildcards. An end that excludes pre-releases is the very first of
// them, "-0".
func cargoClause(s version.Scheme, operator, text string) (span, error) {
	numbers, pre, err := partial(text)
	switch {
	case err != nil:
		return all(), err
	case len(numbers) == 0 && (operator == "" || operator == "=" || operator == ">=" || operator == "<="):
		return all(), nil
	case len(numbers) == 0:
		return all(), errVersion
	case operator == "" && strings.ContainsAny(text, "*xX"):
		operator = "="
	}
	full := filled(numbers) + pre
	switch operator {
	case "", "^":
		return line(s, full, numbers, kept(numbers))
	case "~":
		return line(s, full, numbers, min(len(numbers), 2))
	}
	if len(numbers) == 3 {
		return plainClause(s, operator, full)
	}
	return cargoLine(s, operator, numbers)
}

// cargoLine compares with a version that lacks numbers: it stands for all that
// begin with those given.
func cargoLine(s version.Scheme, operator string, numbers []string) (span, error) {
	whole, err := line(s, filled(numbers), numbers, len(numbers))
	if err != nil {
		return whole, err
	}
	switch operator {
	case ">=":
		whole.high = cut{end: 1}
	case "<=":
		whole.low = cut{end: -1}
	case "<":
		return plainClause(s, "<", filled(numbers)) // as RustSec reads it
	case ">":
		next, err := raised(numbers)
		if err != nil {
			return whole, err
		}
		return plainClause(s, ">=", filled(strings.Split(next, ".")))
	case "=":
	default:
		return whole, fmt.Errorf("unknown operator %q", operator)
	}
	return whole, nil
}

// line is from a version to before the next that differs in its first n numbers.
func line(s version.Scheme, from string, numbers []string, n int) (span, error) {
	next, err := raised(numbers[:n])
	if err != nil {
		return all(), err
	}
	return between(s, from, filled(strings.Split(next, "."))+"-0")
}

// kept is how many numbers stay the same in what is compatible.
func kept(numbers []string) int {
	for i, number := range numbers {
		if strings.Trim(number, "0") != "" {
			return i + 1
		}
	}
	return len(numbers)
}

func filled(numbers []string) string {
	return strings.Join(numbers, ".") + ".0.0"[2*(len(numbers)-1):]
}

// partial reads the numbers of a version up to a wildcard, and its pre-release
// with the hyphen.
func partial(text string) (numbers []string, pre string, err error) {
	text, _, _ = strings.Cut(text, "+")
	text, pre, found := strings.Cut(text, "-")
	if found {
		pre = "-" + pre
	}
	parts := strings.Split(text, ".")
	if len(parts) > 3 || found && len(parts) < 3 {
		return nil, "", errVersion
	}
	for _, part := range parts {
		if part == "*" || part == "x" || part == "X" {
			return numbers, "", nil
		}
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return nil, "", errVersion
		}
		numbers = append(numbers, part)
	}
	return numbers, pre, nil
}
