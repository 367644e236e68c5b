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
	After     bool   // Lower is not affected itself, what follows it is
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
		b.WriteString(lowerSign(i.After) + i.Lower)
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

func lowerSign(after bool) string {
	if after {
		return ">"
	}
	return ">="
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
		if err != nil || c < 0 || b.Exact || c == 0 && b.After {
			return err == nil && c == 0 && b.Exact, err
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
	out := slices.Clone(a.Stated)
	for i := range a.Ranges {
		if a.Ranges[i].Type != Git {
			out = append(out, a.Ranges[i].Intervals(s)...)
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
	listed := make(map[string]bool, len(a.Versions))
	for _, text := range a.Versions {
		if text != "" && !listed[text] && !covers(bounds, s, text) {
			listed[text] = true
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

// Intervals are the stretches of one range; see Affected.Intervals.
func (r *Range) Intervals(s version.Scheme) []Interval {
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
	for len(steps) > 0 {
		n := 1
		for n < len(steps) && same(&steps[0], &steps[n]) {
			n++
		}
		at := steps[:n]
		if turns(at, introduced) && turns(at, fixed) {
			at = slices.DeleteFunc(slices.Clone(at), func(s step) bool { return s.turn != lastAffected })
		}
		out = append(out, at...)
		steps = steps[n:]
	}
	return out
}

func turns(steps []step, t turn) bool {
	return slices.ContainsFunc(steps, func(s step) bool { return s.turn == t })
}

// same tells whether two steps are at the same version.
func same(a, b *step) bool {
	if a.first || b.first || !a.parsed || !b.parsed {
		return a.first == b.first && a.parsed == b.parsed && a.text == b.text
	}
	c, err := a.at.Compare(b.at)
	return err == nil && c == 0
}

// steps orders a range's events by version and finds its limit.
func (r *Range) steps(s version.Scheme) (steps []step, limit string, limited bool) {
	unlimited := false
	for i, e := range r.Events {
		switch {
		case e.Introduced == "0":
			steps = append(steps, step{first: true, turn: introduced, ordinal: i})
		case e.Introduced != "":
			steps = append(steps, newStep(s, introduced, e.Introduced, i))
		case e.Fixed != "":
			steps = append(steps, newStep(s, fixed, e.Fixed, i))
		case e.LastAffected != "":
			steps = append(steps, newStep(s, lastAffected, e.LastAffected, i))
		case e.Limit == "*":
			unlimited = true
		case e.Limit != "":
			if !limited || beyond(s, e.Limit, limit) {
				limit, limited = e.Limit, true
			}
		}
	}
	return inOrder(steps), limit, limited && !unlimited
}

func newStep(s version.Scheme, t turn, text string, ordinal int) step {
	at, err := version.Parse(s, text)
	return step{at: at, text: text, parsed: err == nil, turn: t, ordinal: ordinal}
}

// inOrder sorts steps by version. What cannot be read as a version stays behind
// the step that it follows in the record: records are nearly always written in
// order.
func inOrder(steps []step) []step {
	var groups [][]step
	for i, st := range steps {
		if i > 0 && !st.first && !st.parsed {
			last := len(groups) - 1
			groups[last] = append(groups[last], st)
			continue
		}
		groups = append(groups, []step{st})
	}
	slices.SortStableFunc(groups, func(a, b []step) int { return compareSteps(a[0], b[0]) })
	return slices.Concat(groups...)
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

// beyond tells whether limit a replaces b: the later one holds, and one that
// cannot be read before all, as it may be later than any.
func beyond(s version.Scheme, a, b string) bool {
	if _, err := version.Parse(s, a); err != nil {
		return true
	}
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
		c, err := version.Compare(s, i.Upper, limit)
		if i.Upper == "" || err == nil && (c > 0 || c == 0 && i.Inclusive) {
			i.Upper, i.Inclusive = limit, false
		}
		out = append(out, i)
	}
	return out
}
