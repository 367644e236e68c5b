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

// Entries reads the array of package tables at key. What is no named package
// there is a fault of f; a missing array is an empty lock.
func Entries(f *extract.File, root *tomltree.Table, key string) []Entry {
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
	return entries
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
