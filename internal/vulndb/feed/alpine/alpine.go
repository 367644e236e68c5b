// Package alpine reads Alpine's security database (https://secdb.alpinelinux.org/), in the layout of
// Alpine's.
package alpine

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/secdb"
)

// Feed is Alpine's security database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "alpine".
func (Feed) Name() string { return "alpine" }

// Providers is Alpine.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: "ALPINE", Title: "Alpine security database", Licence: "none stated", Covers: "Alpine", Proven: true,
	}}
}

// Files is empty: a mirror has a folder for each release, and there
// is no list of releases that would not age.
func (Feed) Files() []string { return nil }

// Sets finds the files (*.json, *.yaml) at path.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return secdb.Distribution{
		Feed: "alpine", Provider: "ALPINE", Ecosystem: "Alpine", PURL: "alpine",
		Link: "https://security.alpinelinux.org/vuln/",
	}.Sets(path)
}
