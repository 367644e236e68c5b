package npmjson

import "bytes"

// Name stands for a package's name in one document: comparing and looking up
// numbers is cheaper than strings, and a lock repeats its names often.
type Name int32

// Names gives each name its number.
type Names struct {
	ids   map[string]Name
	texts []string
	seen  []int32 // by name: the last object of dependencies that had it
}

// ID returns the number of a name.
func (n *Names) ID(text []byte) Name {
	if id, known := n.ids[string(text)]; known {
		return id
	}
	id, kept := Name(len(n.texts)), string(text)
	n.ids[kept] = id
	n.texts = append(n.texts, kept)
	n.seen = append(n.seen, 0)
	return id
}

// Text returns the name of a number.
func (n *Names) Text(id Name) string { return n.texts[id] }

// CutName splits a path after the name of a package at its start, which has two
// parts when it begins with a scope. The rest is nil when nothing follows.
func CutName(path []byte) (name, rest []byte) {
	end := bytes.IndexByte(path, '/')
	if end >= 0 && path[0] == '@' {
		second := bytes.IndexByte(path[end+1:], '/')
		if second < 0 {
			return path, nil
		}
		end += 1 + second
	}
	if end < 0 {
		return path, nil
	}
	return path[:end], path[end+1:]
}
