// Package jobs makes workers do what rows ask for: it runs on River, on both
// databases, and keeps River's types and the drivers' transactions to itself.
// A job only says which row to look at; the row is the truth, and a job that
// comes late or twice finds that there is nothing to do.
package jobs

import "context"

// Kind says what a job is about.
type Kind string

// The kinds.
const (
	Scan     Kind = "scan"     // bring a scan forward until it ends or waits for others
	Analysis Kind = "analysis" // run one analyzer of a scan
)

// Job names the row that wants work.
type Job struct {
	Kind     Kind
	Scan     string // the scan's id
	Analyzer string // of an Analysis
	Priority int    // 1 first, 4 last
}

// Tx is a transaction of the store: see store.Store's Driver.
type Tx interface{ Driver() any }

// Queue takes jobs.
type Queue interface {
	// Enqueue adds a job in a transaction of the store: it is worked after the
	// commit, and never if that fails.
	Enqueue(ctx context.Context, tx Tx, job Job) error
}
