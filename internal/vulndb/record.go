package vulndb

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/assay-sca/assay/internal/advisory"
)

// Record is everything stored of one advisory.
type Record struct {
	Vulnerability   VulnerabilityBlob     `json:"vulnerability"`
	Affected        []AffectedBlob        `json:"affected"`
	Vulnerabilities []string              `json:"vulnerabilities"` // the merged ones that it contributes to
	Dead            bool                  `json:"dead"`            // withdrawn or rejected: never matched
	Decorations     map[string]Decoration `json:"decorations"`     // by vulnerability
}

// Decoration is what is known of a vulnerability beside its advisories.
type Decoration struct {
	KnownExploited *advisory.KnownExploited `json:"known_exploited,omitempty"`
	EPSS           float64                  `json:"epss,omitempty"`
	Percentile     float64                  `json:"percentile,omitempty"`
	Date           string                   `json:"epss_date,omitempty"`
	Weaknesses     []string                 `json:"weaknesses,omitempty"`
}

const recordQuery = `
select a.id, -1, b.value, a.withdrawn is not null or a.status = 3,
	(select json_group_array(v.name) from vulnerabilities v where v.advisory_id = a.id)
from json_each(?1) n cross join advisories a on a.id = n.value cross join blobs b on b.id = a.blob_id
union all
select f.advisory_id, f.sequence, b.value, 0, ''
from json_each(?1) n cross join affected f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
union all
select f.advisory_id, f.sequence, b.value, 0, ''
from json_each(?1) n cross join unaffected f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
union all
select f.advisory_id, f.sequence, b.value, 0, ''
from json_each(?1) n cross join affected_cpes f on f.advisory_id = n.value cross join blobs b on b.id = f.blob_id
order by 1, 2`

// Records gives everything of the records that an id names, as ByID finds them.
func (db *DB) Records(ctx context.Context, id string) ([]Record, error) {
	numbers, err := db.named(ctx, id)
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	var records []Record
	err = db.each(ctx, recordQuery, func(scan func(...any) error) error {
		var number int64
		var sequence int
		var value, names []byte
		var dead bool
		if err := scan(&number, &sequence, &value, &dead, &names); err != nil {
			return err
		}
		value, err := db.blob(ctx, value)
		if err != nil {
			return err
		}
		if sequence < 0 {
			r := Record{Dead: dead, Affected: []AffectedBlob{}, Decorations: map[string]Decoration{}}
			records = append(records, r)
			last := &records[len(records)-1]
			if err := json.Unmarshal(names, &last.Vulnerabilities); err != nil {
				return err
			}
			return decodeBlob(value, &last.Vulnerability)
		}
		last := &records[len(records)-1]
		var a AffectedBlob
		err = decodeBlob(value, &a)
		last.Affected = append(last.Affected, a)
		return err
	}, string(list))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b Record) int {
		return cmp.Or(advisory.CompareIDs(a.Vulnerability.ID, b.Vulnerability.ID), cmp.Compare(a.Vulnerability.Provider, b.Vulnerability.Provider))
	})
	return records, db.decorateRecords(ctx, records)
}

const exploitedQuery = `select b.value from known_exploited k join blobs b on b.id = k.blob_id where k.cve = ?`

const epssQuery = `select score, percentile, date from epss where cve = ?`

// decorateRecords asks for each vulnerability: a record that is shown has few.
func (db *DB) decorateRecords(ctx context.Context, records []Record) error {
	for i := range records {
		r := &records[i]
		for _, name := range append(r.Vulnerabilities, r.Vulnerability.Upstream...) {
			d := Decoration{Weaknesses: r.Vulnerability.Weaknesses}
			err := db.each(ctx, exploitedQuery, func(scan func(...any) error) error {
				var value []byte
				if err := scan(&value); err != nil {
					return err
				}
				value, err := db.blob(ctx, value)
				if err != nil {
					return err
				}
				d.KnownExploited = &advisory.KnownExploited{}
				return decodeBlob(value, d.KnownExploited)
			}, name)
			if err != nil {
				return err
			}
			err = db.each(ctx, epssQuery, func(scan func(...any) error) error { return scan(&d.EPSS, &d.Percentile, &d.Date) }, name)
			if err != nil {
				return err
			}
			if d.KnownExploited != nil || d.EPSS > 0 || d.Weaknesses != nil {
				r.Decorations[name] = d
			}
		}
	}
	return nil
}
