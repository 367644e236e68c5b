package lockgraph

import (
	"github.com/assay-sca/assay/internal/version"
)

// specifier says which versions a dependency allows: PEP 440's specifiers and
// Poetry's "||" between alternatives of them. One that cannot be read allows all.
type specifier struct {
	constraint version.Constraint
	read       bool
}

func parseSpecifier(s string) specifier {
	c, err := version.ParseConstraint(version.PEP440, s)
	return specifier{constraint: c, read: err == nil}
}

// allows errs on the side of the edge: what cannot be compared is allowed.
func (s specifier) allows(text string) bool {
	v, err := version.Parse(version.PEP440, text)
	if err != nil || !s.read {
		return true
	}
	contains, err := s.constraint.Contains(v)
	return contains || err != nil
}
