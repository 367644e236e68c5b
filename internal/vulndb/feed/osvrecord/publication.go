package osvrecord

import (
	"path"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// Publication is a feed whose files are records in the schema, one each, and
// that differs from others only by its layout and its makers.
type Publication struct {
	Feed  string // its name
	What  string // for messages: "records of Go (GO-*.json)"
	By    []feed.Provider
	Below []string // what a mirror has below its address; see feed.Feed
	// Wants tells the records from other files, by the path in the set.
	Wants func(name string) bool
	// Read is Decode, or what the publication has in place of it.
	Read func(data []byte) (advisory.Advisory, error)
}

var _ feed.Feed = Publication{}

// Name is the feed's name.
func (p Publication) Name() string { return p.Feed }

// Providers are the publication's makers.
func (p Publication) Providers() []feed.Provider { return p.By }

// Files are what a mirror has below its address.
func (p Publication) Files() []string { return p.Below }

// Sets finds archives and loose records.
func (p Publication) Sets(path string) ([]feed.Set, error) { return fileset.Sets(p.Kind(), path) }

// Kind says how the files are read.
func (p Publication) Kind() fileset.Kind {
	return fileset.Kind{
		Feed: p.Feed, What: p.What, MaxFile: MaxRecord, Wants: p.Wants,
		One: func(_ string, data []byte) feed.Record {
			a, err := p.Read(data)
			return feed.Record{Provider: Provider(a.ID), Advisory: a, Err: err}
		},
	}
}

// Provider is the home database of a record: the prefix of its id, as the OSV
// schema's list of databases has it.
func Provider(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return prefix
}

// Named tells a publication's files by how their names begin and end: "GO-" and
// ".json".
func Named(prefix, extension string) func(name string) bool {
	return func(name string) bool {
		base := path.Base(name)
		return strings.HasPrefix(base, prefix) && strings.EqualFold(path.Ext(base), extension)
	}
}
