// Package feed is the contract of advisory feeds: each leaf below turns one
// provider's publication into sets of records. A feed knows no database.
package feed

import (
	"context"

	"github.com/assay-sca/assay/internal/advisory"
)

// Set is a part of a feed that is read as one: an archive, a folder.
type Set interface {
	// Name says what the set is, such as the ecosystem in the public OSV layout.
	Name() string
	// Each yields the records in the order of their entries' names and returns a
	// digest over names and contents. A record that cannot be used is yielded with
	// its error; the error returned is the set's own.
	Each(ctx context.Context, yield func(Record) error) (digest string, err error)
}

// Record is one record of a set, or why it cannot be used.
type Record struct {
	Entry    string // the file in the set
	Provider string // who assigned the record
	Advisory advisory.Advisory
	Err      error
}
