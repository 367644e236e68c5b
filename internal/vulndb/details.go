package vulndb

import (
	"context"
	"encoding/json"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
)

// Detail is what a report shows of an advisory.
type Detail struct {
	ID              string
	Provider        string
	Severity        int // of package severity's levels
	Withdrawn       bool
	Aliases         []string
	Vulnerabilities []string // the names of the merged vulnerabilities it contributes to
	Summary         string
	Text            string // the record's details, Markdown
	Ratings         []advisory.Severity
	Published       string // RFC 3339, as the record has it
	Modified        string
}

// head is the part of an advisory's blob that reports show.
type head struct {
	Aliases   []string            `json:"aliases"`
	Summary   string              `json:"summary"`
	Details   string              `json:"details"`
	Severity  []advisory.Severity `json:"severity"`
	Published string              `json:"published"`
	Modified  string              `json:"modified"`
}

const detailsQuery = `
select a.id, a.name, p.name, a.severity, a.withdrawn is not null, b.value,
	(select json_group_array(v.name) from vulnerabilities v where v.advisory_id = a.id)
from json_each($1) n
cross join advisories a on a.id = n.value
cross join providers p on p.id = a.provider_id
cross join blobs b on b.id = a.blob_id`

// Details fetches the advisories with the given numbers, inflating their blobs.
func (db *DB) Details(ctx context.Context, numbers []int64) (map[int64]Detail, error) {
	out := make(map[int64]Detail, len(numbers))
	for len(numbers) > 0 {
		n := min(chunk, len(numbers))
		if err := db.details(ctx, numbers[:n], out); err != nil {
			return nil, err
		}
		numbers = numbers[n:]
	}
	return out, nil
}

func (db *DB) details(ctx context.Context, numbers []int64, out map[int64]Detail) error {
	list, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	rows, err := db.sql.QueryContext(ctx, detailsQuery, string(list))
	if err != nil {
		return db.damaged(err)
	}
	defer rows.Close() //nolint:errcheck // only read
	for rows.Next() {
		var number int64
		var d Detail
		var blob, names []byte
		if err := rows.Scan(&number, &d.ID, &d.Provider, &d.Severity, &d.Withdrawn, &blob, &names); err != nil {
			return db.damaged(err)
		}
		if err := d.inflate(blob, names); err != nil {
			return db.damaged(err)
		}
		out[number] = d
	}
	if err := rows.Err(); err != nil {
		return db.damaged(err)
	}
	return nil
}

// Relatives gives, for vulnerability names, the ids of all live advisories that
// contribute, with the severity each states: the aliases of a finding.
func (db *DB) Relatives(ctx context.Context, names []string) (map[string][]Relative, error) {
	out := make(map[string][]Relative, len(names))
	list, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	rows, err := db.sql.QueryContext(ctx, `
select v.name, a.name, a.severity
from json_each($1) n
cross join vulnerabilities v on v.name = n.value
cross join advisories a on a.id = v.advisory_id`, string(list))
	if err != nil {
		return nil, db.damaged(err)
	}
	defer rows.Close() //nolint:errcheck // only read
	for rows.Next() {
		var name string
		var r Relative
		if err := rows.Scan(&name, &r.ID, &r.Severity); err != nil {
			return nil, db.damaged(err)
		}
		out[name] = append(out[name], r)
	}
	if err := rows.Err(); err != nil {
		return nil, db.damaged(err)
	}
	return out, nil
}

// Relative is a member of a vulnerability.
type Relative struct {
	ID       string
	Severity int
}

func (d *Detail) inflate(blob, names []byte) error {
	var h head
	if err := jsonv2.Unmarshal(blob, &h, jsontext.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	d.Aliases, d.Summary, d.Text, d.Ratings = h.Aliases, h.Summary, h.Details, h.Severity
	d.Published, d.Modified = h.Published, h.Modified
	return json.Unmarshal(names, &d.Vulnerabilities)
}
