// Package rustsec reads the RustSec advisory database in its own form
// (https://github.com/rustsec/advisory-db#advisory-format): Markdown with a TOML
// block in front, crates/<crate>/RUSTSEC-….md, and rust/<component>/CVE-….md for
// Rust itself.
package rustsec

import (
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// maxRecord is the largest file that is read, in bytes. Real ones have 20 kB.
const maxRecord = 1 << 20

// Feed is the database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "rustsec".
func (Feed) Name() string { return "rustsec" }

// Providers is RustSec.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{Name: "RUSTSEC", Title: "RustSec advisory database", Licence: "CC0-1.0", Covers: "crates.io, Rust"}}
}

// Files are none: the database is a repository.
func (Feed) Files() []string { return nil }

// Sets finds the advisories in a folder or an archive.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "rustsec", What: "advisories of RustSec (RUSTSEC-*.md)", MaxFile: maxRecord, Wants: wants,
		One: func(entry string, data []byte) feed.Record {
			a, err := decode(entry, data)
			return feed.Record{Provider: "RUSTSEC", Advisory: a, Err: err}
		},
	}, path)
}

func wants(name string) bool {
	base := path.Base(name)
	return path.Ext(base) == ".md" && (strings.HasPrefix(base, "RUSTSEC-") || strings.HasPrefix(base, "CVE-"))
}
