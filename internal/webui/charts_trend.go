package webui

import (
	"fmt"
	"html/template"
	"strings"
	"time"
)

// dayFigures is how many findings were open on a day.
type dayFigures struct {
	At time.Time
	severities
}

// plot is the frame of a drawing over time: the zero line at the bottom, the
// greatest value at the top.
const (
	plotTop    = 16
	plotHeight = 120
	plotFoot   = 20
)

// stackedDays is a stacked area of open findings by day, the worst at the bottom,
// where it is read from zero.
func stackedDays(id string, days []dayFigures) figure {
	f := figure{ID: id, Title: "Open findings by day", Head: []string{"dayFigures", "Critical", "High", "Medium", "Low", "None", "Unknown", "All"}}
	var top int64
	for _, day := range days {
		row := []cell{{Text: day.At.UTC().Format(time.DateOnly)}}
		for _, l := range day.bySeverity() {
			row = append(row, cell{Text: number(l.Count)})
		}
		f.Rows = append(f.Rows, append(row, cell{Text: number(day.Total())}))
		top = max(top, day.Total())
	}
	if len(days) < 2 {
		f.Desc = "Not enough days yet for a trend."
		return f
	}
	first, last := days[0], days[len(days)-1]
	f.Desc = fmt.Sprintf("From %s on %s to %s on %s; at most %s.", count(first.Total(), "open finding"),
		first.At.UTC().Format("2 January"), number(last.Total()), last.At.UTC().Format("2 January"), number(top))
	for _, l := range last.bySeverity() {
		if l.Count > 0 {
			f.Key = append(f.Key, mark{Class: l.Word, Text: l.Word, Value: number(l.Count)})
		}
	}
	f.SVG = drawDays(&f, days, niceTop(top))
	return f
}

func drawDays(f *figure, days []dayFigures, top int64) template.HTML {
	d := &drawing{}
	d.open(f, "draw-days", plotTop+plotHeight+plotFoot, false)
	d.axis(top)
	fmt.Fprintf(&d.b, `<svg x="0" y="%d" width="100%%" height="%d" viewBox="0 0 %d %d" preserveAspectRatio="none">`,
		plotTop, plotHeight, len(days)-1, plotHeight)
	below := make([]float64, len(days))
	for i, l := range days[0].bySeverity() {
		d.band(days, below, i, "bar sev-"+l.Word, top)
	}
	d.b.WriteString(`</svg>`)
	y := plotTop + plotHeight + 14
	d.text("axis", 0, y, "start", days[0].At.UTC().Format("2 Jan"))
	d.text("axis", 100, y, "end", days[len(days)-1].At.UTC().Format("2 Jan"))
	return d.close()
}

// axis draws the zero line and the line of the greatest value with its label.
func (d *drawing) axis(top int64) {
	d.line("grid", 0, plotTop, 100, plotTop)
	d.line("grid", 0, plotTop+plotHeight/2, 100, plotTop+plotHeight/2)
	d.line("axis-line", 0, plotTop+plotHeight, 100, plotTop+plotHeight)
	d.text("axis", 0, plotTop-4, "start", number(top))
}

// band draws the area of one severity on what lies below it, and raises below.
func (d *drawing) band(days []dayFigures, below []float64, level int, class string, top int64) {
	var upper, lower strings.Builder
	any := false
	for i := range days {
		count := days[i].bySeverity()[level].Count
		any = any || count > 0
		at := below[i] + float64(count)*plotHeight/float64(top)
		fmt.Fprintf(&upper, "%d,%s ", i, decimal(plotHeight-at))
		j := len(days) - 1 - i
		fmt.Fprintf(&lower, "%d,%s ", j, decimal(plotHeight-below[j]))
	}
	for i := range days {
		below[i] += float64(days[i].bySeverity()[level].Count) * plotHeight / float64(top)
	}
	if any {
		fmt.Fprintf(&d.b, `<polygon class="%s" points="%s"/>`, class, strings.TrimSpace(upper.String()+lower.String()))
	}
}

// niceTop rounds up to 1, 2 or 5 times a power of ten, so that the line at the
// top has a round number.
func niceTop(top int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if n*unit >= max(top, 1) && (n*unit)%2 == 0 || n*unit >= max(top, 1) && top <= 1 {
				return n * unit
			}
		}
	}
}

// scanBar is what one scan counted.
type scanBar struct {
	At         time.Time
	Href       string
	State      string // done, failed, cancelled
	Incomplete bool
	severities
}

// scanTrend is a column for each scan, the oldest first, the worst severity at
// the bottom. Scans that failed, or did not see everything, are marked: a low
// column is no good news there.
func scanTrend(id string, scans []scanBar) figure {
	f := figure{ID: id, Title: "Findings of the last scans", Head: []string{"Scan", "State", "Critical", "High", "Medium", "Low", "None", "Unknown", "All"}}
	var top int64
	for _, s := range scans {
		row := []cell{{Text: s.At.UTC().Format("2006-01-02 15:04"), Href: s.Href}, {Text: s.word()}}
		for _, l := range s.bySeverity() {
			row = append(row, cell{Text: number(l.Count)})
		}
		f.Rows = append(f.Rows, append(row, cell{Text: number(s.Total())}))
		top = max(top, s.Total())
	}
	if len(scans) == 0 {
		f.Desc = "Not scanned yet."
		return f
	}
	f.Desc = count(int64(len(scans)), "scan") + ", the last with " + count(scans[len(scans)-1].Total(), "finding") + "."
	f.SVG = drawScans(&f, scans, niceTop(top))
	return f
}

func (s scanBar) word() string {
	if s.State == "done" && s.Incomplete {
		return "incomplete"
	}
	return s.State
}

func drawScans(f *figure, scans []scanBar, top int64) template.HTML {
	d := &drawing{}
	d.open(f, "draw-scans", plotTop+plotHeight+plotFoot, true)
	d.axis(top)
	step := 100 / float64(max(len(scans), 8))
	for i, s := range scans {
		x := float64(i)*step + step*0.15
		label := s.At.UTC().Format("2 Jan 15:04") + ": " + count(s.Total(), "finding") + ", " + s.word()
		d.link(s.Href, label, func() { d.column(s, x, step*0.7, top) })
	}
	return d.close()
}

// column draws a scan: its findings, and below the zero line a sign of its state.
func (d *drawing) column(s scanBar, x, width float64, top int64) {
	d.rect("hit", x, width, plotTop, plotHeight+plotFoot)
	foot := plotTop + plotHeight
	y := float64(foot)
	for _, l := range s.bySeverity() {
		if l.Count == 0 {
			continue
		}
		height := max(float64(l.Count)*plotHeight/float64(top), 1)
		y -= height
		fmt.Fprintf(&d.b, `<rect class="bar sev-%s" x="%s" y="%s" width="%s" height="%s"/>`, l.Word, percent(x), decimal(y), percent(width), decimal(height))
	}
	if word := s.word(); word != "done" {
		d.text("sign-"+word, x+width/2, foot+14, "middle", map[string]string{"incomplete": "◐", "failed": "✗", "cancelled": "–"}[word])
	}
}
