package version

import "strings"

// PEP 440 is read here and not by a library: deps.dev/util/semver says
// 1.0.post1+cu118 = 1.0.post1 and 1.0a1.post0 = 1.0a1, orders 1.0a1+x behind
// 1.0a1.post1 and minds the case of local versions, all against the
// specification; osv-scalibr is exact but takes 4 µs and 40 allocations, and the
// specifiers need the parts of a version, which neither gives out.
//
// Versions from before PEP 440 ("2004d", "2019-09-12") are refused. setuptools
// once sorted them before all others, so that a range which ends at one would
// cover no real version: a range that somebody stated would look clean. What has
// no place in the order is said to have none.

// pep440 is what stands around the release numbers.
type pep440 struct {
	epoch           string
	phase           byte // 'a', 'b' or 'c' (release candidate); 0: none
	pre, post, dev  string
	hasPost, hasDev bool
	local           string // lower case, separated by dots
}

// plain is the extension of a version that has release numbers only.
var plain pep440

// parts returns what stands around the release numbers.
func (v *Version) parts() *pep440 {
	if p, ok := v.ext.(*pep440); ok {
		return p
	}
	return &plain
}

func (v *Version) readPEP440(text string) bool {
	s := lower(text)
	s = strings.TrimPrefix(s, "v")
	if n := dotted(s); n > 0 && n == len(s) { // the usual case needs no memory
		v.core = s
		return true
	}
	p := new(pep440)
	core, ok := p.read(s)
	if ok {
		v.core, v.ext = core, p
	}
	return ok
}

// read reads a whole version and returns its release numbers.
func (p *pep440) read(s string) (core string, ok bool) {
	if n := digits(s); n > 0 && n < len(s) && s[n] == '!' {
		p.epoch, s = s[:n], s[n+1:]
	}
	n := dotted(s)
	core, s = s[:n], s[n:]
	s = p.readPhase(s)
	s = p.readPost(s)
	if rest, number, found := cutWord(s, "dev"); found {
		p.hasDev, p.dev, s = true, number, rest
	}
	return core, n > 0 && p.readLocal(s)
}

func (p *pep440) readPhase(s string) string {
	// A longer word stands before those it starts with.
	for _, word := range [...]string{"alpha", "beta", "preview", "pre", "rc", "a", "b", "c"} {
		if rest, number, found := cutWord(s, word); found {
			p.phase, p.pre = word[0], number
			if word[0] == 'p' || word[0] == 'r' {
				p.phase = 'c'
			}
			return rest
		}
	}
	return s
}

func (p *pep440) readPost(s string) string {
	if len(s) > 1 && s[0] == '-' && isDigit(s[1]) { // "1.0-1" is 1.0.post1
		n := 1 + digits(s[1:])
		p.hasPost, p.post = true, s[1:n]
		return s[n:]
	}
	for _, word := range [...]string{"post", "rev", "r"} {
		if rest, number, found := cutWord(s, word); found {
			p.hasPost, p.post = true, number
			return rest
		}
	}
	return s
}

// cutWord cuts "[-_.]?word[-_.]?digits?" off the start of s.
func cutWord(s, word string) (rest, number string, found bool) {
	rest, found = strings.CutPrefix(trimSeparator(s), word)
	if !found {
		return s, "", false
	}
	rest = trimSeparator(rest)
	n := digits(rest)
	return rest[n:], rest[:n], true
}

func trimSeparator(s string) string {
	if s != "" && isSeparator(s[0]) {
		return s[1:]
	}
	return s
}

func isSeparator(c byte) bool { return c == '-' || c == '_' || c == '.' }

// readLocal reads the rest of a version, a local part or nothing.
func (p *pep440) readLocal(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != '+' {
		return false
	}
	p.local = strings.NewReplacer("-", ".", "_", ".").Replace(s[1:])
	return p.local != "" && isIdentifiers(p.local)
}

func comparePEP440(v, w *Version) int { return compareParts(v.core, v.parts(), w.core, w.parts()) }

func compareParts(a string, p *pep440, b string, q *pep440) int {
	if c := comparePublic(a, p, b, q); c != 0 {
		return c
	}
	return compareLocal(p.local, q.local)
}

// comparePublic compares all but the local parts.
func comparePublic(a string, p *pep440, b string, q *pep440) int {
	if c := compareDigits(p.epoch, q.epoch); c != 0 {
		return c
	}
	if c := compareDotted(a, b); c != 0 || p == q {
		return c
	}
	if c := sign(p.rank() - q.rank()); c != 0 {
		return c
	}
	if c := compareDigits(p.pre, q.pre); c != 0 {
		return c
	}
	if c := comparePart(p.hasPost, q.hasPost, p.post, q.post); c != 0 {
		return c
	}
	// A development release comes before what it develops.
	return comparePart(!p.hasDev, !q.hasDev, p.dev, q.dev)
}

// rank sorts 1.0.dev1 before 1.0a1 before 1.0b1 before 1.0rc1 before 1.0.
func (p *pep440) rank() int {
	switch {
	case p.phase != 0:
		return int(p.phase)
	case p.hasDev && !p.hasPost:
		return 0
	}
	return 'z'
}

// comparePart sorts a version without a part before one with it.
func comparePart(has, hasToo bool, number, other string) int {
	switch {
	case has == hasToo:
		return compareDigits(number, other)
	case has:
		return 1
	}
	return -1
}

// compareLocal sorts words before numbers, unlike SemVer, and nothing first.
func compareLocal(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareIdentifiers(x, y); c != 0 {
			if allDigits(x) != allDigits(y) {
				c = -c
			}
			return c
		}
	}
	return sign(len(a) - len(b))
}
