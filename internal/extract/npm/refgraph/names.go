package refgraph

// Names finds repeated names. Sorted ones, as package managers write them, cost
// next to nothing. The zero value is ready for use.
type Names struct {
	all  []string
	seen map[string]struct{} // only once a name was out of order
}

// Reset forgets all names.
func (n *Names) Reset() {
	n.all, n.seen = n.all[:0], nil
}

// Add takes one name more and tells whether it was there before.
func (n *Names) Add(name string) (again bool) {
	if n.seen == nil {
		if len(n.all) == 0 || n.all[len(n.all)-1] < name {
			n.all = append(n.all, name)
			return false
		}
		n.index()
	}
	_, again = n.seen[name]
	n.seen[name] = struct{}{}
	return again
}

func (n *Names) index() {
	n.seen = make(map[string]struct{}, 2*len(n.all))
	for _, name := range n.all {
		n.seen[name] = struct{}{}
	}
}
