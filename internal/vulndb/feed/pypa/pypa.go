// Package pypa reads the PyPA advisory database
// (https://github.com/pypa/advisory-database): records in the OSV schema, written
// as YAML, vulns/<package>/PYSEC-….yaml.
package pypa

import (
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Feed is the database.
type Feed struct{ osvrecord.Publication }

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed {
	return Feed{osvrecord.Publication{
		Feed: "pypa", What: "records of the PyPA advisory database (PYSEC-*.yaml)",
		By:    []feed.Provider{{Name: "PYSEC", Title: "PyPA advisory database", Licence: "CC-BY-4.0", Covers: "PyPI"}},
		Wants: wants, Read: osvrecord.DecodeYAML,
	}}
}

// wants leaves out what waits for a number and is no record yet: PYSEC-0000-….
func wants(name string) bool {
	return osvrecord.Named("PYSEC-", ".yaml")(name) && !strings.Contains(name, "PYSEC-0000-")
}
