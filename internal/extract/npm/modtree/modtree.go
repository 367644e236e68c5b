// Package modtree is the tree of folders in which modules are installed, and the
// way that Node finds a module in it: in the folder that asks, else in the folders
// around it, the nearest first. It knows no files and no names, only numbers for
// them.
package modtree

// Node is a place in the tree.
type Node int32

// The root of the tree, and the node that is none.
const (
	Root Node = 0
	None Node = -1
)

// maxDepth bounds what one look-up costs. Real modules nest a dozen deep or two.
const maxDepth = 100

// Tree holds one value per node. The zero value is not ready: use New.
type Tree struct {
	nodes    []node
	children map[uint64]Node
}

type node struct {
	up    Node // where a look-up goes on; None at the end
	depth int32
	value int32
	seen  bool
}

// New returns a tree of only a root.
func New() *Tree {
	return &Tree{nodes: []node{{up: None, value: -1}}, children: map[uint64]Node{}}
}

// Module returns the node of the module with this name that is installed in
// parent, adding it if need be; None if the tree would become too deep.
func (t *Tree) Module(parent Node, name int32) Node {
	return t.child(parent, uint64(uint32(name))<<1, parent)
}

// Folder returns the node of an ordinary folder in parent, as Module does.
func (t *Tree) Folder(parent Node, name int32) Node {
	return t.child(parent, uint64(uint32(name))<<1|1, parent)
}

// Outside returns the node of a folder that is not below parent although its path
// starts there, as ".." does: look-ups end at it.
func (t *Tree) Outside(parent Node, name int32) Node {
	return t.child(parent, uint64(uint32(name))<<1|1, None)
}

func (t *Tree) child(parent Node, name uint64, up Node) Node {
	if parent == None {
		return None
	}
	key := uint64(parent)<<33 | name
	if n, known := t.children[key]; known {
		return n
	}
	depth := t.nodes[parent].depth + 1
	if depth > maxDepth {
		return None
	}
	n := Node(len(t.nodes))
	t.nodes = append(t.nodes, node{up: up, depth: depth, value: -1})
	t.children[key] = n
	return n
}

// Nested tells whether a module is installed elsewhere than in the root.
func (t *Tree) Nested(n Node) bool { return t.nodes[n].depth > 1 }

// Mark reports whether the node was not marked before.
func (t *Tree) Mark(n Node) bool {
	first := !t.nodes[n].seen
	t.nodes[n].seen = true
	return first
}

// Set gives a node its value, which must not be negative.
func (t *Tree) Set(n Node, value int) { t.nodes[n].value = int32(value) }

// Value returns a node's value, -1 when it has none.
func (t *Tree) Value(n Node) int {
	if n == None {
		return -1
	}
	return int(t.nodes[n].value)
}

// Find returns the value of the module that a module at from gets when it asks
// for a name, -1 when it gets none.
func (t *Tree) Find(from Node, name int32) int {
	for at := from; at != None; at = t.nodes[at].up {
		n, known := t.children[uint64(at)<<33|uint64(uint32(name))<<1]
		if known && t.nodes[n].value >= 0 {
			return int(t.nodes[n].value)
		}
	}
	return -1
}
