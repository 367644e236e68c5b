// Package graph has the pure algorithms on dependency graphs: numbers and edges
// only, it knows no packages.
package graph

// Tree holds for each node the one before it on a shortest path from a root, -1
// for roots and -2 for nodes that no root reaches.
type Tree struct {
	before []int
	depth  []int
}

// The marks that are no nodes.
const (
	root      = -1
	unreached = -2
)

// Shortest searches breadth first from all roots at once. Nodes are 0 to n-1, to
// lists each node's successors. Ties are broken by the order of roots and
// successors, so that equal input gives equal paths.
func Shortest(n int, roots []int, to [][]int) Tree {
	t := Tree{before: make([]int, n), depth: make([]int, n)}
	for i := range t.before {
		t.before[i] = unreached
	}
	queue := make([]int, 0, n)
	for _, r := range roots {
		if t.before[r] == unreached {
			t.before[r] = root
			queue = append(queue, r)
		}
	}
	for head := 0; head < len(queue); head++ {
		at := queue[head]
		for _, next := range to[at] {
			if t.before[next] == unreached {
				t.before[next] = at
				t.depth[next] = t.depth[at] + 1
				queue = append(queue, next)
			}
		}
	}
	return t
}

// Depth is the number of edges from the nearest root, or -1 if none reaches the
// node.
func (t Tree) Depth(node int) int {
	if t.before[node] == unreached {
		return -1
	}
	return t.depth[node]
}

// Path lists the nodes from the root to the node, both included; nil if no root
// reaches it.
func (t Tree) Path(node int) []int {
	if t.before[node] == unreached {
		return nil
	}
	path := make([]int, t.depth[node]+1)
	for i := len(path) - 1; i >= 0; i-- {
		path[i] = node
		node = t.before[node]
	}
	return path
}
