// Package glob decides by an ordered list of patterns which files of a tree are
// meant. It is pure; it knows no files.
package glob

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/assay-sca/assay/internal/errs"
)

// List is an ordered list of patterns. The zero List means every file.
//
// Patterns are relative to the root: "*" is any part of a name, "**" any number
// of folders, "[jt]" and "[1-4]" one of some characters, "{a,b}" one of some
// alternatives; "!" before a pattern takes out what it matches. The last pattern
// that matches decides, so a later plain one takes in again. A file that none
// matches is not meant.
type List struct{ rules []rule }

type rule struct {
	pattern string
	out     bool
}

// maxPattern bounds what matching costs: alternatives multiply.
const maxPattern = 1000

// Parse reads patterns in their order. A list of nothing but "!" patterns takes
// them out of everything.
func Parse(patterns []string) (List, error) {
	var l List
	plain := false
	for _, text := range patterns {
		pattern, out := strings.CutPrefix(strings.TrimSpace(text), "!")
		pattern = strings.TrimPrefix(pattern, "/")
		if pattern == "" || len(pattern) > maxPattern || !doublestar.ValidatePattern(pattern) {
			return List{}, errs.E(errs.Invalid, "%q is no pattern such as \"**/package.json\" or \"!tests/**\"", text)
		}
		l.rules = append(l.rules, rule{pattern: path.Clean(pattern), out: out})
		plain = plain || !out
	}
	if len(l.rules) > 0 && !plain {
		l.rules = append([]rule{{pattern: "**"}}, l.rules...)
	}
	return l, nil
}

// Match tells whether the file at a slash-separated path is meant.
func (l List) Match(file string) bool {
	for i := len(l.rules) - 1; i >= 0; i-- {
		if ok, err := doublestar.Match(l.rules[i].pattern, file); err == nil && ok {
			return !l.rules[i].out
		}
	}
	return len(l.rules) == 0
}
