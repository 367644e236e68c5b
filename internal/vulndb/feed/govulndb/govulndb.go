// Package govulndb reads the Go vulnerability database
// (https://go.dev/doc/security/vuln/database): OSV records as the repository has
// them (data/osv/GO-….json) and as the database serves them (ID/GO-….json, or all
// in vulndb.zip). Its indexes are left alone.
package govulndb

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Feed is the database.
type Feed struct{ osvrecord.Publication }

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed {
	return Feed{osvrecord.Publication{
		Feed: "govulndb", What: "records of the Go vulnerability database (GO-*.json)",
		By:    []feed.Provider{{Name: "GO", Title: "Go vulnerability database", Licence: "CC-BY-4.0", Covers: "Go", Proven: true}},
		Below: []string{"vulndb.zip"},
		Wants: osvrecord.Named("GO-", ".json"), Read: osvrecord.Decode,
	}}
}
