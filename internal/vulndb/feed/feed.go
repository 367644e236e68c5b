// Package feed is the contract of advisory feeds: each leaf below turns one
// provider's publication into sets of records. A feed knows no database.
package feed

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
)

// Feed is one kind of publication.
type Feed interface {
	// Name is what users write before a colon: "nvd" in "nvd:/feeds/nvd".
	Name() string
	// Providers describes those who speak in the feed, as far as they are known.
	Providers() []Provider
	// Sets finds what is to be read at a path, sorted by name: a folder, an archive
	// or a file.
	Sets(path string) ([]Set, error)
	// Files are what a mirror of the feed has below its address, for downloads: paths
	// relative to it. Empty: the address is itself the file.
	Files() []string
}

// Provider is who assigns records.
type Provider struct {
	Name    string // short and stable: "NVD", "GHSA", "DEBIAN"
	Title   string // for people
	Licence string // of the data: an SPDX expression, or a short note
	Covers  string // what it speaks about, in a few words
	// Proven: the reader was run on the feed in its real form, not only on made-up
	// files.
	Proven bool
}

// Set is a part of a feed that is read as one: an archive, a folder.
type Set interface {
	// Name says what the set is, such as the ecosystem in the public OSV layout.
	Name() string
	// Each yields the records in the order of their entries' names and returns a
	// digest over names and contents. A record that cannot be used is yielded with
	// its error; the error returned is the set's own.
	Each(ctx context.Context, yield func(Record) error) (digest string, err error)
}

// Age tells of a set how old what it reads is, where that is not of now: an
// earlier download that could not be renewed.
type Age struct {
	Captured time.Time
	Reason   string // why it could not be renewed
}

// Record is one record of a set, or why it cannot be used. One of Advisory (its
// id is set), KnownExploited, EPSS and EndOfLife is there.
type Record struct {
	Entry          string // the file in the set, with the place in it where there are many
	Provider       string // who assigned the record: Provider.Name
	Advisory       advisory.Advisory
	KnownExploited *advisory.KnownExploited
	EPSS           *advisory.EPSS
	EndOfLife      *advisory.EndOfLife
	Err            error
}

// Of says of which feed a set is.
func Of(set Set, name string) Set { return of{set, name} }

type of struct {
	Set
	name string
}

func (s of) Feed() string { return s.name }
