// Package all is the registry of feeds: the only importer of each.
package all

import (
	"io/fs"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/osv"
)

// Sets finds what there is to read at a path: a folder, an archive or a file.
func Sets(path string) ([]feed.Set, error) { return osv.Sets(path) }

// FromFS is the OSV records of a tree in memory.
func FromFS(name string, tree fs.FS) (feed.Set, error) { return osv.FromFS(name, tree) }
