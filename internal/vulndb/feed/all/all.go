// Package all is the registry of feeds: the only importer of each.
package all

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/osv"
)

// Sets finds what there is to read at a path: a folder, an archive or a file.
func Sets(path string) ([]feed.Set, error) { return osv.Sets(path) }
