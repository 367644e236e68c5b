// Package malicious reads reports of malicious packages
// (https://github.com/ossf/malicious-packages): OSV records,
// osv/malicious/<ecosystem>/<package>/MAL-….json, and below osv/withdrawn/ those
// that were taken back, which say so themselves.
package malicious

import (
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Feed is the collection of reports.
type Feed struct{ osvrecord.Publication }

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed {
	return Feed{osvrecord.Publication{
		Feed: "malicious", What: "reports of malicious packages (MAL-*.json)",
		By:    []feed.Provider{{Name: "MAL", Title: "Malicious packages", Licence: "Apache-2.0", Covers: "malicious packages of all languages"}},
		Wants: osvrecord.Named("MAL-", ".json"), Read: decode,
	}}
}
