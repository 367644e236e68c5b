package vulndb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/severity"
)

// A record's digest is over its blobs, of which the first holds its id and its
// provider: what two databases have with one digest is the same record. So they
// are compared by digests alone, read as the tables lie; nothing is inflated, and
// names are fetched of what differs.
const (
	// The plus keeps the index on providers out: most records are read, and in the
	// table's order that takes one pass.
	digestsQuery = `select id, digest from advisories where +provider_id in (select value from json_each($1)) order by id`
	headsQuery   = `
select a.id, p.name, a.name, a.severity, a.withdrawn is not null or a.status = 3
from json_each($1) n
cross join advisories a on a.id = n.value
cross join providers p on p.id = a.provider_id`
	partsQuery = `
select a.id, -1, b.value from json_each($1) n
cross join advisories a on a.id = n.value cross join blobs b on b.id = a.blob_id
union all
select f.advisory_id, f.sequence, b.value from json_each($1) n
cross join affected f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
union all
select f.advisory_id, f.sequence, b.value from json_each($1) n
cross join unaffected f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
union all
select f.advisory_id, f.sequence, b.value from json_each($1) n
cross join affected_cpes f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
order by 1, 2`
	providerNumbersQuery = `select id, name, digest from providers order by name`
)

// stamp is a record by its content.
type stamp struct {
	digest [sha256.Size]byte
	id     int64
}

// stamps hands over the records of providers in portions, as they lie.
func (db *DB) stamps(ctx context.Context, providers []int64, out chan<- []stamp) error {
	defer close(out)
	list, err := json.Marshal(providers)
	if err != nil {
		return err
	}
	portion := make([]stamp, 0, chunk)
	hand := func() error {
		select {
		case out <- portion:
			portion = make([]stamp, 0, chunk)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var digest sql.RawBytes
	err = db.each(ctx, digestsQuery, func(scan func(...any) error) error {
		var s stamp
		if err := scan(&s.id, &digest); err != nil {
			return err
		}
		if len(digest) != len(s.digest) {
			return errors.New("a record has no digest")
		}
		copy(s.digest[:], digest)
		if portion = append(portion, s); len(portion) == chunk {
			return hand()
		}
		return nil
	}, string(list))
	if err != nil {
		return err
	}
	return hand()
}

// unmatched are the records that only one of two databases has, by their numbers.
// Both are read side by side: what waits for its like is only what differs, and
// what lies elsewhere.
func unmatched(ctx context.Context, a, b *DB, ofA, ofB []int64) (onlyA, onlyB []int64, err error) {
	group, ctx := errgroup.WithContext(ctx)
	streamA, streamB := make(chan []stamp, 2), make(chan []stamp, 2)
	group.Go(func() error { return a.stamps(ctx, ofA, streamA) })
	group.Go(func() error { return b.stamps(ctx, ofB, streamB) })
	waitingA, waitingB := map[[sha256.Size]byte]int64{}, map[[sha256.Size]byte]int64{}
	for moreA, moreB := true, true; moreA || moreB; {
		var x, y []stamp
		x, moreA = <-streamA
		y, moreB = <-streamB
		settleStamps(x, waitingA, waitingB)
		settleStamps(y, waitingB, waitingA)
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return numbers(waitingA), numbers(waitingB), nil
}

// settleStamps strikes off what the other side has, and lets the rest wait.
func settleStamps(portion []stamp, own, other map[[sha256.Size]byte]int64) {
	for i := range portion {
		s := &portion[i]
		if _, ok := other[s.digest]; ok {
			delete(other, s.digest)
		} else {
			own[s.digest] = s.id
		}
	}
}

func numbers(waiting map[[sha256.Size]byte]int64) []int64 {
	out := make([]int64, 0, len(waiting))
	for _, id := range waiting {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// head is what the row of a record says.
type head struct {
	id             int64
	provider, name string
	severity       severity.Level
	dead           bool
}

func (db *DB) heads(ctx context.Context, ids []int64) ([]head, error) {
	out := make([]head, 0, len(ids))
	for list := range slices.Chunk(ids, chunk) {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		err = db.each(ctx, headsQuery, func(scan func(...any) error) error {
			var h head
			err := scan(&h.id, &h.provider, &h.name, &h.severity, &h.dead)
			out = append(out, h)
			return err
		}, string(text))
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parts are the blobs of some records, inflated: the head's, then the entries' in
// their order.
func (db *DB) parts(ctx context.Context, ids []int64) (map[int64][][]byte, error) {
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][][]byte, len(ids))
	err = db.each(ctx, partsQuery, func(scan func(...any) error) error {
		var id, sequence int64
		var value []byte
		if err := scan(&id, &sequence, &value); err != nil {
			return err
		}
		if (sequence < 0) != (out[id] == nil) {
			return errors.New("a record has lost its head")
		}
		value, err := db.blob(ctx, value)
		out[id] = append(out[id], value)
		return err
	}, string(text))
	return out, err
}

// storedProvider is a provider with its number and digest.
type storedProvider struct {
	id     int64
	name   string
	digest string
}

func (db *DB) providerNumbers(ctx context.Context) (map[string]storedProvider, error) {
	out := map[string]storedProvider{}
	err := db.each(ctx, providerNumbersQuery, func(scan func(...any) error) error {
		var p storedProvider
		err := scan(&p.id, &p.name, &p.digest)
		out[p.name] = p
		return err
	})
	return out, err
}
