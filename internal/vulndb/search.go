package vulndb

import (
	"context"

	"github.com/assay-sca/assay/internal/advisory"
)

// Row is one affected package or product of an advisory, as searches show it.
type Row struct {
	Advisory   int64 // the database's number of the record
	Ecosystem  string
	Package    string // of a product its vendor and name
	CPE        string // of a product its name, without a version
	System     string // of a distribution's package: its name and release
	Intervals  []advisory.Interval
	Fix        advisory.FixState
	Withdrawn  bool
	Unaffected bool // the intervals are explicitly not affected

	systemNumber int64
	fix          int
}

// ByPackage finds what is said of a package by its normalised name, in one
// ecosystem or (empty) in all, withdrawn records included.
func (db *DB) ByPackage(ctx context.Context, ecosystem, name string) ([]Row, error) {
	return db.all(ctx, Query{Packages: []string{name}, Ecosystem: ecosystem, Dead: true})
}

// ByID finds the advisories that an id names: the record itself, those that have
// it as an alias or upstream, and those merged with them into one vulnerability. A
// bundle is found by its own id and by those it names, but leads no further.
func (db *DB) ByID(ctx context.Context, id string) ([]Row, error) {
	return db.all(ctx, Query{ID: id, Dead: true})
}

// all are the rows of all pages.
func (db *DB) all(ctx context.Context, q Query) ([]Row, error) {
	q.Limit = chunk
	var rows []Row
	for {
		page, err := db.Find(ctx, q)
		rows = append(rows, page.Rows...)
		if err != nil || page.Next == 0 {
			return rows, err
		}
		q.After = page.Next
	}
}

const namedQuery = `
with named as (select advisory_id from aliases where name = $1 and kind < 3)
select advisory_id from named
union
select w.advisory_id from named n join vulnerabilities v on v.advisory_id = n.advisory_id
	join vulnerabilities w on w.name = v.name
where (select count(*) from vulnerabilities x where x.advisory_id = n.advisory_id) = 1`

// named are the numbers of the records that an id leads to.
func (db *DB) named(ctx context.Context, id string) ([]int64, error) {
	numbers := []int64{}
	err := db.each(ctx, namedQuery, func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		numbers = append(numbers, n)
		return err
	}, id)
	return numbers, err
}
