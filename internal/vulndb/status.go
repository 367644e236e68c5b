package vulndb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
)

// What a status shows is small and read whole.
const (
	providersQuery = `select name, title, licence, covers, proven, records, withdrawn, coalesce(modified, 0) from providers order by name`
	sourcesQuery   = `select name, feed, digest, records, skipped, coalesce(captured, 0), coalesce(stale, '') from sources order by name`
)

// Provider is who assigned records, with their number.
type Provider struct {
	Name      string
	Title     string
	Licence   string
	Covers    string
	Proven    bool // its feed was read in its real form
	Records   int
	Withdrawn int
	Modified  time.Time // the newest record's; zero: unknown
}

// SourceStatus is a set of records that the build read.
type SourceStatus struct {
	Name     string
	Feed     string
	Digest   string
	Records  int
	Skipped  int
	Captured time.Time // when it was fetched; zero: at the build
	Stale    string    // why it is not from the build's time; empty: it is
}

// Providers lists who assigned the records, by name.
func (db *DB) Providers(ctx context.Context) ([]Provider, error) {
	var out []Provider
	err := db.each(ctx, providersQuery, func(scan func(...any) error) error {
		var p Provider
		var modified int64
		if err := scan(&p.Name, &p.Title, &p.Licence, &p.Covers, &p.Proven, &p.Records, &p.Withdrawn, &modified); err != nil {
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
		var captured int64
		if err := scan(&s.Name, &s.Feed, &s.Digest, &s.Records, &s.Skipped, &captured, &s.Stale); err != nil {
			return err
		}
		if captured > 0 {
			s.Captured = time.UnixMilli(captured).UTC()
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

// Verify reads the whole database and computes its content digest anew: records
// must be what their blobs say, providers what their records say, and the root
// what the providers say; the rows that searches read must be those that were
// stored. It returns the number of records.
func (db *DB) Verify(ctx context.Context) (int, error) {
	if err := db.verifyRows(ctx); err != nil {
		return 0, err
	}
	v := verifier{db: db, lines: map[string][]string{}}
	if err := errors.Join(v.records(ctx), v.decorations(ctx)); err != nil {
		return v.count, err
	}
	var digests []NamedDigest
	err := db.each(ctx, providerDigestsQuery, func(scan func(...any) error) error {
		var name string
		var digest []byte
		if err := scan(&name, &digest); err != nil {
			return err
		}
		if !bytes.Equal(ProviderDigest(v.lines[name]), digest) {
			return fmt.Errorf("the records of %s are not what was stored", name)
		}
		digests = append(digests, NamedDigest{name, digest})
		return nil
	})
	if err != nil {
		return v.count, err
	}
	if got := RootDigest(digests); got != db.meta.Digest || v.count != db.meta.Records {
		return v.count, db.damaged(fmt.Errorf("its content has the digest %s, it should have %s", got, db.meta.Digest))
	}
	return v.count, nil
}

const providerDigestsQuery = `select name, digest from providers order by name collate binary`

// verifier gathers the lines of the providers' digests.
type verifier struct {
	db    *DB
	lines map[string][]string
	count int
}

const verifyQuery = `
select a.id, p.name, a.name, a.digest, b.value, -1, 0, 0
from advisories a join providers p on p.id = a.provider_id left join blobs b on b.id = a.blob_id
union all
select a.id, p.name, a.name, a.digest, b.value, f.sequence, f.withdrawn, a.withdrawn is not null or a.status = 3
from (select advisory_id, sequence, blob_id, withdrawn from affected
	union all select advisory_id, sequence, blob_id, withdrawn from unaffected
	union all select advisory_id, sequence, blob_id, withdrawn from affected_cpes) f
	join advisories a on a.id = f.advisory_id
	join providers p on p.id = a.provider_id left join blobs b on b.id = f.blob_id
order by 1, 6`

// records checks every record against its blobs.
func (v *verifier) records(ctx context.Context) error {
	var current recordSum
	err := v.db.each(ctx, verifyQuery, func(scan func(...any) error) error {
		var id int64
		var sequence int
		var provider, name string
		var want, value []byte
		var dead, recordDead bool
		if err := scan(&id, &provider, &name, &want, &value, &sequence, &dead, &recordDead); err != nil {
			return err
		}
		value, err := v.db.blob(ctx, value)
		if err != nil {
			return fmt.Errorf("record %s: %w", name, err)
		}
		if sequence < 0 {
			if err := v.finish(&current); err != nil {
				return err
			}
			current = recordSum{id: id, provider: provider, name: name, want: want, hash: sha256.New()}
		}
		if current.id != id {
			return errors.New("a record has lost its head")
		}
		current.hash.Write(EntryDigest(sha256.Sum256(value), dead, recordDead))
		return nil
	})
	if err != nil {
		return err
	}
	if err := v.finish(&current); err != nil {
		return v.db.damaged(err)
	}
	return nil
}

// recordSum is the digest over a record's blobs so far.
type recordSum struct {
	id             int64
	provider, name string
	want           []byte
	hash           hash.Hash
}

func (v *verifier) finish(r *recordSum) error {
	if r.hash == nil {
		return nil
	}
	if !bytes.Equal(r.hash.Sum(nil), r.want) {
		return fmt.Errorf("record %s is not what was stored", r.name)
	}
	v.lines[r.provider] = append(v.lines[r.provider], DigestLine(r.name, r.want))
	v.count++
	return nil
}

const (
	verifyBlobsQuery = `
select p.name, 'known_exploited ' || d.cve, d.digest, b.value
from known_exploited d join providers p on p.id = d.provider_id left join blobs b on b.id = d.blob_id
union all
select p.name, 'end_of_life ' || d.product || ' ' || d.cycle, d.digest, b.value
from end_of_life d join providers p on p.id = d.provider_id left join blobs b on b.id = d.blob_id`
	verifyEPSSQuery = `select p.name, d.cve, d.score, d.percentile, d.date from epss d join providers p on p.id = d.provider_id`
)

// decorations checks what stands beside the records.
func (v *verifier) decorations(ctx context.Context) error {
	err := v.db.each(ctx, verifyBlobsQuery, func(scan func(...any) error) error {
		var provider, key string
		var want, value []byte
		if err := scan(&provider, &key, &want, &value); err != nil {
			return err
		}
		value, err := v.db.blob(ctx, value)
		if err != nil {
			return err
		}
		if digest := sha256.Sum256(value); !bytes.Equal(digest[:], want) {
			return fmt.Errorf("%s is not what was stored", key)
		}
		v.lines[provider] = append(v.lines[provider], DigestLine(key, want))
		v.count++
		return nil
	})
	if err != nil {
		return err
	}
	return v.db.each(ctx, verifyEPSSQuery, func(scan func(...any) error) error {
		var provider string
		var e advisory.EPSS
		if err := scan(&provider, &e.CVE, &e.Score, &e.Percentile, &e.Date); err != nil {
			return err
		}
		data, err := EncodeDecoration(&e)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(data)
		v.lines[provider] = append(v.lines[provider], DigestLine("epss "+e.CVE, digest[:]))
		v.count++
		return nil
	})
}
