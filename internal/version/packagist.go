package version

import "strings"

// Composer normalises a version before it compares: "2.2", "v2.2.0" and
// "2.2.0+build" are all 2.2.0.0. No library here does: osv-scalibr implements the
// comparison below alone, so that 2.2 < 2.2.0 and a fixed 2.2 would be reported;
// deps.dev/util/semver misorders or refuses 390 in 10,725.

// release is a normalised version's stability part.
type release struct {
	stability stability
	number    string // "1.2" of beta1.2
	dev       bool   // also a development version: 1.0.0-beta1-dev
}

// branch is the name of a branch that is no number ("dev-main"); it equals itself
// and compares with nothing else.
type branch string

// stability orders the words of Composer's versions; patch releases come last.
type stability int8

const (
	devel stability = iota - 4
	alpha
	beta
	candidate
	stable
	number // a further number, where the other version has ended
	patch
)

// branchNumber stands for the x of "1.x-dev" in Composer's normal form.
const branchNumber = "9999999"

var stableRelease = release{stability: stable}

func (v *Version) readPackagist(text string) bool {
	text = cutAlias(text)
	text = trimBlanks(cutStability(text))
	switch {
	case text == "master" || text == "trunk" || text == "default":
		v.ext = branch(text)
		return true
	case len(text) > len("dev-") && strings.EqualFold(text[:len("dev-")], "dev-"):
		v.ext = branch(text[len("dev-"):])
		return true
	}
	if number, build, ok := strings.Cut(text, "+"); ok {
		if build == "" || strings.ContainsAny(build, " \t") {
			return false
		}
		text = number
	}
	return v.readNumbers(text) || v.readDate(text) || v.readNumberedBranch(text)
}

// cutAlias returns the a of "a as b": what is there, not what it passes for.
func cutAlias(text string) string {
	fields := strings.Fields(text)
	if len(fields) == 3 && fields[1] == "as" {
		return fields[0]
	}
	return text
}

// cutStability cuts a flag such as "@dev" off the end.
func cutStability(text string) string {
	rest, _, _ := splitStability(text)
	return rest
}

func splitStability(text string) (rest string, flag stability, ok bool) {
	i := strings.LastIndexByte(text, '@')
	if i < 0 {
		return text, stable, false
	}
	switch strings.ToLower(text[i+1:]) {
	case "dev":
		return text[:i], devel, true
	case "alpha":
		return text[:i], alpha, true
	case "beta":
		return text[:i], beta, true
	case "rc":
		return text[:i], candidate, true
	case "stable":
		return text[:i], stable, true
	}
	return text, stable, false
}

func trimV(text string) string {
	if text != "" && (text[0] == 'v' || text[0] == 'V') {
		return text[1:]
	}
	return text
}

// readNumbers reads up to four numbers and a modifier; a first number of more
// than five digits is a date.
func (v *Version) readNumbers(text string) bool {
	text = trimV(text)
	n := dotted(text)
	if n == 0 || digits(text) > 5 {
		return false
	}
	count := 1 + strings.Count(text[:n], ".")
	if count > 4 {
		return false
	}
	r, ok := readModifier(text[n:])
	if !ok {
		return false
	}
	v.core = text[:n] + ".0.0.0"[:2*(4-count)]
	v.setRelease(r)
	return true
}

// setRelease keeps what differs from a stable release, which is the usual case.
func (v *Version) setRelease(r release) {
	if r != stableRelease {
		v.ext = &r
	}
}

func (v *Version) release() *release {
	if r, ok := v.ext.(*release); ok {
		return r
	}
	return &stableRelease
}

// readModifier reads "[._-]?(word digits?)?([.-]?dev)?" up to the end of s.
func readModifier(s string) (r release, ok bool) {
	r = stableRelease
	if s == "" {
		return r, true
	}
	s = lower(s)
	rest := trimSeparator(s)
	for _, m := range [...]struct {
		word string
		is   stability
	}{
		{"stable", stable}, {"beta", beta}, {"b", beta}, {"rc", candidate},
		{"alpha", alpha}, {"a", alpha}, {"patch", patch}, {"pl", patch}, {"p", patch},
	} {
		if tail, found := strings.CutPrefix(rest, m.word); found {
			r.stability = m.is
			n := modifierDigits(tail)
			r.number, rest = strings.TrimLeft(strings.ReplaceAll(tail[:n], "-", "."), "."), tail[n:]
			if m.is == stable {
				return stableRelease, rest == "" || isDevSuffix(rest)
			}
			break
		}
	}
	if isDevSuffix(rest) {
		r.dev, rest = true, ""
	}
	return r, rest == ""
}

func isDevSuffix(s string) bool {
	return s == "dev" || s == ".dev" || s == "-dev"
}

// modifierDigits returns the length of "([.-]?digits)*" at the start of s.
func modifierDigits(s string) int {
	n := 0
	for {
		m := n
		if m < len(s) && (s[m] == '.' || s[m] == '-') {
			m++
		}
		d := digits(s[m:])
		if d == 0 {
			return n
		}
		n = m + d
	}
}

// readDate reads a version that is a date, as "20100102", "2010-01-02.1" or
// "2010.01.02-dev": a year, one to six pairs of digits and at most two more
// numbers. It keeps its numbers as they are, none are added.
func (v *Version) readDate(text string) bool {
	text = trimV(text)
	if digits(text) < 4 {
		return false
	}
	n, pairs := 4, 0
	for pairs < 6 {
		m := skipDateSeparator(text, n)
		if digits(text[m:]) < 2 {
			break
		}
		n, pairs = m+2, pairs+1
	}
	for more := 0; more < 2; more++ {
		m := skipDateSeparator(text, n)
		d := min(digits(text[m:]), 3)
		if d == 0 {
			break
		}
		n = m + d
	}
	r, ok := readModifier(text[n:])
	if pairs == 0 || !ok {
		return false
	}
	v.core = strings.NewReplacer("-", ".", ":", ".").Replace(text[:n])
	v.setRelease(r)
	return true
}

func skipDateSeparator(s string, at int) int {
	if at < len(s) && (s[at] == '.' || s[at] == ':' || s[at] == '-') {
		return at + 1
	}
	return at
}

// readNumberedBranch reads "1.x-dev" and "1.2-dev": behind every release of its
// numbers, before the next.
func (v *Version) readNumberedBranch(text string) bool {
	text = lower(trimV(text))
	name, found := strings.CutSuffix(text, "dev")
	if !found {
		return false
	}
	if name != "" && (name[len(name)-1] == '.' || name[len(name)-1] == '-') {
		name = name[:len(name)-1]
	}
	parts := strings.Split(name, ".")
	if len(parts) > 4 || !allDigits(parts[0]) {
		return false
	}
	for i, part := range parts {
		switch {
		case part == "x" || part == "*":
			parts[i] = branchNumber
		case !allDigits(part):
			return false
		}
	}
	for len(parts) < 4 {
		parts = append(parts, branchNumber)
	}
	v.core = strings.Join(parts, ".")
	v.ext = &release{stability: stable, dev: true}
	return true
}

func comparePackagist(v, w *Version) (int, error) {
	a, isBranch := v.ext.(branch)
	b, isBranchToo := w.ext.(branch)
	if isBranch || isBranchToo {
		if isBranch && isBranchToo && a == b {
			return 0, nil
		}
		return 0, incomparable(v, w)
	}
	return compareNormal(v.core, v.release(), w.core, w.release()), nil
}

// compareNormal compares like PHP's version_compare over Composer's normal form:
// item by item, and where one version has ended, dev, alpha, beta and RC come
// before that end, a further number and a patch level behind it.
func compareNormal(a string, p *release, b string, q *release) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	if a != "" || b != "" {
		return sign(int(p.kind(a)) - int(q.kind(b)))
	}
	if c := sign(int(p.kind("")) - int(q.kind(""))); c != 0 || p == q {
		return c
	}
	return compareModifiers(p, q)
}

// kind returns what follows the numbers that were compared.
func (r *release) kind(numbers string) stability {
	switch {
	case numbers != "":
		return number
	case r.stability == stable && r.dev:
		return devel
	}
	return r.stability
}

// compareModifiers compares two releases of the same numbers and stability.
func compareModifiers(p, q *release) int {
	a, b := p.number, q.number
	for a != "" && b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return sign(int(p.after(a)) - int(q.after(b)))
}

// after returns what follows the modifier's numbers that were compared.
func (r *release) after(numbers string) stability {
	switch {
	case numbers != "":
		return number
	case r.dev && r.stability != stable:
		return devel
	}
	return stable
}
