package version

import (
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// MaxConstraint is the longest constraint that is read, in bytes. npm packages
// list every release that they still allow, so it is well above MaxText.
const MaxConstraint = 8 << 10

// Constraint says which versions a manifest allows. It is read once and may be
// used by several goroutines.
type Constraint struct {
	text   string
	scheme Scheme
	// sets are alternatives, of each of which every comparator must hold.
	sets [][]comparator
	// preReleases lets them in where a scheme leaves them out.
	preReleases bool
}

// op is a comparator's operator. The schemes reduce theirs to these.
type op uint8

const (
	opAny op = iota // none: a version alone
	opEqual
	opNot
	opLess
	opAtMost
	opMore
	opAtLeast
	opPrefix      // PEP 440: == 1.2.*
	opNotPrefix   // PEP 440: != 1.2.*
	opSame        // PEP 440: === text
	opReleaseLess // the version's numbers are below the bound's
	opInLine      // the version's numbers start with the bound's
	opStable      // NuGet: no pre-release
	opLabel       // NuGet: no pre-release, or one that starts with the bound's
)

type comparator struct {
	op    op
	bound Version
}

// ParseConstraint reads a constraint in the grammar of a scheme's own manifests.
// SemVer, Fallback and the distributions have none of their own, or nothing beyond
// comparisons: there it is a list of versions with =, !=, <, <=, > or >= before
// them, separated by commas or blanks, all of which must hold, and "||" between
// alternatives. A version alone is what the scheme's own tool takes it for: often
// that version, to Cargo and Julia what is compatible with it, to Go and NuGet the
// least. An empty constraint and "*" allow every version. The error's kind is
// errs.Invalid.
func ParseConstraint(s Scheme, text string) (Constraint, error) {
	if len(text) > MaxConstraint {
		return Constraint{}, errs.E(errs.Invalid, "%s constraint of %d bytes: over the limit of %d", s, len(text), MaxConstraint)
	}
	c := Constraint{text: text, scheme: s}
	if err := c.read(trimBlanks(text)); err != nil {
		return Constraint{}, errs.E(errs.Invalid, "%s constraint %q: %w", s, text, err)
	}
	return c, nil
}

func (c *Constraint) read(text string) error {
	switch c.scheme {
	case NPM:
		err := c.readAlternatives(text, "||", readNPM)
		c.sets = simplifyNPM(c.sets)
		return err
	case PEP440:
		return c.readAlternatives(text, "||", readSpecifiers)
	case Cargo:
		return c.readAlternatives(text, "", readRequirement)
	case RubyGems:
		return c.readAlternatives(text, "", readGemRequirement)
	case Packagist:
		return c.readAlternatives(strings.ReplaceAll(text, "||", "|"), "|", readComposer)
	}
	return c.readMore(text)
}

// readMore reads the grammars beyond those of the first six ecosystems.
func (c *Constraint) readMore(text string) (err error) {
	switch c.scheme {
	case Maven:
		c.sets, err = readMavenRange(text)
	case NuGet:
		return c.readAlternatives(text, "", readNuGetRange)
	case Pub:
		return c.readAlternatives(text, "", readPub)
	case Hex:
		c.sets, err = readHex(text)
	case Swift:
		return c.readAlternatives(text, "", readSwift)
	case Julia:
		c.sets, err = readJulia(text)
	case Hackage:
		c.sets, err = readHackage(text)
	case Opam:
		c.sets, err = readOpamFormula(text)
	case Conan:
		return c.readConanRange(text)
	case Actions:
		return c.readAlternatives(text, "||", c.readActions)
	case CRAN:
		text = strings.NewReplacer("(", " ", ")", " ").Replace(text)
		return c.readAlternatives(text, "", c.readPlain)
	default:
		return c.readAlternatives(text, "||", c.readPlain)
	}
	return err
}

// readAlternatives splits text at a separator and reads each part as one set.
func (c *Constraint) readAlternatives(text, separator string, read func(string) ([]comparator, error)) error {
	parts := []string{text}
	if separator != "" {
		parts = strings.Split(text, separator)
	}
	for _, part := range parts {
		part = trimBlanks(part)
		if part == "" && len(parts) > 1 && c.scheme != NPM {
			return errEmpty // to npm "1.x ||" means any version
		}
		set, err := read(part)
		if err != nil {
			return err
		}
		c.sets = append(c.sets, set)
	}
	return nil
}

// readPlain reads a list of comparators of a scheme without a grammar of its own.
// A version alone is equality, but in Go, whose go.mod names minimum versions.
func (c *Constraint) readPlain(text string) ([]comparator, error) {
	var set []comparator
	for _, term := range terms(text) {
		if (c.scheme == Dpkg || c.scheme == CRAN) && len(term) > 2 && (term[:2] == "<<" || term[:2] == ">>") {
			term = term[1:] // strictly less, strictly more
		}
		o, rest := cutOperator(term)
		if o == opAny && (rest == "*" || rest == "") {
			continue
		}
		if o == opAny {
			o = opEqual
			if c.scheme == Go {
				o = opAtLeast
			}
		}
		bound, err := Parse(c.scheme, rest)
		if err != nil {
			return nil, err
		}
		set = append(set, comparator{o, bound})
	}
	return set, nil
}

// terms splits a list at commas and blanks; an operator that stands alone is
// joined with the version behind it.
func terms(text string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r < 0x80 && isBlank(byte(r)) })
	var out []string
	for _, field := range fields {
		if n := len(out); n > 0 && strings.Trim(out[n-1], "<>=!~^") == "" {
			out[n-1] += field
			continue
		}
		out = append(out, field)
	}
	return out
}

// cutOperator cuts a comparison off the start of a term; opAny if there is none.
func cutOperator(term string) (op, string) {
	for _, o := range [...]struct {
		text string
		op   op
	}{
		{">=", opAtLeast}, {"<=", opAtMost}, {"!=", opNot}, {"<>", opNot},
		{"==", opEqual}, {">", opMore}, {"<", opLess}, {"=", opEqual},
	} {
		if rest, ok := strings.CutPrefix(term, o.text); ok {
			return o.op, trimBlanks(rest)
		}
	}
	return opAny, term
}

// String returns the constraint as it was given.
func (c Constraint) String() string { return c.text }

// Contains reports whether c allows v. The error says that v cannot be judged:
// another scheme's version, or one that compares with none of c's bounds.
func (c Constraint) Contains(v Version) (bool, error) {
	if v.scheme != c.scheme || v.text == "" {
		return false, errs.E(errs.Invalid, "not comparable: %s constraint %q and %s version %q", c.scheme, c.text, v.scheme, v.text)
	}
	for _, set := range c.sets {
		ok, err := c.allows(set, &v)
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (c *Constraint) allows(set []comparator, v *Version) (bool, error) {
	if c.scheme == Julia && (v.pre != "" || v.ext != nil) {
		release := *v
		release.pre, release.ext = "", nil
		v = &release
	}
	for i := range set {
		var ok bool
		var err error
		switch c.scheme {
		case PEP440:
			ok, err = set[i].holdsPEP440(v)
		case Packagist:
			ok = set[i].holdsComposer(v)
		default:
			ok, err = set[i].holds(v)
		}
		if !ok || err != nil {
			return false, err
		}
	}
	return v.pre == "" || c.letsIn(set, v), nil
}

// letsIn reports whether a set that a pre-release satisfies by its bounds lets it in.
func (c *Constraint) letsIn(set []comparator, v *Version) bool {
	switch c.scheme {
	case NPM, Cargo:
		return namesPreRelease(set, v)
	case Swift:
		return namesAnyPreRelease(set)
	case Conan:
		return c.preReleases || isExact(set)
	}
	return true
}

// holds applies a comparator by plain order.
func (c *comparator) holds(v *Version) (bool, error) {
	switch c.op {
	case opReleaseLess:
		return compareDotted(v.core, c.bound.core) < 0, nil
	case opInLine:
		return v.inLine(&c.bound)
	case opStable:
		return v.pre == "", nil
	case opLabel:
		return v.pre == "" || strings.HasPrefix(v.pre, c.bound.pre), nil
	}
	n, err := v.Compare(c.bound)
	return err == nil && c.op.holds(n), err
}

// holds reports whether the result n of a comparison satisfies an operator.
func (o op) holds(n int) bool {
	switch o {
	case opEqual:
		return n == 0
	case opNot:
		return n != 0
	case opLess:
		return n < 0
	case opAtMost:
		return n <= 0
	case opMore:
		return n > 0
	case opAtLeast:
		return n >= 0
	}
	return false
}
