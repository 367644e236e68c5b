// Package private reads the user's own advisories: records in the OSV schema
// (https://ossf.github.io/osv-schema/), as JSON or YAML, one a file. They are
// validated strictly, since a slip here is the user's to mend and would else mean
// that nothing is found. docs/howto/private-advisories.md tells how to write them.
package private

import (
	"errors"
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/osvrecord"
)

// Feed is the user's folder.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "private".
func (Feed) Name() string { return "private" }

// Providers is the user.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{Name: "PRIVATE", Title: "Your own advisories", Licence: "yours", Covers: "what you write about", Proven: true}}
}

// Files are none: it is no publication.
func (Feed) Files() []string { return nil }

// Sets finds the records in a folder or an archive.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "private", What: "advisories (*.json, *.yaml, *.yml)", MaxFile: osvrecord.MaxRecord, Wants: wants,
		One: func(entry string, data []byte) feed.Record {
			a, err := decode(entry, data)
			return feed.Record{Provider: "PRIVATE", Advisory: a, Err: err}
		},
	}, path)
}

func wants(name string) bool {
	if strings.HasPrefix(name, ".") || strings.Contains(name, "/.") {
		return false
	}
	return strings.EqualFold(path.Ext(name), ".json") || isYAML(name)
}

func isYAML(name string) bool {
	extension := path.Ext(name)
	return strings.EqualFold(extension, ".yaml") || strings.EqualFold(extension, ".yml")
}

func decode(entry string, data []byte) (advisory.Advisory, error) {
	if len(data) > osvrecord.MaxRecord {
		return advisory.Advisory{}, errors.New("it is too large for one advisory")
	}
	text, err := asJSON(entry, data)
	if err != nil {
		return advisory.Advisory{}, err
	}
	tree, err := validate(text)
	if err != nil {
		return advisory.Advisory{}, err
	}
	a, err := osvrecord.Decode(text)
	if err != nil {
		return a, err
	}
	for i := range a.Affected {
		a.Affected[i].Unaffected = unaffected(tree, i)
	}
	return a, nil
}
