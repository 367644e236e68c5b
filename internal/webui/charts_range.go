package webui

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/version"
)

// affected is what one advisory, or several that say the same, states of a
// package.
type affected struct {
	Name   string // such as "GHSA-35jh-r3h4-6jhm"
	Href   string
	Ranges string // intervals as results show them, joined by " || "
}

// rangeInput is what a range picture shows.
type rangeInput struct {
	Version    string // yours
	Scheme     string // by which versions are ordered; empty: by natural order
	Advisories []affected
}

// Bounds of a range picture: what lies further from your version is left to the
// table.
const (
	maxLanes = 4
	maxStops = 6
)

// stretch is a stretch of affected versions.
type stretch struct {
	lower, upper       string // empty: from the beginning, without end
	after, last, exact bool   // lower is not affected itself; upper is; only lower is
}

// parseStretches reads intervals as results show them. What is no interval is left
// out: the table still shows it as it was written.
func parseStretches(ranges string) []stretch {
	var out []stretch
	for part := range strings.SplitSeq(ranges, " || ") {
		s, ok := stretch{}, part != ""
		for bound := range strings.FieldsSeq(part) {
			switch {
			case bound == "*":
			case strings.HasPrefix(bound, ">="):
				s.lower = bound[2:]
			case strings.HasPrefix(bound, ">"):
				s.lower, s.after = bound[1:], true
			case strings.HasPrefix(bound, "<="):
				s.upper, s.last = bound[2:], true
			case strings.HasPrefix(bound, "<"):
				s.upper = bound[1:]
			case strings.HasPrefix(bound, "="):
				s.lower, s.exact = bound[1:], true
			default:
				ok = false
			}
		}
		if ok {
			out = append(out, s)
		}
	}
	return out
}

// words says a stretch in words.
func (s stretch) words() string {
	switch {
	case s.exact:
		return "exactly " + s.lower
	case s.lower == "" && s.upper == "":
		return "all versions"
	case s.lower == "":
		return s.end()
	case s.upper == "":
		return "from " + s.lower + s.begin() + " on, without a known fix"
	}
	return "from " + s.lower + s.begin() + " " + s.end()
}

func (s stretch) begin() string {
	if s.after {
		return " (itself not)"
	}
	return ""
}

func (s stretch) end() string {
	if s.last {
		return "up to and including " + s.upper
	}
	return "before " + s.upper
}

// rangePicture draws where your version stands between those that are affected
// and those that are not, a lane for each advisory.
func rangePicture(id string, in rangeInput) drawn {
	f := drawn{ID: id, Title: "Affected versions and " + in.Version, Head: []string{"Advisory", "Affected versions", "Fixed in"}}
	r := rangeLine{scheme: schemeNamed(in.Scheme), yours: in.Version}
	for _, a := range grouped(in.Advisories) {
		stretches := parseStretches(a.Ranges)
		f.Rows = append(f.Rows, []cell{{Text: a.Name, Href: a.Href}, {Text: rangeWords(a.Ranges, stretches)}, {Text: fixes(stretches)}})
		if len(r.lanes) < maxLanes && len(stretches) > 0 {
			r.lanes = append(r.lanes, lane{a.Name, stretches})
		}
	}
	f.Desc = "You use " + in.Version + "."
	if len(r.lanes) > 0 && r.order() {
		f.SVG = r.draw(&f)
	}
	return f
}

func rangeWords(ranges string, stretches []stretch) string {
	if len(stretches) == 0 {
		return ranges
	}
	var words []string
	for _, s := range stretches {
		words = append(words, s.words())
	}
	return strings.Join(words, "; ")
}

func fixes(stretches []stretch) string {
	var out []string
	for _, s := range stretches {
		if s.upper != "" && !s.last {
			out = append(out, s.upper)
		}
	}
	return strings.Join(out, ", ")
}

// grouped joins advisories that state the same ranges.
func grouped(all []affected) []affected {
	var out []affected
	for _, a := range all {
		i := slices.IndexFunc(out, func(o affected) bool { return o.Ranges == a.Ranges })
		if i < 0 {
			out = append(out, a)
			continue
		}
		out[i].Name += ", " + a.Name
	}
	return out
}

// schemeNamed is the scheme of that name; natural order for one not known.
func schemeNamed(name string) version.Scheme {
	for s := version.Fallback; s <= version.APK; s++ {
		if s.String() == name {
			return s
		}
	}
	return version.Fallback
}

type lane struct {
	name      string
	stretches []stretch
}

// rangeLine is the axis of versions: stops in order, evenly spaced, since how far
// versions lie apart means nothing.
type rangeLine struct {
	scheme version.Scheme
	yours  string
	lanes  []lane
	stops  []version.Version
	before bool // stops were left out at the beginning
	beyond bool // or at the end
}

// order collects and sorts the stops and leaves out those furthest from yours.
// It reports false if a version cannot be read.
func (r *rangeLine) order() bool {
	texts := []string{r.yours}
	for _, l := range r.lanes {
		for _, s := range l.stretches {
			texts = append(texts, s.lower, s.upper)
		}
	}
	for _, text := range texts {
		if text == "" || text == "0" && text != r.yours {
			continue
		}
		v, err := version.Parse(r.scheme, text)
		if err != nil {
			return false
		}
		r.stops = append(r.stops, v)
	}
	slices.SortStableFunc(r.stops, compareVersions)
	r.stops = slices.CompactFunc(r.stops, func(a, b version.Version) bool { return compareVersions(a, b) == 0 })
	mine := r.place(r.yours)
	from := max(0, min(mine-maxStops/2, len(r.stops)-maxStops))
	to := min(len(r.stops), from+maxStops)
	r.before, r.beyond = from > 0, to < len(r.stops)
	r.stops = r.stops[from:to]
	return true
}

func compareVersions(a, b version.Version) int {
	c, err := a.Compare(b)
	if err != nil {
		return cmp.Compare(a.String(), b.String())
	}
	return c
}

// place is the stop of a version: -1 if it lies before the first one that is
// shown, len(stops) if beyond the last.
func (r *rangeLine) place(text string) int {
	v, err := version.Parse(r.scheme, text)
	if err != nil {
		return -1
	}
	i, ok := slices.BinarySearchFunc(r.stops, v, compareVersions)
	if !ok && i == 0 {
		return -1
	}
	return i
}

// x is the percentage of a stop; those left out lie beyond the edges.
func (r *rangeLine) x(stop int) float64 {
	switch {
	case stop < 0:
		return 0
	case stop >= len(r.stops):
		return 100
	}
	const edge = 15.0
	if len(r.stops) == 1 {
		return 50
	}
	return edge + (100-2*edge)*float64(stop)/float64(len(r.stops)-1)
}

// Heights of the picture, in pixels.
const (
	laneTop    = 40
	laneHeight = 38
)

// anchorAt keeps words at an edge within the picture, also on a phone.
func anchorAt(percent float64) string {
	switch {
	case percent < 30:
		return "start"
	case percent > 70:
		return "end"
	}
	return "middle"
}

func (r *rangeLine) draw(f *drawn) template.HTML {
	d := &drawing{}
	foot := laneTop + laneHeight*len(r.lanes)
	step := 0 // by which every second label stands lower
	if len(r.stops) > 3 || r.long() {
		step = 16
	}
	d.open(f, "draw-range", foot+24+step, false)
	mine := r.place(r.yours)
	d.text("yours", r.x(mine), 14, anchorAt(r.x(mine)), "you use "+middle(18, r.yours))
	d.line("yours-line", r.x(mine), 20, r.x(mine), foot)
	for i, l := range r.lanes {
		y := laneTop + laneHeight*i + 24
		d.text("lane", 0, y-12, "start", middle(44, l.name))
		d.line("lane-line", 0, y, 100, y)
		for _, s := range l.stretches {
			r.stretch(d, s, y)
		}
		d.circle("yours-dot", r.x(mine), y, 5)
	}
	r.labels(d, foot, step)
	return d.close()
}

// stretch draws a stretch of affected versions; a filled end is affected itself.
func (r *rangeLine) stretch(d *drawing, s stretch, y int) {
	if s.exact {
		d.circle("end-in", r.x(r.place(s.lower)), y, 4)
		return
	}
	from, to := -1, len(r.stops)
	if s.lower != "" && s.lower != "0" {
		from = r.place(s.lower)
	}
	if s.upper != "" {
		to = r.place(s.upper)
	}
	x, end := r.x(from), r.x(to)
	if end <= x {
		return
	}
	d.rect("affected", x, end-x, y-4, 8)
	if from >= 0 && from < len(r.stops) {
		d.circle(endClass(!s.after), x, y, 4)
	}
	if to >= 0 && to < len(r.stops) {
		d.circle(endClass(s.last), end, y, 4)
	}
}

func endClass(affected bool) string {
	if affected {
		return "end-in"
	}
	return "end-out"
}

// labels writes the stops below, if they are many or long each second one a line
// lower so that they do not touch, the fixes with their mark.
func (r *rangeLine) labels(d *drawing, foot, step int) {
	fixed := r.fixed()
	for i, v := range r.stops {
		y := foot + 14 + step*(i%2)
		text, class := middle(14, v.String()), "stop"
		if slices.Contains(fixed, i) {
			text, class = "✔ "+text+" fixed", "stop stop-fixed"
		}
		d.line("tick", r.x(i), foot-6, r.x(i), foot+2)
		d.text(class, r.x(i), y, "middle", text)
	}
	if r.before {
		d.text("axis", 0, foot+14, "start", "…")
	}
	if r.beyond {
		d.text("axis", 100, foot+14, "end", "…")
	}
}

// long tells whether a label may be wider than its part of a phone's width.
func (r *rangeLine) long() bool {
	return len(r.stops) > 1 && slices.ContainsFunc(r.stops, func(v version.Version) bool { return len(v.String()) > 9 })
}

// fixed lists the stops that end the stretch in which yours lies.
func (r *rangeLine) fixed() []int {
	var out []int
	mine := r.place(r.yours)
	for _, l := range r.lanes {
		for _, s := range l.stretches {
			to := r.place(s.upper)
			if s.upper != "" && !s.last && (s.lower == "" || s.lower == "0" || r.place(s.lower) <= mine) && mine < to {
				out = append(out, to)
			}
		}
	}
	return out
}
