package vulndb

import (
	"context"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
)

const productCandidatesQuery = `
select c.product, a.advisory_id, a.sequence, a.intervals, '', '', 0
from json_each($1) n
cross join cpes c on c.product = n.value
cross join affected_cpes a on a.cpe_id = c.id
where c.part = 'a' and a.withdrawn = 0 and a.unaffected = 0`

// ProductCandidates calls yield for every live entry of an application whose
// product has one of the names, in the order of the names.
func (db *DB) ProductCandidates(ctx context.Context, products []string, yield func(advisory.Candidate) error) error {
	for len(products) > 0 {
		n := min(chunk, len(products))
		list, err := json.Marshal(products[:n])
		if err != nil {
			return err
		}
		if err := db.yield(ctx, productCandidatesQuery, yield, string(list)); err != nil {
			return err
		}
		products = products[n:]
	}
	return nil
}

const anyProductQuery = `select 1 from cpes where id > 0 limit 1`

// HasProducts tells whether any record names products: without, no answer about
// them means anything.
func (db *DB) HasProducts(ctx context.Context) (has bool, err error) {
	err = db.each(ctx, anyProductQuery, func(scan func(...any) error) error { return scan(&has) })
	return has, err
}

const endQuery = `select b.value from end_of_life e join blobs b on b.id = e.blob_id where e.product = ? and e.cycle = ?`

// EndOfLife is what is known of a product's release cycle; ok is false if nothing
// is.
func (db *DB) EndOfLife(ctx context.Context, product, cycle string) (end advisory.EndOfLife, ok bool, err error) {
	err = db.each(ctx, endQuery, func(scan func(...any) error) error {
		var value []byte
		if err := scan(&value); err != nil {
			return err
		}
		value, err := db.blob(ctx, value)
		if err != nil {
			return err
		}
		ok = true
		return decodeBlob(value, &end)
	}, product, cycle)
	return end, ok, err
}
