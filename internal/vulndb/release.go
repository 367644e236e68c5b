package vulndb

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-sca/assay/internal/finding"
)

// Release describes the database as a result does.
func (db *DB) Release() finding.Database {
	m := db.meta
	return finding.Database{State: finding.DatabaseOK, Release: m.Release, Digest: m.Digest, Schema: m.Schema, Built: m.Built, Sample: m.Sample}
}

// Outdated says, in a line each, which records are older than the database: those
// of sources that could not be renewed when it was built.
func (db *DB) Outdated(ctx context.Context) ([]string, error) {
	sources, err := db.Sources(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range sources {
		if s.Stale != "" {
			out = append(out, fmt.Sprintf("the records of %s are of %s: %s", s.Name, s.Captured.Format(time.RFC3339), s.Stale))
		}
	}
	return out, nil
}
