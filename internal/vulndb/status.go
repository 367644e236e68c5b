package vulndb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// What a status shows is small and read whole.
const (
	providersQuery     = `select name, records, withdrawn, coalesce(modified, 0) from providers order by name`
	providerNamesQuery = `select name from providers order by name`
	sourcesQuery       = `select name, digest, records, skipped from sources order by name`
)

// Provider is who assigned records, with their number.
type Provider struct {
	Name      string
	Records   int
	Withdrawn int
	Modified  time.Time // the newest record's; zero: unknown
}

// SourceStatus is a set of records that the build read.
type SourceStatus struct {
	Name    string
	Digest  string
	Records int
	Skipped int
}

// Providers lists who assigned the records, by name.
func (db *DB) Providers(ctx context.Context) ([]Provider, error) {
	var out []Provider
	err := db.each(ctx, providersQuery, func(scan func(...any) error) error {
		var p Provider
		var modified int64
		if err := scan(&p.Name, &p.Records, &p.Withdrawn, &modified); err != nil {
			return err
		}
		if modified > 0 {
			p.Modified = time.UnixMilli(modified).UTC()
		}
		out = append(out, p)
		return nil
	})
	return out, err
}

// Sources lists what the build read, by name.
func (db *DB) Sources(ctx context.Context) ([]SourceStatus, error) {
	var out []SourceStatus
	err := db.each(ctx, sourcesQuery, func(scan func(...any) error) error {
		var s SourceStatus
		if err := scan(&s.Name, &s.Digest, &s.Records, &s.Skipped); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	return out, err
}

// each runs a query and hands every row to row.
func (db *DB) each(ctx context.Context, query string, row func(scan func(...any) error) error, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return db.damaged(err)
	}
	defer rows.Close() //nolint:errcheck // only read
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return db.damaged(err)
		}
	}
	if err := rows.Err(); err != nil {
		return db.damaged(err)
	}
	return nil
}

// Verify reads the whole database and computes its content digest anew: blobs
// must be what their digests say, records what their blobs say, and the root what
// the records say; the rows that searches read must be those that were stored. It
// returns the number of records.
func (db *DB) Verify(ctx context.Context) (int, error) {
	if err := db.verifyRows(ctx); err != nil {
		return 0, err
	}
	parts, err := db.verifyRecords(ctx)
	if err != nil {
		return 0, err
	}
	root := sha256.New()
	records := 0
	err = db.each(ctx, providerNamesQuery, func(scan func(...any) error) error {
		var name string
		if err := scan(&name); err != nil {
			return err
		}
		if part := parts[name]; part != nil {
			fmt.Fprintf(root, "%s\x00%x\n", name, part.sum.Sum(nil))
			records += part.records
		}
		return nil
	})
	if err != nil {
		return records, err
	}
	if got := "sha256:" + hex.EncodeToString(root.Sum(nil)); got != db.meta.Digest || records != db.meta.Records {
		return records, db.damaged(fmt.Errorf("its content has the digest %s, it should have %s", got, db.meta.Digest))
	}
	return records, nil
}

const verifyQuery = `
select p.name, a.name, a.digest, b.digest, b.value, -1
from advisories a join providers p on p.id = a.provider_id join blobs b on b.id = a.blob_id
union all
select p.name, a.name, a.digest, b.digest, b.value, f.sequence
from affected f join advisories a on a.id = f.advisory_id
	join providers p on p.id = a.provider_id join blobs b on b.id = f.blob_id
order by 1, 2, 6`

// verifyRecords checks every record against its blobs and returns each
// provider's digest over its records.
func (db *DB) verifyRecords(ctx context.Context) (map[string]*providerSum, error) {
	parts := map[string]*providerSum{}
	var current recordSum
	finish := func() error {
		if current.hash == nil {
			return nil
		}
		if sum := current.hash.Sum(nil); !bytes.Equal(sum, current.want) {
			return fmt.Errorf("record %s is not what was stored", current.name)
		}
		part := parts[current.provider]
		if part == nil {
			part = &providerSum{sum: sha256.New()}
			parts[current.provider] = part
		}
		part.records++
		fmt.Fprintf(part.sum, "%s\x00%x\n", current.name, current.want)
		return nil
	}
	err := db.each(ctx, verifyQuery, func(scan func(...any) error) error {
		var provider, name string
		var want, digest, value []byte
		var sequence int
		if err := scan(&provider, &name, &want, &digest, &value, &sequence); err != nil {
			return err
		}
		if sum := sha256.Sum256(value); !bytes.Equal(sum[:], digest) {
			return fmt.Errorf("a part of record %s is not what was stored", name)
		}
		if sequence < 0 {
			if err := finish(); err != nil {
				return err
			}
			current = recordSum{provider: provider, name: name, want: want, hash: sha256.New()}
		}
		if current.name != name {
			return errors.New("a record has lost its head")
		}
		current.hash.Write(digest)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := finish(); err != nil {
		return nil, db.damaged(err)
	}
	return parts, nil
}
