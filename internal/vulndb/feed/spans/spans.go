// Package spans turns what advisories state as requirements of versions into
// intervals: those that a requirement allows, and those that a list of them leaves.
package spans

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/version"
)

// Bounds of one list, and of one requirement. Real ones have a few dozen.
const (
	maxRequirements = 2_000
	maxText         = 2_000
)

// cut is a place in the order of versions: right before or behind one, or before
// or behind all.
type cut struct {
	at     version.Version
	behind bool
	end    int // -1: before all, 1: behind all
}

func (c cut) compare(d cut) (int, error) {
	if c.end != 0 || d.end != 0 {
		return c.end - d.end, nil
	}
	n, err := c.at.Compare(d.at)
	if n != 0 || err != nil || c.behind == d.behind {
		return n, err
	}
	if c.behind {
		return 1, nil
	}
	return -1, nil
}

// span is what lies between two cuts.
type span struct{ low, high cut }

func all() span { return span{cut{end: -1}, cut{end: 1}} }

// narrow leaves what is also in other.
func (s *span) narrow(other span) error {
	n, err := s.low.compare(other.low)
	if err != nil {
		return err
	}
	if n < 0 {
		s.low = other.low
	}
	if n, err = s.high.compare(other.high); n > 0 {
		s.high = other.high
	}
	return err
}

func (s *span) empty() bool {
	n, err := s.low.compare(s.high)
	return err != nil || n >= 0
}

func (s *span) interval() advisory.Interval {
	var i advisory.Interval
	if s.low.end == 0 {
		i.Lower, i.After = s.low.at.String(), s.low.behind
	}
	if s.high.end == 0 {
		i.Upper, i.Inclusive = s.high.at.String(), s.high.behind
	}
	return i
}

// Grammar reads one clause of a requirement, such as ">= 1.2" or "~> 1.1.4".
type Grammar struct {
	scheme version.Scheme
	clause func(s version.Scheme, operator, text string) (span, error)
}

// Gems is the grammar of Gem::Requirement.
func Gems() Grammar { return Grammar{version.RubyGems, gemClause} }

// Engines is that of Gem::Requirement for versions of Ruby itself, which are
// compared by their numbers alone.
func Engines() Grammar { return Grammar{version.Fallback, engineClause} }

// Cargo is the grammar of Cargo's requirements. As to RustSec's own tools, they are
// stretches of the order of versions: a pre-release is in one if it sorts there.
func Cargo() Grammar { return Grammar{version.Cargo, cargoClause} }

// Plain is comparisons with =, <, <=, > and >=, in the order of any scheme.
func Plain(s version.Scheme) Grammar { return Grammar{s, plainClause} }

// Allowed is what a requirement allows, clauses joined by commas of which all must
// hold; ok is false if nothing can.
func (g Grammar) Allowed(requirement string) (i advisory.Interval, ok bool, err error) {
	s, err := g.read(strings.Split(requirement, ","), requirement)
	if err != nil || s.empty() {
		return i, false, err
	}
	return s.interval(), true, nil
}

func (g Grammar) read(clauses []string, text string) (span, error) {
	out := all()
	if len(text) > maxText {
		return out, fmt.Errorf("a requirement of %d bytes", len(text))
	}
	for _, clause := range clauses {
		clause = strings.TrimSpace(clause)
		n := strings.IndexFunc(clause, func(r rune) bool { return !strings.ContainsRune("<>=!~^", r) })
		if n < 0 {
			return out, fmt.Errorf("requirement %.60q: a version is missing", text)
		}
		s, err := g.clause(g.scheme, clause[:n], strings.TrimSpace(clause[n:]))
		if err != nil {
			return out, fmt.Errorf("requirement %.60q: %w", text, err)
		}
		if err := out.narrow(s); err != nil {
			return out, fmt.Errorf("requirement %.60q: %w", text, err)
		}
	}
	return out, nil
}

// Rest is what none of the requirements allows, in order: everything if there are
// none.
func (g Grammar) Rest(requirements []string) ([]advisory.Interval, error) {
	if len(requirements) > maxRequirements {
		return nil, fmt.Errorf("over %d requirements", maxRequirements)
	}
	var taken []span
	for _, text := range requirements {
		s, err := g.read(strings.Split(text, ","), text)
		if err != nil {
			return nil, err
		}
		if !s.empty() {
			taken = append(taken, s)
		}
	}
	return complement(taken)
}

// Union joins what touches or overlaps, in order, so that only what ends a stretch
// is taken for its fix.
func (g Grammar) Union(intervals []advisory.Interval) ([]advisory.Interval, error) {
	taken, err := g.spans(intervals)
	if err != nil {
		return nil, err
	}
	between, err := complement(taken)
	if err != nil {
		return nil, err
	}
	gaps, err := g.spans(between)
	if err != nil {
		return nil, err
	}
	return complement(gaps)
}

func (g Grammar) spans(intervals []advisory.Interval) ([]span, error) {
	out := make([]span, len(intervals))
	for i, in := range intervals {
		out[i] = all()
		if in.Lower != "" {
			at, err := version.Parse(g.scheme, in.Lower)
			if err != nil {
				return nil, err
			}
			out[i].low = cut{at: at, behind: in.After}
		}
		if in.Upper != "" {
			at, err := version.Parse(g.scheme, in.Upper)
			if err != nil {
				return nil, err
			}
			out[i].high = cut{at: at, behind: in.Inclusive}
		}
	}
	return out, nil
}

func complement(taken []span) ([]advisory.Interval, error) {
	var fault error
	compare := func(a, b cut) int {
		n, err := a.compare(b)
		if err != nil {
			fault = err
		}
		return n
	}
	slices.SortStableFunc(taken, func(a, b span) int { return compare(a.low, b.low) })
	var out []advisory.Interval
	at := cut{end: -1}
	for _, s := range taken {
		if compare(at, s.low) < 0 {
			gap := span{at, s.low}
			out = append(out, gap.interval())
		}
		if compare(at, s.high) < 0 {
			at = s.high
		}
	}
	if at.end <= 0 {
		gap := span{at, cut{end: 1}}
		out = append(out, gap.interval())
	}
	return out, fault
}
