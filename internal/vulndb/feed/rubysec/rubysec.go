// Package rubysec reads the Ruby advisory database
// (https://github.com/rubysec/ruby-advisory-db#schema): YAML, gems/<gem>/CVE-….yml,
// and rubies/<engine>/CVE-….yml for Ruby itself. A file's name is the record's id.
package rubysec

import (
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// maxRecord is the largest file that is read, in bytes. Real ones have 10 kB.
const maxRecord = 1 << 20

// Feed is the database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "rubysec".
func (Feed) Name() string { return "rubysec" }

// Providers is RubySec.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{Name: "RUBYSEC", Title: "Ruby advisory database", Licence: "public domain; parts OSVDB's",
		Covers: "RubyGems, Ruby"}}
}

// Files are none: the database is a repository.
func (Feed) Files() []string { return nil }

// Sets finds the advisories in a folder or an archive.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "rubysec", What: "advisories of the Ruby advisory database (CVE-*.yml, GHSA-*.yml, OSVDB-*.yml)", MaxFile: maxRecord,
		Wants: func(name string) bool { return id(name) != "" },
		One: func(entry string, data []byte) feed.Record {
			a, err := decode(entry, data)
			return feed.Record{Provider: "RUBYSEC", Advisory: a, Err: err}
		},
	}, path)
}

// id is the record's id that a file's name gives; empty for other files.
func id(name string) string {
	base := path.Base(name)
	stem, ok := strings.CutSuffix(base, ".yml")
	if kind, number, found := strings.Cut(stem, "-"); !ok || !found || number == "" || kind != "CVE" && kind != "GHSA" && kind != "OSVDB" {
		return ""
	}
	return stem
}
