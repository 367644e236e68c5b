package webui

import (
	"cmp"
	"slices"
)

// graphNode is a package to draw.
type graphNode struct {
	Label  string // the name, cut by the drawing where it is long
	Note   string // the version
	Title  string // all of it, on hover
	Class  string // of its colour
	Href   string
	Root   bool
	Marked bool // what paths are wanted to: vulnerable, or found by a search
}

// graphInput is a dependency graph; edges are indexes of nodes, To is needed by
// From.
type graphInput struct {
	Nodes []graphNode
	Edges [][2]int
}

// graphWish says which part of a graph is drawn.
type graphWish struct {
	Only  bool // only what lies on a path to a marked node
	From  int  // only what is below this node; -1: all
	Limit int  // nodes at most; 0: graphLimit
}

// graphLimit is how many nodes a drawing has at most: beyond that nobody follows
// a line.
const graphLimit = 120

// choice is the part of a graph that is drawn: its nodes in the order found, and
// how many below each are left out.
type choice struct {
	nodes  []int
	hidden map[int]int // node -> direct dependencies that are not drawn
	edges  [][2]int    // indexes of the graph's nodes
	left   int         // nodes that the wish admits and the limit does not
}

// choose takes the wanted nodes nearest to the roots first, and of each layer
// those that lead to a marked one, until the limit.
func choose(in graphInput, wish graphWish) choice {
	to := successors(in)
	wanted := wantedNodes(in, wish)
	leading := leadingTo(in)
	limit := cmp.Or(wish.Limit, graphLimit)
	c := choice{hidden: map[int]int{}}
	seen := make([]bool, len(in.Nodes))
	layer := startOf(in, wish, wanted)
	for len(layer) > 0 {
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(rankOf(leading[a]), rankOf(leading[b])) })
		var next []int
		for _, n := range layer {
			if seen[n] {
				continue
			}
			seen[n] = true
			if len(c.nodes) == limit {
				c.left++
			} else {
				c.nodes = append(c.nodes, n)
			}
			for _, s := range to[n] {
				if wanted[s] && !seen[s] {
					next = append(next, s)
				}
			}
		}
		layer = next
	}
	c.join(in, to)
	return c
}

func rankOf(first bool) int {
	if first {
		return 0
	}
	return 1
}

// join keeps the edges between chosen nodes and counts what else hangs below.
func (c *choice) join(in graphInput, to [][]int) {
	chosen := make([]bool, len(in.Nodes))
	for _, n := range c.nodes {
		chosen[n] = true
	}
	for _, n := range c.nodes {
		for _, s := range to[n] {
			if chosen[s] {
				c.edges = append(c.edges, [2]int{n, s})
			} else {
				c.hidden[n]++
			}
		}
	}
}

// successors lists for each node what it needs, each once and itself not.
func successors(in graphInput) [][]int {
	to := make([][]int, len(in.Nodes))
	for _, e := range in.Edges {
		if e[0] != e[1] {
			to[e[0]] = append(to[e[0]], e[1])
		}
	}
	for i := range to {
		slices.Sort(to[i])
		to[i] = slices.Compact(to[i])
	}
	return to
}

// leadingTo tells of each node whether it is marked or a marked one is below it.
func leadingTo(in graphInput) []bool {
	back := make([][]int, len(in.Nodes))
	for _, e := range in.Edges {
		back[e[1]] = append(back[e[1]], e[0])
	}
	var marked []int
	for i, n := range in.Nodes {
		if n.Marked {
			marked = append(marked, i)
		}
	}
	return reach(back, marked)
}

// reach tells which nodes can be reached.
func reach(to [][]int, from []int) []bool {
	seen := make([]bool, len(to))
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if !seen[n] {
			seen[n] = true
			queue = append(queue, to[n]...)
		}
	}
	return seen
}

func wantedNodes(in graphInput, wish graphWish) []bool {
	wanted := make([]bool, len(in.Nodes))
	for i := range wanted {
		wanted[i] = true
	}
	if wish.Only {
		wanted = leadingTo(in)
	}
	if wish.From >= 0 && wish.From < len(in.Nodes) {
		below := reach(successors(in), []int{wish.From})
		for i := range wanted {
			wanted[i] = wanted[i] && below[i] || i == wish.From
		}
	}
	return wanted
}

// startOf lists where drawing begins: the roots, or what nothing needs if a graph
// names none.
func startOf(in graphInput, wish graphWish, wanted []bool) []int {
	if wish.From >= 0 && wish.From < len(in.Nodes) {
		return []int{wish.From}
	}
	needed := make([]bool, len(in.Nodes))
	for _, e := range in.Edges {
		needed[e[1]] = needed[e[1]] || e[0] != e[1]
	}
	var start, rest []int
	for i, n := range in.Nodes {
		switch {
		case !wanted[i]:
		case n.Root:
			start = append(start, i)
		case !needed[i]:
			rest = append(rest, i)
		}
	}
	start = append(start, rest...)
	if len(start) == 0 {
		for i := range in.Nodes {
			if wanted[i] {
				return []int{i} // a circle: begin anywhere
			}
		}
	}
	return start
}
