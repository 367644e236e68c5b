package webui

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// drawn is a drawing with the same facts as a table, for those who cannot see
// it and for those who want the numbers. The drawing is SVG without any style of
// its own: the classes are those of the style sheet, as the security policy
// allows no inline styles.
type drawn struct {
	ID    string // unique on the page, for the labels
	Title string
	Desc  string        // what it shows, in a sentence
	SVG   template.HTML // empty: there is nothing to draw, the table says it all
	Head  []string
	Rows  [][]cell
}

// cell is a cell of a figure's table.
type cell struct {
	Text string
	Href string // empty: no link
}

// drawing builds an SVG. Places along an axis are percentages of the width and
// heights are pixels, so that a drawing fills its column while its text keeps the
// size of the page's.
type drawing struct {
	b strings.Builder
}

// open begins the drawing. One with links in it is a group, whose links are
// read; else it is an image, of which only title and description are.
func (d *drawing) open(f *drawn, class string, height int, links bool) {
	role := "img"
	if links {
		role = "group"
	}
	fmt.Fprintf(&d.b, `<svg class="draw %s" width="100%%" height="%d" role="%s" aria-labelledby="%s-t %s-d">`,
		class, height, role, f.ID, f.ID)
	fmt.Fprintf(&d.b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, f.ID, esc(f.Title), f.ID, esc(f.Desc))
}

func (d *drawing) close() template.HTML {
	d.b.WriteString(`</svg>`)
	return template.HTML(d.b.String()) //nolint:gosec // every text went through esc
}

// rect draws a bar from a percentage on.
func (d *drawing) rect(class string, x, width float64, y, height int) {
	fmt.Fprintf(&d.b, `<rect class="%s" x="%s" y="%d" width="%s" height="%d"/>`, class, percent(x), y, percent(width), height)
}

// text writes at a percentage; anchor is start, middle or end.
func (d *drawing) text(class string, x float64, y int, anchor, text string) {
	fmt.Fprintf(&d.b, `<text class="%s" x="%s" y="%d" text-anchor="%s">%s</text>`, class, percent(x), y, anchor, esc(text))
}

// line draws a stroke from one place to another.
func (d *drawing) line(class string, x1 float64, y1 int, x2 float64, y2 int) {
	fmt.Fprintf(&d.b, `<line class="%s" x1="%s" y1="%d" x2="%s" y2="%d"/>`, class, percent(x1), y1, percent(x2), y2)
}

func (d *drawing) circle(class string, x float64, y, r int) {
	fmt.Fprintf(&d.b, `<circle class="%s" cx="%s" cy="%d" r="%d"/>`, class, percent(x), y, r)
}

// link wraps what do draws in a link with a text that tells its value.
func (d *drawing) link(href, label string, do func()) {
	if href != "" {
		fmt.Fprintf(&d.b, `<a href="%s" aria-label="%s">`, esc(href), esc(label))
	} else {
		d.b.WriteString(`<g>`)
	}
	fmt.Fprintf(&d.b, `<title>%s</title>`, esc(label))
	do()
	if href != "" {
		d.b.WriteString(`</a>`)
	} else {
		d.b.WriteString(`</g>`)
	}
}

func esc(s string) string { return template.HTMLEscapeString(s) }

// percent writes a place with two decimals at most.
func percent(v float64) string { return decimal(v) + "%" }

func decimal(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
}
