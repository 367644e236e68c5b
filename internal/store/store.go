// Package store says what the server remembers: the nouns, and small interfaces
// to keep and find them. It knows no SQL; storetest specifies every method.
package store

import (
	"context"
)

// Store is everything that the server remembers. A value is either the database
// itself, whose methods commit each by itself, or bound to a transaction.
type Store interface {
	Audits
	Users
	Organisations
	Groups
	Grants
	Sessions
	Links
	Tokens
	Answers
	Settings

	// Tx runs do with a store that is bound to a transaction, committed if do
	// returns nil. Do may run several times and has no effect but on the store.
	// Within a transaction it goes on in the same one.
	Tx(ctx context.Context, do func(tx Store) error) error
	// Driver is the driver's transaction, for a queue that enqueues in the same
	// one; nil outside.
	Driver() any

	Inventories
	Matches
	Findings
	Vulnerabilities
	Releases
	Retention
	Projects
	Portfolio
	Scans
}
