package vulndb

import (
	"context"
	"encoding/json"
)

// Candidate is an affected row that may match a package: the advisory names the
// package, the versions are yet to be compared.
type Candidate struct {
	Name      string // of the package, normalised
	Advisory  int64  // the database's number for Advisories
	Sequence  int    // the place in the record's affected list
	Intervals string // text for DecodeIntervals; equal texts are equal intervals
	Severity  string // ratings of this package alone, mostly empty
}

// chunk is the number of names in one statement: large enough that a scan of any
// usual size takes a few, small enough to bound the text of the parameter.
const chunk = 4096

const candidatesQuery = `
select p.name, a.advisory_id, a.sequence, a.intervals, coalesce(a.severity, '')
from json_each($1) n
cross join packages p on p.ecosystem = $2 and p.name = n.value
cross join affected a on a.package_id = p.id and a.operating_system_id = 0
where a.withdrawn = 0`

// Candidates calls yield for every live affected row of the packages named,
// which are distinct and normalised, in the order of the names.
func (db *DB) Candidates(ctx context.Context, ecosystem string, names []string, yield func(Candidate) error) error {
	for len(names) > 0 {
		n := min(chunk, len(names))
		if err := db.candidates(ctx, ecosystem, names[:n], yield); err != nil {
			return err
		}
		names = names[n:]
	}
	return nil
}

func (db *DB) candidates(ctx context.Context, ecosystem string, names []string, yield func(Candidate) error) error {
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	rows, err := db.sql.QueryContext(ctx, candidatesQuery, string(list), ecosystem)
	if err != nil {
		return db.damaged(err)
	}
	defer rows.Close() //nolint:errcheck // only read
	for rows.Next() {
		var c Candidate
		if err := rows.Scan(&c.Name, &c.Advisory, &c.Sequence, &c.Intervals, &c.Severity); err != nil {
			return db.damaged(err)
		}
		if err := yield(c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return db.damaged(err)
	}
	return nil
}

// Ecosystems gives the number of live records of each ecosystem.
func (db *DB) Ecosystems(ctx context.Context) (map[string]int, error) {
	rows, err := db.sql.QueryContext(ctx, `select name, records from ecosystems`)
	if err != nil {
		return nil, db.damaged(err)
	}
	defer rows.Close() //nolint:errcheck // only read
	out := map[string]int{}
	for rows.Next() {
		var name string
		var records int
		if err := rows.Scan(&name, &records); err != nil {
			return nil, db.damaged(err)
		}
		out[name] = records
	}
	if err := rows.Err(); err != nil {
		return nil, db.damaged(err)
	}
	return out, nil
}
