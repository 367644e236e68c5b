package vulndb

import "github.com/assay-sca/assay/internal/finding"

// Release describes the database as a result does.
func (db *DB) Release() finding.Database {
	m := db.meta
	return finding.Database{State: finding.DatabaseOK, Release: m.Release, Digest: m.Digest, Schema: m.Schema, Built: m.Built, Sample: m.Sample}
}
