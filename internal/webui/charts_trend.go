package webui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// The charts here are drawn in two coordinates: across in percent of the width,
// so that one picture fits desk and phone without its text shrinking, and down
// in pixels.

// chartHeight is the height of the part with data, in pixels.
const chartHeight = 168

// gridLine is a horizontal line with the value that it stands for.
type gridLine struct {
	Y     float64
	Label string
}

// axisLabel is a word under the chart.
type axisLabel struct{ Label string }

// areaChart is open findings over time, stacked by severity, the worst at the
// bottom where its changes can be read.
type areaChart struct {
	Title string // what it shows, in a sentence, for who cannot see it
	Bands []areaBand
	Grid  []gridLine
	Days  []chartDay
	Dates []axisLabel
}

// areaBand is one severity. Its path is drawn on a field of 100 by 100.
type areaBand struct {
	level
	Path string
	Now  int64 // the last day's value
	Href string
}

// chartDay is a column of the chart with what it says when pointed at.
type chartDay struct {
	X, Width float64 // percent
	Says     string
	Date     string
	Counts   store.Counts
}

// areaOf draws an organisation's days, the oldest first; fewer than two make no
// line, so that there is no chart.
func areaOf(days []store.Day, href func(level string) string) *areaChart {
	if len(days) < 2 {
		return nil
	}
	top := niceTop(maxTotal(days))
	c := &areaChart{Grid: gridOf(top)}
	base := make([]float64, len(days))
	for i, l := range levels() {
		values, any := make([]float64, len(days)), false
		for d, day := range days {
			values[d] = float64(severitiesIn(day.Counts).worstFirst()[i])
			any = any || values[d] > 0
		}
		if !any {
			continue
		}
		path := bandPath(base, values, top)
		now := int64(values[len(values)-1])
		c.Bands = append(c.Bands, areaBand{level: l, Path: path, Now: now, Href: href(l.Word)})
	}
	width := 100 / float64(len(days)-1)
	for d, day := range days {
		date := day.Day.UTC().Format("2 January 2006")
		left, right := max(width*(float64(d)-.5), 0), min(width*(float64(d)+.5), 100)
		c.Days = append(c.Days, chartDay{
			X: left, Width: right - left, Date: date, Counts: day.Counts,
			Says: date + ": " + countsInWords(day.Counts),
		})
	}
	first, last := days[0], days[len(days)-1]
	c.Dates = []axisLabel{
		{first.Day.UTC().Format("2 Jan")},
		{days[len(days)/2].Day.UTC().Format("2 Jan")},
		{"today"},
	}
	c.Title = fmt.Sprintf("Open findings by severity from %s, when there were %s, to now: %s.",
		first.Day.UTC().Format("2 January"), countsInWords(first.Counts), countsInWords(last.Counts))
	return c
}

// bandPath is the outline between base and base+values, and raises base to that.
func bandPath(base, values []float64, top float64) string {
	var up, down strings.Builder
	step := 100 / float64(len(values)-1)
	for i := range values {
		x := step * float64(i)
		fmt.Fprintf(&up, "%s%.2f %.2f", map[bool]string{true: "M", false: "L"}[i == 0], x, 100-100*(base[i]+values[i])/top)
	}
	for i := len(values) - 1; i >= 0; i-- {
		fmt.Fprintf(&down, "L%.2f %.2f", step*float64(i), 100-100*base[i]/top)
	}
	for i := range values {
		base[i] += values[i]
	}
	return up.String() + down.String() + "Z"
}

func maxTotal(days []store.Day) float64 {
	most := int64(0)
	for _, d := range days {
		most = max(most, d.Total())
	}
	return float64(most)
}

// niceTop is the end of an axis that holds most: 1, 2, 4, 5 or 10 by powers of ten.
func niceTop(most float64) float64 {
	if most <= 4 {
		return 4
	}
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, n := range []float64{1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10} {
		if n*unit >= most {
			return n * unit
		}
	}
	return 10 * unit
}

// gridOf is lines at none, half and all of an axis.
func gridOf(top float64) []gridLine {
	return []gridLine{
		{0, number(int64(top))},
		{chartHeight / 2, number(int64(top / 2))},
		{chartHeight, "0"},
	}
}

// countsInWords says counts by severity, worst first.
func countsInWords(c store.Counts) string {
	var parts []string
	for i, n := range severitiesIn(c).worstFirst() {
		if n > 0 {
			parts = append(parts, number(n)+" "+levels()[i].Word)
		}
	}
	if len(parts) == 0 {
		return "no open findings"
	}
	return strings.Join(parts, ", ")
}

// scanBars is the open findings of the last scans, a bar each, the oldest first.
type scanBars struct {
	Title  string
	Bars   []scanBar
	Grid   []gridLine
	Oldest string // day of the first bar; empty: the bars leave room before it
	Newest string // day of the last
}

// scanBar is a scan.
type scanBar struct {
	X, Width float64 // percent
	Parts    []barPart
	Href     string
	Says     string
	Mark     string // failed, incomplete or empty
}

// Middle is the centre of the bar, in percent.
func (b scanBar) Middle() float64 { return b.X + b.Width/2 }

// barPart is a severity's share of a bar, in pixels.
type barPart struct {
	Class     string
	Y, Height float64
}

// barsOf draws scans as they are listed: the newest first. Scans that have not
// ended are left out; fewer than two make no trend.
func barsOf(scans []store.Scan) *scanBars {
	var ended []store.Scan
	for _, s := range scans {
		if s.State == store.ScanDone || s.State == store.ScanFailed {
			ended = append(ended, s)
		}
	}
	if len(ended) < 2 {
		return nil
	}
	most := int64(0)
	for _, s := range ended {
		most = max(most, countsOfScan(s).Total())
	}
	top := niceTop(float64(most))
	c := &scanBars{Grid: gridOf(top), Title: fmt.Sprintf("Open findings of the last %d scans; the newest: %s.", len(ended), countsInWords(countsOfScan(ended[0])))}
	step := 100 / float64(max(len(ended), fewBars))
	if len(ended) >= fewBars {
		c.Oldest = dayAndMonth(ended[len(ended)-1].FinishedAt)
	}
	c.Newest = dayAndMonth(ended[0].FinishedAt)
	for i, s := range ended {
		x := 100 - step*float64(i+1)
		c.Bars = append(c.Bars, barOf(s, x+step*.15, step*.7, top))
	}
	return c
}

// fewBars is up to how many bars keep their width, instead of filling the chart.
const fewBars = 8

func dayAndMonth(t time.Time) string { return t.UTC().Format("2 Jan") }

func barOf(s store.Scan, x, width, top float64) scanBar {
	counts := countsOfScan(s)
	b := scanBar{X: x, Width: width, Href: "/scans/" + s.ID}
	when := s.FinishedAt.UTC().Format("2 January 15:04")
	switch {
	case s.State == store.ScanFailed:
		b.Mark, b.Says = "failed", when+": failed"
		return b
	case s.Incomplete:
		b.Mark = "incomplete"
	}
	b.Says = when + ": " + countsInWords(counts)
	if b.Mark != "" {
		b.Says += " (" + b.Mark + ")"
	}
	y := float64(chartHeight)
	for i, n := range severitiesIn(counts).worstFirst() {
		if n == 0 {
			continue
		}
		height := chartHeight * float64(n) / top
		y -= height
		b.Parts = append(b.Parts, barPart{levels()[i].Class, y, height})
	}
	return b
}

func countsOfScan(s store.Scan) store.Counts {
	return store.Counts{
		Critical: int64(s.Critical), High: int64(s.High), Medium: int64(s.Medium),
		Low: int64(s.Low), Negligible: int64(s.Negligible), Unknown: int64(s.Unknown),
	}
}

// severityBar is counts as one bar; its parts add up to 100 percent.
type severityBar struct {
	Parts []severityShare
	Says  string
}

type severityShare struct {
	level
	X, Width float64 // percent
	Count    int64
	Href     string
}

// leastShare is how wide a part of a bar is at least, in percent: one critical
// among a thousand findings is still seen and can be clicked.
const leastShare = 1.5

// severityBarOf draws counts; nil if there are none. Href makes the address of a
// severity's list.
func severityBarOf(s severities, href func(level string) string) *severityBar {
	total := s.Total()
	if total == 0 {
		return nil
	}
	b := &severityBar{}
	var words []string
	rest, large := 100.0, total
	for _, n := range s.worstFirst() {
		if n > 0 && 100*float64(n)/float64(total) < leastShare {
			rest, large = rest-leastShare, large-n
		}
	}
	x := 0.0
	for i, n := range s.worstFirst() {
		if n == 0 {
			continue
		}
		width := leastShare
		if 100*float64(n)/float64(total) >= leastShare {
			width = rest * float64(n) / float64(large)
		}
		l := levels()[i]
		b.Parts = append(b.Parts, severityShare{l, x, width, n, href(l.Word)})
		words = append(words, number(n)+" "+l.Word)
		x += width
	}
	b.Says = count(total, "finding") + ": " + strings.Join(words, ", ")
	return b
}
