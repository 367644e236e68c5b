package webui

import (
	"cmp"
	"slices"
)

// layered is a drawing's arrangement: columns from left to right by the longest
// path, in each column an order with few crossings. Where an edge passes columns
// there are points for it to bend at, which are nodes beyond the given ones.
type layered struct {
	count  int      // of true nodes; those from here on are bends
	rank   []int    // the column of each node
	layers [][]int  // columns: nodes from the top
	links  [][2]int // between neighbouring columns
	routes [][]int  // the nodes that each edge passes, ends included
	flip   []bool   // edges that were turned round to break a circle
}

// arrange lays out n nodes, numbered from 0. Equal input gives an equal
// arrangement.
func arrange(n int, edges [][2]int) *layered {
	l := &layered{count: n, flip: make([]bool, len(edges))}
	forward := l.acyclic(n, edges)
	l.rank = longestPaths(n, forward)
	l.route(forward)
	l.fill()
	l.reduceCrossings()
	return l
}

// acyclic turns edges round that lead back to a node they come from.
func (l *layered) acyclic(n int, edges [][2]int) [][2]int {
	out := slices.Clone(edges)
	from := make([][]int, n) // edges by their start
	for i, e := range edges {
		from[e[0]] = append(from[e[0]], i)
	}
	const (
		fresh = iota
		entered
		left
	)
	state := make([]int, n)
	var visit func(node int)
	visit = func(node int) {
		state[node] = entered
		for _, i := range from[node] {
			switch next := edges[i][1]; state[next] {
			case fresh:
				visit(next)
			case entered:
				out[i] = [2]int{next, node}
				l.flip[i] = true
			}
		}
		state[node] = left
	}
	for node := range n {
		if state[node] == fresh {
			visit(node)
		}
	}
	return out
}

// longestPaths gives each node the number of edges on the longest path to it.
func longestPaths(n int, edges [][2]int) []int {
	rank, open := make([]int, n), make([]int, n)
	to := make([][]int, n)
	for _, e := range edges {
		to[e[0]] = append(to[e[0]], e[1])
		open[e[1]]++
	}
	var queue []int
	for node := range n {
		if open[node] == 0 {
			queue = append(queue, node)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		node := queue[0]
		for _, next := range to[node] {
			rank[next] = max(rank[next], rank[node]+1)
			if open[next]--; open[next] == 0 {
				queue = append(queue, next)
			}
		}
	}
	return rank
}

// route cuts edges that pass columns into pieces from column to column.
func (l *layered) route(edges [][2]int) {
	for _, e := range edges {
		way := []int{e[0]}
		for column := l.rank[e[0]] + 1; column < l.rank[e[1]]; column++ {
			way = append(way, len(l.rank))
			l.rank = append(l.rank, column)
		}
		way = append(way, e[1])
		for i := 1; i < len(way); i++ {
			l.links = append(l.links, [2]int{way[i-1], way[i]})
		}
		l.routes = append(l.routes, way)
	}
}

func (l *layered) fill() {
	for node, rank := range l.rank {
		for len(l.layers) <= rank {
			l.layers = append(l.layers, nil)
		}
		l.layers[rank] = append(l.layers[rank], node)
	}
}

// sweeps is how often the columns are ordered by their neighbours; the best order
// seen is kept, and more sweeps hardly find a better one.
const sweeps = 12

// reduceCrossings orders each column by the mean place of its neighbours in the
// one before, then back by the one behind (the barycentre heuristic).
func (l *layered) reduceCrossings() {
	before, behind := l.neighbours()
	best, fewest := cloneLayers(l.layers), l.crossings()
	for sweep := 0; sweep < sweeps && fewest > 0; sweep++ {
		if sweep%2 == 0 {
			for i := 1; i < len(l.layers); i++ {
				l.sortByMean(i, i-1, before)
			}
		} else {
			for i := len(l.layers) - 2; i >= 0; i-- {
				l.sortByMean(i, i+1, behind)
			}
		}
		if n := l.crossings(); n < fewest {
			best, fewest = cloneLayers(l.layers), n
		}
	}
	l.layers = best
}

func cloneLayers(layers [][]int) [][]int {
	out := make([][]int, len(layers))
	for i := range layers {
		out[i] = slices.Clone(layers[i])
	}
	return out
}

// neighbours lists each node's neighbours in the column before and behind.
func (l *layered) neighbours() (before, behind [][]int) {
	before, behind = make([][]int, len(l.rank)), make([][]int, len(l.rank))
	for _, e := range l.links {
		behind[e[0]] = append(behind[e[0]], e[1])
		before[e[1]] = append(before[e[1]], e[0])
	}
	return before, behind
}

// places gives each node its place from the top of its column.
func (l *layered) places() []int {
	at := make([]int, len(l.rank))
	for _, layer := range l.layers {
		for i, node := range layer {
			at[node] = i
		}
	}
	return at
}

func (l *layered) sortByMean(column, by int, neighbours [][]int) {
	at := l.places()
	mean := make(map[int]float64, len(l.layers[column]))
	for i, node := range l.layers[column] {
		mean[node] = float64(i) // without neighbours it stays where it is
		if len(neighbours[node]) > 0 {
			sum := 0
			for _, other := range neighbours[node] {
				sum += at[other]
			}
			// In parts of the column's length, so that both kinds compare.
			mean[node] = float64(sum) / float64(len(neighbours[node])) * float64(len(l.layers[column])) / float64(len(l.layers[by]))
		}
	}
	slices.SortStableFunc(l.layers[column], func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

// crossings counts where links cross, each pair of columns by counting
// inversions.
func (l *layered) crossings() int {
	at := l.places()
	byColumn := make([][][2]int, len(l.layers))
	for _, e := range l.links {
		byColumn[l.rank[e[0]]] = append(byColumn[l.rank[e[0]]], [2]int{at[e[0]], at[e[1]]})
	}
	total := 0
	for column, links := range byColumn {
		if column+1 == len(l.layers) {
			break
		}
		slices.SortFunc(links, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
		total += inversions(links, len(l.layers[column+1]))
	}
	return total
}

// inversions counts pairs whose second places are in the other order, by a
// Fenwick tree over n places.
func inversions(links [][2]int, n int) int {
	tree := make([]int, n+1)
	total := 0
	for seen, link := range links {
		below := 0 // earlier links that end at this place or above
		for i := link[1] + 1; i > 0; i -= i & -i {
			below += tree[i]
		}
		total += seen - below
		for i := link[1] + 1; i <= n; i += i & -i {
			tree[i]++
		}
	}
	return total
}

// heights gives each node a vertical place in rows, bends half a row: near the
// mean of its neighbours, never over another of its column.
func (l *layered) heights() []float64 {
	y := make([]float64, len(l.rank))
	for _, layer := range l.layers {
		at := 0.0
		for _, node := range layer {
			y[node] = at
			at += l.room(node)
		}
	}
	before, behind := l.neighbours()
	for pass := range 6 {
		neighbours := before
		if pass%2 == 1 {
			neighbours = behind
		}
		for _, layer := range l.layers {
			l.settle(layer, y, neighbours)
		}
	}
	if len(y) == 0 {
		return y
	}
	least := slices.Min(y)
	for i := range y {
		y[i] -= least
	}
	return y
}

// room is how many rows a node takes.
func (l *layered) room(node int) float64 {
	if node < l.count {
		return 1
	}
	return 0.5
}

// settle moves a column's nodes towards the mean of their neighbours, in blocks
// that push each other rather than overlap.
func (l *layered) settle(layer []int, y []float64, neighbours [][]int) {
	type block struct {
		wish, weight, room float64 // wish: sum of the wished places of the block's top
		nodes              []int
	}
	var blocks []block
	for _, node := range layer {
		wish := y[node]
		if n := neighbours[node]; len(n) > 0 {
			wish = 0
			for _, other := range n {
				wish += y[other] / float64(len(n))
			}
		}
		blocks = append(blocks, block{wish, 1, l.room(node), []int{node}})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if a.wish/a.weight+a.room <= b.wish/b.weight {
				break
			}
			merged := block{a.wish + b.wish - b.weight*a.room, a.weight + b.weight, a.room + b.room, append(a.nodes, b.nodes...)}
			blocks = append(blocks[:len(blocks)-2], merged)
		}
	}
	for _, b := range blocks {
		at := b.wish / b.weight
		for _, node := range b.nodes {
			y[node] = at
			at += l.room(node)
		}
	}
}
