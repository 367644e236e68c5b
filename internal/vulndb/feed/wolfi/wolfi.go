// Package wolfi reads Wolfi's security database (https://packages.wolfi.dev/os/security.json), in the layout of
// Alpine's.
package wolfi

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/secdb"
)

// Feed is Wolfi's security database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "wolfi".
func (Feed) Name() string { return "wolfi" }

// Providers is Wolfi. What its reader was run on here was made from the native
// advisories in the layout of the database, so it is not called proven.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: "WOLFI", Title: "Wolfi security database", Licence: "none stated; Apache-2.0 until May 2025", Covers: "Wolfi",
	}}
}

// Files is the database, below the repository.
func (Feed) Files() []string { return []string{"security.json"} }

// Sets finds the files (*.json, *.yaml) at path.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return secdb.Distribution{
		Feed: "wolfi", Provider: "WOLFI", Ecosystem: "Wolfi", PURL: "wolfi", Rolling: true,
	}.Sets(path)
}
