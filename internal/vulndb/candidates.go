package vulndb

import (
	"context"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
)

// chunk is the number of names in one statement: large enough that a scan of any
// usual size takes a few, small enough to bound the text of the parameter.
const chunk = 4096

const (
	candidatesQuery = `
select p.name, a.advisory_id, a.sequence, a.intervals, coalesce(a.severity, ''), '', 0
from json_each($1) n
cross join packages p on p.ecosystem = $2 and p.name = n.value
cross join affected a on a.package_id = p.id and a.operating_system_id = 0
where a.withdrawn = 0`

	unaffectedQuery = `
select p.name, a.advisory_id, a.sequence, a.intervals, '', '', 1
from json_each($1) n
cross join packages p on p.ecosystem = $2 and p.name = n.value
cross join unaffected a on a.package_id = p.id and a.operating_system_id = 0
where a.withdrawn = 0`
)

// Candidates calls yield for every live affected row of the packages named,
// which are distinct and normalised, in the order of the names; then for what is
// explicitly unaffected.
func (db *DB) Candidates(ctx context.Context, ecosystem string, names []string, yield func(advisory.Candidate) error) error {
	for len(names) > 0 {
		n := min(chunk, len(names))
		list, err := json.Marshal(names[:n])
		if err != nil {
			return err
		}
		for _, query := range db.candidateQueries() {
			if err := db.yield(ctx, query, yield, string(list), ecosystem); err != nil {
				return err
			}
		}
		names = names[n:]
	}
	return nil
}

// candidateQueries leaves out the question that few databases have an answer to.
func (db *DB) candidateQueries() []string {
	if db.meta.Unaffected == 0 {
		return []string{candidatesQuery}
	}
	return []string{candidatesQuery, unaffectedQuery}
}

const ecosystemsQuery = `select name, records from ecosystems`

// Ecosystems gives the number of live records of each ecosystem.
func (db *DB) Ecosystems(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := db.each(ctx, ecosystemsQuery, func(scan func(...any) error) error {
		var name string
		var records int
		err := scan(&name, &records)
		out[name] = records
		return err
	})
	return out, err
}
