package store

import (
	"context"
	"time"
)

// Release is a release of the advisory database that was imported here.
type Release struct {
	Seq      int64  // the order of imports
	Digest   string // of its content
	Schema   string
	Name     string // such as its build day
	Blob     string // digest of the file, in the blob store
	Size     int64  // of the file, in bytes
	Built    time.Time
	Imported time.Time
	Sample   bool // demonstration data
	Current  bool
	Status   ReleaseStatus
}

// ReleaseStatus is what the status page shows without opening the file.
type ReleaseStatus struct {
	Records    int               `json:"records"`
	Ecosystems map[string]int    `json:"ecosystems,omitempty"` // live records
	Providers  []ReleaseProvider `json:"providers,omitempty"`
	Sources    []ReleaseSource   `json:"sources,omitempty"`
	Outdated   []string          `json:"outdated,omitempty"` // sources that could not be renewed, a line each
}

// ReleaseProvider is who assigned records.
type ReleaseProvider struct {
	Name     string    `json:"name"`
	Title    string    `json:"title,omitempty"`
	Covers   string    `json:"covers,omitempty"`
	Records  int       `json:"records"`
	Modified time.Time `json:"modified,omitzero"`
}

// ReleaseSource is what the build read.
type ReleaseSource struct {
	Name     string    `json:"name"`
	Feed     string    `json:"feed"`
	Records  int       `json:"records"`
	Skipped  int       `json:"skipped,omitzero"`
	Captured time.Time `json:"captured,omitzero"` // when it was fetched; zero: at the build
	Stale    string    `json:"stale,omitempty"`   // why it is not from the build's time; empty: it is
}

// Releases keeps which releases of the advisory database were imported.
type Releases interface {
	// AddRelease enters a release and makes it the current one. Its Seq is given.
	// For a transaction.
	AddRelease(ctx context.Context, r Release) (Release, error)
	// CurrentRelease is the one to match with; errs.NotFound if none was imported.
	CurrentRelease(ctx context.Context) (Release, error)
	// Release reads one by its seq; errs.NotFound.
	Release(ctx context.Context, seq int64) (Release, error)
	// Releases lists them, the last import first.
	Releases(ctx context.Context, page Page) (List[Release], error)
}
