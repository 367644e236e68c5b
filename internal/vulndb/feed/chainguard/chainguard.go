// Package chainguard reads Chainguard's security database (https://packages.cgr.dev/chainguard/security.json), in the layout of
// Alpine's.
package chainguard

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/secdb"
)

// Feed is Chainguard's security database.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "chainguard".
func (Feed) Name() string { return "chainguard" }

// Providers is Chainguard.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: "CHAINGUARD", Title: "Chainguard security database", Licence: "none stated", Covers: "Chainguard",
	}}
}

// Files is the database, below the repository.
func (Feed) Files() []string { return []string{"security.json"} }

// Sets finds the files (*.json, *.yaml) at path.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return secdb.Distribution{
		Feed: "chainguard", Provider: "CHAINGUARD", Ecosystem: "Chainguard", PURL: "chainguard", Rolling: true,
	}.Sets(path)
}
