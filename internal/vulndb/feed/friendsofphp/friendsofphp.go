// Package friendsofphp reads the PHP security advisories database
// (https://github.com/FriendsOfPHP/security-advisories#contributing): YAML,
// <vendor>/<package>/<CVE or date>.yaml.
package friendsofphp

import (
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// maxRecord is the largest file that is read, in bytes. Real ones have 5 kB.
const maxRecord = 1 << 20

// Feed is the database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "friendsofphp".
func (Feed) Name() string { return "friendsofphp" }

// Providers is the database itself: its records are its own, also those that it
// names by their CVE.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{Name: "FOP", Title: "PHP security advisories database", Licence: "Unlicense", Covers: "Packagist"}}
}

// Files are none: the database is a repository.
func (Feed) Files() []string { return nil }

// Sets finds the advisories in a folder or an archive.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "friendsofphp", What: "advisories of FriendsOfPHP (<vendor>/<package>/*.yaml)", MaxFile: maxRecord, Wants: wants,
		One: func(entry string, data []byte) feed.Record {
			a, err := decode(entry, data)
			return feed.Record{Provider: "FOP", Advisory: a, Err: err}
		},
	}, path)
}

// wants leaves out files that are hidden, or in a folder that is.
func wants(name string) bool {
	return path.Ext(name) == ".yaml" && !strings.HasPrefix(name, ".") && !strings.Contains(name, "/.")
}
