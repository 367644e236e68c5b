package webui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/inventory"
)

// graphPage is the dependency graph of a version.
type graphPage struct {
	Frame    frame
	List     listing
	Units    []option
	Colours  []chip
	Only     chip
	Key      []graphKey
	Graph    drawnGraph
	Says     string
	Focus    string // the component that the graph is about; empty: all
	Found    string // how many packages a search found; empty: none was made
	Whole    string // address without the focus
	Versions []chip
	Empty    emptyState
}

// graphKey is a colour of the drawing with its meaning.
type graphKey struct {
	Class, Label string
	Count        int
}

// graphNodes bounds what is asked of the app; the drawing shows fewer.
const graphNodes = 2000

func (u *ui) graph(r *request) (reply, error) {
	view, err := u.app.Project(r.Context(), r.actor, r.PathValue("project"))
	if err != nil {
		return nil, err
	}
	l := r.listing()
	g, err := u.app.Graph(r.Context(), r.actor, app.GraphQuery{
		Project: view.ID, Version: number64(l.Get("version")), Unit: l.Get("unit"), Vulnerable: onlyVulnerable(l),
		Focus: number64(l.Get("focus")), Limit: graphNodes,
	})
	if err != nil {
		return nil, err
	}
	return show("graph", r.graphPage(view, l, g)), nil
}

// onlyVulnerable tells whether only paths to findings are wanted: those are why
// people look, so it is the way the page opens.
func onlyVulnerable(l listing) bool { return l.Get("all") == "" && l.Get("focus") == "" }

func (r *request) graphPage(view app.ProjectView, l listing, g app.Graph) graphPage {
	p := graphPage{Frame: r.projectFrame(view, "graph"), List: l, Only: l.Choice("also what has no findings", "all", "yes"), Whole: l.Set("focus", "")}
	p.Frame.Wide = true
	for _, unit := range g.Units {
		p.Units = append(p.Units, option{Value: unit, Label: unit, Chosen: unit == l.Get("unit")})
	}
	colour := cmp.Or(l.Get("colour"), "severity")
	for _, field := range []string{"severity", "scope", "ecosystem", "depth"} {
		c := l.Choice(field, "colour", field)
		c.On = field == colour
		if c.On {
			c.Href = l.First()
		}
		p.Colours = append(p.Colours, c)
	}
	if len(view.Versions) > 1 {
		for _, v := range view.Versions {
			c := l.Choice(v.Ref, "version", strconv.FormatInt(v.ID, 10))
			c.On = v.ID == g.Version.ID
			p.Versions = append(p.Versions, c)
		}
	}
	p.draw(view.ID, l, g, colour)
	p.Empty = emptyState{Icon: "graph", Title: "No path to anything with open findings", Text: "As far as the last scan saw. The whole graph can be shown instead.", Actions: []action{{Label: "Show everything", Href: l.Set("all", "yes")}}}
	if !onlyVulnerable(l) {
		p.Empty = emptyState{Icon: "graph", Title: "There is no graph", Text: "The files that were read name no dependencies, or there was no scan yet.", Actions: []action{{Label: "Scans", Href: projectPath(view.ID) + "/scans"}}}
	}
	return p
}

func (p *graphPage) draw(project string, l listing, g app.Graph, colour string) {
	in, focus, found := graphInput{}, -1, 0
	wanted := strings.ToLower(strings.TrimSpace(l.Get("q")))
	classes := newPalette()
	for i, n := range g.Nodes {
		class, label := classes.of(n, colour)
		if n.Component == number64(l.Get("focus")) {
			focus = i
			p.Focus = strings.TrimSpace(n.Name + " " + n.Version)
			class += " node-found"
		} else if wanted != "" && strings.Contains(strings.ToLower(n.Name), wanted) {
			class += " node-found"
			found++
		}
		in.Nodes = append(in.Nodes, graphNode{
			Label: n.Name, Note: cmp.Or(n.Version, "no version"), Title: nodeTitle(n, label), Class: class, Root: n.Direct, Marked: n.Findings > 0 || i == focus,
			Href: nodePath(project, g.Version.ID, n),
		})
	}
	for _, e := range g.Edges {
		in.Edges = append(in.Edges, [2]int{e.From, e.To})
	}
	p.Graph = drawGraph("graph", in, graphWish{From: -1}, func(node int) string {
		return l.Set("focus", strconv.FormatInt(g.Nodes[node].Component, 10))
	})
	if wanted != "" {
		p.Found = count(int64(found), "package") + " found"
	}
	p.Key = classes.key()
	p.Says = fmt.Sprintf("%s of %s", count(int64(p.Graph.Shown), "package"), number(int64(max(g.Total, len(g.Nodes)))))
}

// nodePath is where a node leads: to its findings, or to who else uses it.
func nodePath(project string, version int64, n app.GraphNode) string {
	if n.Findings > 0 {
		return fmt.Sprintf("%s/findings?component=%d&version=%d", projectPath(project), n.Component, version)
	}
	return fmt.Sprintf("/components/%d", n.Component)
}

func nodeTitle(n app.GraphNode, label string) string {
	parts := []string{strings.TrimSpace(n.Name + " " + n.Version), n.Ecosystem}
	if n.Direct {
		parts = append(parts, "direct")
	}
	if n.Findings > 0 {
		parts = append(parts, count(int64(n.Findings), "open finding")+", the worst "+n.Worst.String())
	}
	if !slices.Contains(parts, label) {
		parts = append(parts, label)
	}
	return strings.Join(parts, ", ")
}

// palette gives the values of a field their colours, and counts them.
type palette struct {
	order []string
	keys  map[string]*graphKey
}

func newPalette() *palette { return &palette{keys: map[string]*graphKey{}} }

// hues is how many colours there are for values without one of their own; what
// comes later shares the last, which is grey.
const hues = 6

// of is the class of a node's colour with what it means.
func (p *palette) of(n app.GraphNode, field string) (class, label string) {
	switch field {
	case "scope":
		label = string(n.Scope)
		if n.Scope == inventory.ScopeUnknown {
			label = "scope not known"
		}
	case "ecosystem":
		label = n.Ecosystem
	case "depth":
		label = depthWords(n.Depth)
	default:
		label = "no open findings"
		if n.Findings > 0 {
			label = n.Worst.String()
			class = "sev-" + label
		} else {
			class = "hue-0"
		}
	}
	k := p.keys[label]
	if k == nil {
		if class == "" {
			class = "hue-" + strconv.Itoa((len(p.order)+1)%(hues+1))
			if len(p.order) >= hues {
				class = "hue-0"
			}
		}
		k = &graphKey{Class: class, Label: label}
		p.keys[label] = k
		p.order = append(p.order, label)
	}
	k.Count++
	return k.Class, label
}

func depthWords(depth int) string {
	switch depth {
	case -1:
		return "no path known"
	case 0:
		return "direct"
	case 1:
		return "1 step away"
	}
	return strconv.Itoa(depth) + " steps away"
}

// key lists the colours, severities worst first, the others by their number.
func (p *palette) key() []graphKey {
	out := make([]graphKey, 0, len(p.order))
	for _, label := range p.order {
		out = append(out, *p.keys[label])
	}
	rank := map[string]int{}
	for i, l := range levels() {
		rank[l.Word] = i - len(levels())
	}
	slices.SortStableFunc(out, func(a, b graphKey) int {
		return cmp.Or(cmp.Compare(rank[a.Label], rank[b.Label]), cmp.Compare(b.Count, a.Count))
	})
	return out
}
