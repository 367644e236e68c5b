package vulndb

import (
	"context"

	"github.com/assay-sca/assay/internal/advisory"
)

// Row is one affected package of an advisory, as searches show it.
type Row struct {
	Advisory  int64 // the database's number of the record
	Ecosystem string
	Package   string
	System    string // of a distribution's package: its name and release
	Intervals []advisory.Interval
	Withdrawn bool
}

const searchColumns = `
select f.advisory_id, p.ecosystem, p.name, coalesce(s.name || ' ' || s.label, ''), f.intervals, f.withdrawn`

const byPackageQuery = searchColumns + `
from packages p
join affected f on f.package_id = p.id
left join operating_systems s on s.id = f.operating_system_id
where p.name = $1 and ($2 = '' or p.ecosystem = $2)
order by p.ecosystem, f.advisory_id, f.sequence`

// ByPackage finds what is said of a package by its normalised name, in one
// ecosystem or (empty) in all, withdrawn records included.
func (db *DB) ByPackage(ctx context.Context, ecosystem, name string) ([]Row, error) {
	return db.search(ctx, byPackageQuery, name, ecosystem)
}

const byIDQuery = `
with named as (select advisory_id from aliases where name = $1 and kind < 3),
merged as (
	select advisory_id from named
	union
	select w.advisory_id from named n join vulnerabilities v on v.advisory_id = n.advisory_id
		join vulnerabilities w on w.name = v.name
	where (select count(*) from vulnerabilities x where x.advisory_id = n.advisory_id) = 1
)
-- a record may name no package at all
select m.advisory_id, coalesce(p.ecosystem, ''), coalesce(p.name, ''), coalesce(s.name || ' ' || s.label, ''),
	coalesce(f.intervals, ''), coalesce(f.withdrawn, 0)
from merged m
left join affected f on f.advisory_id = m.advisory_id
left join packages p on p.id = f.package_id
left join operating_systems s on s.id = f.operating_system_id
order by m.advisory_id, f.sequence`

// ByID finds the advisories that an id names: the record itself, those that have
// it as an alias, and those merged with them into one vulnerability. A bundle is
// found by its own id and by those it names, but leads no further.
func (db *DB) ByID(ctx context.Context, id string) ([]Row, error) {
	return db.search(ctx, byIDQuery, id)
}

func (db *DB) search(ctx context.Context, query string, args ...any) ([]Row, error) {
	var out []Row
	err := db.each(ctx, query, func(scan func(...any) error) error {
		var r Row
		var intervals string
		err := scan(&r.Advisory, &r.Ecosystem, &r.Package, &r.System, &intervals, &r.Withdrawn)
		if err != nil {
			return err
		}
		r.Intervals, err = advisory.DecodeIntervals(intervals)
		out = append(out, r)
		return err
	}, args...)
	return out, err
}
