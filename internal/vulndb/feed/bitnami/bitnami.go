// Package bitnami reads Bitnami's vulnerability database
// (https://github.com/bitnami/vulndb): OSV records, data/<component>/BIT-….json.
package bitnami

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
		Feed: "bitnami", What: "records of Bitnami's database (BIT-*.json)",
		By:    []feed.Provider{{Name: "BIT", Title: "Bitnami vulnerability database", Licence: "Apache-2.0", Covers: "Bitnami", Proven: true}},
		Wants: osvrecord.Named("BIT-", ".json"), Read: osvrecord.Decode,
	}}
}
