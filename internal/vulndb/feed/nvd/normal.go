package nvd

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A statement in normal form is a list of terms, of which one must hold; of a
// term each group must hold; and of a group one match must be there.
type (
	group []atom
	term  []group
)

// statement is one while it is translated.
type statement struct {
	matches int
	atoms   []atom // all that are read
	inexact bool
}

var errSpread = errors.New("too many terms")

// normal brings a node to normal form. denied: the opposite of the node is asked
// for, so that all of its parts are denied and AND and OR change places.
func (s *statement) normal(c *configuration, denied bool, depth int) ([]term, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it has nodes over %d levels", maxDepth)
	}
	denied = denied != c.Negate
	s.inexact = s.inexact || len(c.Rest) > 0
	all, err := conjunctive(c.Operator)
	if err != nil {
		return nil, err
	}
	own, err := s.read(c.Matches, denied)
	if err != nil {
		return nil, err
	}
	var parts [][]term
	if all = all != denied; all {
		for _, a := range own {
			parts = append(parts, []term{{group{a}}})
		}
	} else if len(own) > 0 {
		parts = append(parts, []term{{own}})
	}
	spread := true
	for _, nodes := range [][]configuration{c.Nodes, c.Children} {
		for i := range nodes {
			terms, err := s.normal(&nodes[i], denied, depth+1)
			if errors.Is(err, errSpread) {
				spread = false // the matches of the others are still wanted
			} else if err != nil {
				return nil, err
			} else if len(terms) > 0 { // a node of nothing says nothing
				parts = append(parts, terms)
			}
		}
	}
	if !spread {
		return nil, errSpread
	}
	if all {
		return every(parts)
	}
	return anyOf(parts), nil
}

func conjunctive(operator string) (bool, error) {
	switch strings.ToUpper(operator) {
	case "AND":
		return true, nil
	case "OR", "":
		return false, nil
	}
	return false, fmt.Errorf("unknown operator %.40q", operator)
}

func (s *statement) read(matches []match, denied bool) (group, error) {
	if s.matches += len(matches); s.matches > maxMatches {
		return nil, fmt.Errorf("it has over %d criteria", maxMatches)
	}
	own := make(group, 0, len(matches))
	for i := range matches {
		own = append(own, matches[i].read(denied))
	}
	s.atoms = append(s.atoms, own...)
	return own, nil
}

// anyOf joins alternatives; those of a single group are one group.
func anyOf(parts [][]term) []term {
	var out []term
	var simple group
	for _, part := range parts {
		for _, t := range part {
			if len(t) == 1 {
				simple = append(simple, t[0]...)
			} else {
				out = append(out, t)
			}
		}
	}
	if len(simple) > 0 {
		out = append([]term{{simple}}, out...)
	}
	return out
}

// every distributes: each alternative of one part with each of the others.
func every(parts [][]term) ([]term, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	out := []term{nil}
	groups := 0
	for _, part := range parts {
		if groups += len(out) * len(part[0]); groups > maxMatches {
			return nil, errSpread
		}
		if len(part) == 1 {
			for i := range out {
				out[i] = append(out[i], part[0]...)
			}
			continue
		}
		if len(out)*len(part) > maxTerms {
			return nil, errSpread
		}
		next := make([]term, 0, len(out)*len(part))
		for _, t := range out {
			for _, alternative := range part {
				next = append(next, slices.Concat(t, alternative))
			}
		}
		out = next
	}
	return out, nil
}

// emission is a vulnerable product under a condition.
type emission struct {
	atom      *atom
	condition *condition
}

// condition is what must be there besides a product.
type condition struct {
	groups [][]string
	key    string
	size   int // names in it
}

// emissions are the vulnerable products of terms; false if the names in their
// conditions are over limit.
func (s *statement) emissions(terms []term, limit int) ([]emission, bool) {
	var out []emission
	work := 0
	for _, t := range terms {
		for _, g := range t {
			work += len(g)
		}
		if limit -= t.names(); limit < 0 || work > maxWork {
			return nil, false
		}
		for i, g := range t {
			if !slices.ContainsFunc(g, atom.affected) {
				continue
			}
			c, exact := t.besides(i)
			s.inexact = s.inexact || !exact
			for j := range g {
				if a := &g[j]; a.affected() {
					s.inexact = s.inexact || a.loose
					out = append(out, emission{a, c})
				}
			}
		}
		s.inexact = s.inexact || t.unsaid()
	}
	return out, true
}

// unconditioned are the vulnerable products alone.
func (s *statement) unconditioned() []emission {
	var out []emission
	for i := range s.atoms {
		if a := &s.atoms[i]; a.affected() {
			out = append(out, emission{a, &condition{}})
		}
	}
	return out
}

func (a atom) affected() bool { return a.vulnerable && !a.denied && !a.unknown }

// names counts the names in the conditions of a term's products.
func (t term) names() int {
	total := 0
	for _, g := range t {
		total += len(g)
	}
	sum := 0
	for _, g := range t {
		if len(g) == total { // no other group
			return 0
		}
		products := map[string]bool{}
		for i := range g {
			if g[i].affected() {
				products[g[i].product] = true
			}
		}
		if sum += (total - len(g)) * len(products); sum > maxPlatforms {
			return maxPlatforms + 1
		}
	}
	return sum
}

// besides is what a term asks for besides one of its groups; exact is false if
// that cannot be said by names alone.
func (t term) besides(own int) (c *condition, exact bool) {
	c, exact = &condition{}, true
	var key strings.Builder
	for i, g := range t {
		if i == own {
			continue
		}
		if slices.ContainsFunc(g, func(a atom) bool { return a.denied || a.unknown }) {
			exact = false // what must not be there cannot be asked for
			continue
		}
		seen := make(map[string]bool, len(g))
		var names []string
		for j := range g {
			exact = exact && !g[j].looseName
			if name := g[j].criteria; !seen[name] {
				seen[name] = true
				names = append(names, name)
				key.WriteString(name + " ")
			}
		}
		key.WriteString("\n")
		c.groups = append(c.groups, names)
		c.size += len(names)
	}
	c.key = key.String()
	return c, exact
}

// unsaid tells whether a match of a term is neither an affected product nor in the
// condition of one.
func (t term) unsaid() bool {
	vulnerable := 0
	for _, g := range t {
		if slices.ContainsFunc(g, atom.affected) {
			vulnerable++
		}
	}
	for _, g := range t {
		others := vulnerable
		if slices.ContainsFunc(g, atom.affected) {
			others--
		}
		if others == 0 && slices.ContainsFunc(g, func(a atom) bool { return !a.affected() }) {
			return true
		}
	}
	return false
}
