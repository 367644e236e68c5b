package webui

import (
	"html/template"
	"strings"
)

// severityBar is one bar of all findings, a stretch for each severity. Link gives
// the list that a severity's number counts; nil links nothing.
func severityBar(id string, t severities, link func(word string) string) figure {
	f := figure{ID: id, Title: "Findings by severity", Head: []string{"Severity", "Findings"}}
	var parts []string
	for _, l := range t.bySeverity() {
		value := cell{Text: number(l.Count)}
		if link != nil && l.Count > 0 {
			value.Href = link(l.Word)
		}
		f.Rows = append(f.Rows, []cell{{Text: l.Word}, value})
		if l.Count > 0 {
			parts = append(parts, number(l.Count)+" "+l.Word)
			f.Key = append(f.Key, mark{Class: l.Word, Text: l.Word, Value: value.Text, Href: value.Href})
		}
	}
	f.Desc = count(t.Total(), "finding") + ": " + strings.Join(parts, ", ") + "."
	if t.Total() == 0 {
		f.Desc = "No findings."
		return f
	}
	f.SVG = drawSeverities(&f, t)
	return f
}

// leastShare is how wide a stretch is at least, in percent: one critical among a
// thousand findings is still seen and can be clicked.
const leastShare = 1.5

func drawSeverities(f *figure, t severities) template.HTML {
	const height = 20
	d := &drawing{}
	d.open(f, "draw-severity", height, true)
	shares := severityShares(t)
	x := 0.0
	for i, l := range t.bySeverity() {
		if shares[i] == 0 {
			continue
		}
		at, width := x, shares[i]
		d.link(f.Rows[i][1].Href, number(l.Count)+" "+l.Word, func() {
			d.rect("bar sev-"+l.Word, at, width, 0, height)
			if width > 7 {
				d.text("bar-text sev-"+l.Word, at+width/2, 14, "middle", number(l.Count))
			}
		})
		x += width
	}
	return d.close()
}

// severityShares gives each severity its part of 100, none of those that occur
// below leastShare.
func severityShares(t severities) []float64 {
	levels := t.bySeverity()
	shares := make([]float64, len(levels))
	rest, large := 100.0, t.Total()
	for i, l := range levels {
		if l.Count > 0 && float64(l.Count)/float64(t.Total())*100 < leastShare {
			shares[i] = leastShare
			rest -= leastShare
			large -= l.Count
		}
	}
	for i, l := range levels {
		if l.Count > 0 && shares[i] == 0 {
			shares[i] = rest * float64(l.Count) / float64(large)
		}
	}
	return shares
}
