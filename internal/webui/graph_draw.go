package webui

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// Sizes of the graph's drawing, in pixels: it keeps its size and scrolls.
const (
	nodeWidth   = 184
	nodeHeight  = 34
	nodeGap     = 12 // between rows
	columnGap   = 64
	graphMargin = 12 // around all
)

// drawnGraph is a drawn graph.
type drawnGraph struct {
	drawn
	Shown, Hidden int
	Columns       int
}

// drawGraph draws the part of a graph that is wished for. More gives the address
// of the same page from a node on; it may be nil.
func drawGraph(id string, in graphInput, wish graphWish, more func(node int) string) drawnGraph {
	c := choose(in, wish)
	g := drawnGraph{Shown: len(c.nodes), Hidden: c.left}
	g.ID, g.Title = id, "Dependency graph"
	g.Head = []string{"Package", "Version", "Needs"}
	for _, n := range c.nodes {
		g.Rows = append(g.Rows, []cell{{in.Nodes[n].Label, in.Nodes[n].Href}, {Text: in.Nodes[n].Note}, {Text: needs(in, c, n)}})
	}
	g.Desc = count(int64(len(c.nodes)), "package") + " from left to right: each needs those that its lines lead to."
	if len(c.nodes) == 0 {
		g.Desc = "There is nothing to draw."
		return g
	}
	g.SVG = g.draw(in, c, more)
	return g
}

// needs lists what a node leads to, for the table.
func needs(in graphInput, c choice, node int) string {
	var names []string
	for _, e := range c.edges {
		if e[0] == node {
			names = append(names, in.Nodes[e[1]].Label)
		}
	}
	if n := c.hidden[node]; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}

func (g *drawnGraph) draw(in graphInput, c choice, more func(node int) string) template.HTML {
	joined, alone := c.apart()
	number := make(map[int]int, len(joined))
	for i, n := range joined {
		number[n] = i
	}
	edges := make([][2]int, len(c.edges))
	for i, e := range c.edges {
		edges[i] = [2]int{number[e[0]], number[e[1]]}
	}
	l := arrange(len(joined), edges)
	y := l.heights()
	rows := 0.0 // that the joined ones take, and a gap
	if len(joined) > 0 {
		rows = slices.Max(y) + 1.4
	}
	g.Columns = len(l.layers)
	columns := max(g.Columns, min(len(alone), columnsAlone))
	height := nodeTop(rows+float64((len(alone)+columns-1)/columns)) - nodeGap + graphMargin
	if len(alone) == 0 {
		height = nodeTop(slices.Max(y)) + nodeHeight + graphMargin
	}
	d := &drawing{}
	d.openGraph(g, nodeLeft(columns)-columnGap+graphMargin, height)
	for i, way := range l.routes {
		class := "edge"
		if in.Nodes[c.edges[i][0]].Marked || in.Nodes[c.edges[i][1]].Marked {
			class = "edge edge-marked"
		}
		fmt.Fprintf(&d.b, `<path class="%s" d="%s"/>`, class, l.curve(way, y))
	}
	for i, n := range joined {
		d.node(in.Nodes[n], nodeLeft(l.rank[i]), nodeTop(y[i]), c.hidden[n], moreOf(more, n))
	}
	for i, n := range alone {
		d.node(in.Nodes[n], nodeLeft(i%columns), nodeTop(rows+float64(i/columns)), c.hidden[n], moreOf(more, n))
	}
	return d.close()
}

// columnsAlone is in how many columns nodes stand that nothing is joined to, if
// the others do not make more.
const columnsAlone = 4

// apart tells the nodes that lines join from those that stand alone, which are
// drawn below: each in a column with the roots they would make it endless.
func (c *choice) apart() (joined, alone []int) {
	ends := map[int]bool{}
	for _, e := range c.edges {
		ends[e[0]], ends[e[1]] = true, true
	}
	for _, n := range c.nodes {
		if ends[n] {
			joined = append(joined, n)
		} else {
			alone = append(alone, n)
		}
	}
	return joined, alone
}

func (d *drawing) openGraph(g *drawnGraph, width, height int) {
	fmt.Fprintf(&d.b, `<svg class="graph" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-labelledby="%s-t %s-d">`,
		width, height, width, height, g.ID, g.ID)
	fmt.Fprintf(&d.b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, g.ID, esc(g.Title), g.ID, esc(g.Desc))
}

func moreOf(more func(int) string, node int) string {
	if more == nil {
		return ""
	}
	return more(node)
}

func nodeLeft(rank int) int      { return graphMargin + rank*(nodeWidth+columnGap) }
func nodeTop(row float64) int    { return graphMargin + int(row*(nodeHeight+nodeGap)) }
func nodeMiddle(row float64) int { return nodeTop(row) + nodeHeight/2 }

// curve leads an edge from the right side of its start through its bends to the
// left side of its end.
func (l *layered) curve(way []int, y []float64) string {
	var b strings.Builder
	x, at := nodeLeft(l.rank[way[0]])+nodeWidth, nodeMiddle(y[way[0]])
	fmt.Fprintf(&b, "M%d %d", x, at)
	for i, node := range way[1:] {
		nextX, nextY := nodeLeft(l.rank[node]), nodeMiddle(y[node])
		half := (nextX - x) / 2
		fmt.Fprintf(&b, "C%d %d %d %d %d %d", x+half, at, nextX-half, nextY, nextX, nextY)
		x, at = nextX, nextY
		if i < len(way)-2 { // a bend: straight through its column
			x += nodeWidth
			fmt.Fprintf(&b, "H%d", x)
		}
	}
	return b.String()
}

// node draws a package: a box with its name, its version below, and a count of
// what is not drawn, which leads on.
func (d *drawing) node(n graphNode, x, y, hidden int, more string) {
	fmt.Fprintf(&d.b, `<g class="node %s" transform="translate(%d %d)">`, esc(n.Class), x, y)
	width := nodeWidth
	if hidden > 0 && more != "" {
		width -= 30
	}
	d.link(n.Href, n.Title, func() {
		fmt.Fprintf(&d.b, `<rect width="%d" height="%d" rx="6"/><path class="strip" d="M3 6v%d"/>`, width, nodeHeight, nodeHeight-12)
		d.at("label", 12, 15, middle((width-18)/8, n.Label))
		d.at("note", 12, 28, middle((width-16)/7, n.Note))
	})
	if hidden > 0 && more != "" {
		d.link(more, fmt.Sprintf("%d more below %s", hidden, n.Label), func() {
			fmt.Fprintf(&d.b, `<rect class="more" x="%d" width="28" height="%d" rx="6"/>`, width+2, nodeHeight)
			fmt.Fprintf(&d.b, `<text class="more-count" x="%d" y="21" text-anchor="middle">+%d</text>`, width+16, hidden)
		})
	}
	d.b.WriteString(`</g>`)
}

func (d *drawing) at(class string, x, y int, text string) {
	fmt.Fprintf(&d.b, `<text class="%s" x="%d" y="%d">%s</text>`, class, x, y, esc(text))
}
