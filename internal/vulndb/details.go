package vulndb

import (
	"context"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
)

const detailsQuery = `
select a.id, a.name, p.name, a.severity, a.withdrawn is not null or a.status = 3, b.value,
	(select json_group_array(v.name) from vulnerabilities v where v.advisory_id = a.id)
from json_each($1) n
cross join advisories a on a.id = n.value
cross join providers p on p.id = a.provider_id
cross join blobs b on b.id = a.blob_id`

// Details fetches the advisories with the given numbers, inflating their blobs.
func (db *DB) Details(ctx context.Context, numbers []int64) (map[int64]advisory.Detail, error) {
	out := make(map[int64]advisory.Detail, len(numbers))
	for len(numbers) > 0 {
		n := min(chunk, len(numbers))
		if err := db.details(ctx, numbers[:n], out); err != nil {
			return nil, err
		}
		numbers = numbers[n:]
	}
	return out, nil
}

func (db *DB) details(ctx context.Context, numbers []int64, out map[int64]advisory.Detail) error {
	list, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	return db.each(ctx, detailsQuery, func(scan func(...any) error) error {
		var number int64
		var d advisory.Detail
		var blob, names []byte
		if err := scan(&number, &d.ID, &d.Provider, &d.Severity, &d.Withdrawn, &blob, &names); err != nil {
			return err
		}
		if blob, err = db.blob(ctx, blob); err != nil {
			return err
		}
		if err := inflate(&d, blob, names); err != nil {
			return err
		}
		out[number] = d
		return nil
	}, string(list))
}

const relativesQuery = `
select v.name, a.name, a.severity,
	(select count(*) > 1 from vulnerabilities w where w.advisory_id = a.id)
from json_each($1) n
cross join vulnerabilities v on v.name = n.value
cross join advisories a on a.id = v.advisory_id`

// Relatives gives, for vulnerability names, the ids of all live advisories that
// contribute, with the severity each states: the aliases of a finding.
func (db *DB) Relatives(ctx context.Context, names []string) (map[string][]advisory.Relative, error) {
	out := make(map[string][]advisory.Relative, len(names))
	list, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	err = db.each(ctx, relativesQuery, func(scan func(...any) error) error {
		var name string
		var r advisory.Relative
		err := scan(&name, &r.ID, &r.Severity, &r.Bundle)
		out[name] = append(out[name], r)
		return err
	}, string(list))
	return out, err
}

// inflate fills in what stands in the blob.
func inflate(d *advisory.Detail, blob, names []byte) error {
	var b VulnerabilityBlob
	if err := decodeBlob(blob, &b); err != nil {
		return err
	}
	d.Aliases, d.Summary, d.Text, d.Ratings = b.Aliases, b.Summary, b.Description, ratings(b.Severities)
	d.Published, d.Modified, d.Status = b.Published, b.Modified, b.Status
	d.References, d.Weaknesses, d.Upstream, d.Related = b.References, b.Weaknesses, b.Upstream, b.Related
	return json.Unmarshal(names, &d.Vulnerabilities)
}
