package lockgraph

import (
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/tomltree"
)

// Entry is one element of a lockfile's array of packages.
type Entry struct {
	Name  string
	Line  int
	Table *tomltree.Table
}

// Open reads a TOML lockfile whose packages are the array of tables at key. It must
// have the header, a key that every such lock has: an empty or foreign file is no
// empty lock. What is no named package in the array is a fault of f.
func Open(f *extract.File, data []byte, header, key string) (*tomltree.Table, []Entry, error) {
	root, err := tomltree.Parse(data)
	if err == nil && !root.Get(header).Exists() {
		f.Fault(1, "not a lockfile of this format: it has no %q", header)
	}
	list := root.Get(key)
	if list.Exists() && !list.IsArray() {
		f.Fault(list.Line, "%q is no array of tables", key)
	}
	entries := make([]Entry, 0, len(list.Items()))
	for _, item := range list.Items() {
		name := item.Table().Get("name")
		if !name.IsString() || name.String() == "" {
			f.Fault(item.Line, "a package without a name")
			continue
		}
		entries = append(entries, Entry{Name: name.String(), Line: item.Line, Table: item.Table()})
	}
	return root, entries, err
}

// FileHashes returns the hash of each file in an array of tables with a "hash".
func FileHashes(files tomltree.Value) []string {
	var hashes []string
	for _, file := range files.Items() {
		if hash := file.Table().Get("hash").String(); hash != "" {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}
