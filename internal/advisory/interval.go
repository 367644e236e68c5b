package advisory

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/version"
)

// Interval is one stretch of affected versions. The zero Interval covers every
// version.
type Interval struct {
	Lower     string // first affected version; empty: from the beginning
	Upper     string // empty: without end
	Inclusive bool   // Upper is itself affected (last_affected), else it is the fix
	Exact     bool   // only the version Lower: from a record's versions list
}

// String writes the interval in the form that results show: ">=1.0 <1.2.3".
func (i Interval) String() string {
	if i.Exact {
		return "=" + i.Lower
	}
	var b strings.Builder
	if i.Lower != "" {
		b.WriteString(">=" + i.Lower)
	}
	if i.Upper != "" {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if i.Inclusive {
			b.WriteString("<=" + i.Upper)
		} else {
			b.WriteString("<" + i.Upper)
		}
	}
	if b.Len() == 0 {
		return "*"
	}
	return b.String()
}

// Fix is the version that ends the interval, or "" when none is known.
func (i Interval) Fix() string {
	if i.Exact || i.Inclusive {
		return ""
	}
	return i.Upper
}

// Bounds parses an interval's versions. It is called once a package, however
// many components are compared with it.
func (i Interval) Bounds(s version.Scheme) (Bounds, error) {
	b := Bounds{Interval: i}
	var err error
	if i.Lower != "" {
		if b.lower, err = version.Parse(s, i.Lower); err != nil {
			return b, err
		}
	}
	if i.Upper != "" {
		b.upper, err = version.Parse(s, i.Upper)
	}
	return b, err
}

// Bounds is an interval ready for comparison.
type Bounds struct {
	Interval
	lower, upper version.Version
}

// Contains tells whether v lies in the interval. The error says that v cannot be
// compared with a bound.
func (b *Bounds) Contains(v version.Version) (bool, error) {
	if b.Lower != "" {
		c, err := v.Compare(b.lower)
		if err != nil || c < 0 || b.Exact {
			return err == nil && c == 0, err
		}
	}
	if b.Upper == "" {
		return true, nil
	}
	c, err := v.Compare(b.upper)
	return err == nil && (c < 0 || c == 0 && b.Inclusive), err
}

// Intervals turns a package's ranges and versions into intervals that cover the
// same versions by the evaluation rule of the OSV schema: a version is affected
// if it is listed, or if the events of a range, in the order of versions, leave
// it affected and it lies before one of the range's limits. GIT ranges speak of
// commits, not versions, and give nothing. A listed version that a range covers
// already is not repeated.
func (a *Affected) Intervals(s version.Scheme) []Interval {
	var out []Interval
	for i := range a.Ranges {
		if a.Ranges[i].Type != Git {
			out = append(out, a.Ranges[i].intervals(s)...)
		}
	}
	slices.SortFunc(out, func(a, b Interval) int { return strings.Compare(a.String(), b.String()) })
	out = slices.Compact(out)
	return append(out, a.listed(s, out)...)
}

// listed gives the versions of the list that no interval covers.
func (a *Affected) listed(s version.Scheme, covered []Interval) []Interval {
	if len(covered) == 1 && covered[0] == (Interval{}) {
		return nil
	}
	bounds := make([]Bounds, 0, len(covered))
	for _, i := range covered {
		if b, err := i.Bounds(s); err == nil {
			bounds = append(bounds, b)
		}
	}
	var out []Interval
	for _, text := range a.Versions {
		if text != "" && !covers(bounds, s, text) {
			out = append(out, Interval{Lower: text, Exact: true})
		}
	}
	return out
}

func covers(bounds []Bounds, s version.Scheme, text string) bool {
	v, err := version.Parse(s, text)
	if err != nil {
		return false
	}
	for i := range bounds {
		if in, err := bounds[i].Contains(v); err == nil && in {
			return true
		}
	}
	return false
}

// step is an event with its place in the order of versions.
type step struct {
	at      version.Version
	text    string
	first   bool // introduced "0": before every version
	parsed  bool
	turn    turn
	ordinal int
}

// turn orders events at the same version: a last affected version ends behind it.
type turn uint8

const (
	fixed turn = iota
	introduced
	lastAffected
)

func (r *Range) intervals(s version.Scheme) []Interval {
	steps, limit, limited := r.steps(s)
	steps = dropNeutral(steps)
	var out []Interval
	open, lower := false, ""
	for _, st := range steps {
		switch {
		case st.turn == introduced && !open:
			open, lower = true, st.text
		case st.turn == fixed && open:
			out, open = append(out, Interval{Lower: lower, Upper: st.text}), false
		case st.turn == lastAffected && open:
			out, open = append(out, Interval{Lower: lower, Upper: st.text, Inclusive: true}), false
		}
	}
	if open {
		out = append(out, Interval{Lower: lower})
	}
	if !limited {
		return out
	}
	return cut(out, s, limit)
}

// dropNeutral takes out versions at which a range is both introduced and fixed:
// nothing changes there. Records write [1.0, 1.0) for "no version" and
// [0.9, 1.0) [1.0, 1.1) for one stretch.
func dropNeutral(steps []step) []step {
	var out []step
	for i := 0; i < len(steps); i++ {
		if i+1 < len(steps) && neutral(&steps[i], &steps[i+1]) {
			i++
			continue
		}
		out = append(out, steps[i])
	}
	return out
}

func neutral(a, b *step) bool {
	if a.turn == b.turn || a.turn == lastAffected || b.turn == lastAffected || a.first != b.first {
		return false
	}
	if !a.parsed || !b.parsed {
		return a.text == b.text
	}
	c, err := a.at.Compare(b.at)
	return err == nil && c == 0
}

// steps orders a range's events. Where one of them cannot be read as a version
// the order of the record is kept: records are nearly always written in order.
func (r *Range) steps(s version.Scheme) (steps []step, limit string, limited bool) {
	sortable := true
	for i, e := range r.Events {
		st := step{ordinal: i}
		switch {
		case e.Introduced != "":
			st.turn, st.text = introduced, e.Introduced
			if e.Introduced == "0" {
				st.first, st.text = true, ""
			}
		case e.Fixed != "":
			st.turn, st.text = fixed, e.Fixed
		case e.LastAffected != "":
			st.turn, st.text = lastAffected, e.LastAffected
		case e.Limit != "" && e.Limit != "*":
			if !limited || later(s, e.Limit, limit) {
				limit, limited = e.Limit, true
			}
			continue
		default:
			continue
		}
		if !st.first {
			var err error
			st.at, err = version.Parse(s, st.text)
			st.parsed = err == nil
			sortable = sortable && st.parsed
		}
		steps = append(steps, st)
	}
	if sortable {
		slices.SortStableFunc(steps, compareSteps)
	}
	return steps, limit, limited
}

func compareSteps(a, b step) int {
	switch {
	case a.first && b.first:
		return 0
	case a.first:
		return -1
	case b.first:
		return 1
	}
	c, err := a.at.Compare(b.at)
	if err != nil {
		return a.ordinal - b.ordinal
	}
	if c != 0 {
		return c
	}
	return int(a.turn) - int(b.turn)
}

func later(s version.Scheme, a, b string) bool {
	c, err := version.Compare(s, a, b)
	return err == nil && c > 0
}

// cut ends intervals at the range's greatest limit: a version is affected if it
// lies before any limit.
func cut(intervals []Interval, s version.Scheme, limit string) []Interval {
	var out []Interval
	for _, i := range intervals {
		if i.Lower != "" {
			if c, err := version.Compare(s, i.Lower, limit); err == nil && c >= 0 {
				continue
			}
		}
		if i.Upper == "" || later(s, i.Upper, limit) || i.Inclusive && i.Upper == limit {
			i.Upper, i.Inclusive = limit, false
		}
		out = append(out, i)
	}
	return out
}
