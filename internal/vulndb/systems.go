package vulndb

import (
	"context"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/errs"
)

// There are some hundreds of systems at most: they are read whole, and which of
// them hold for one that is asked for is decided by distro's rules.
const (
	systemsQuery       = `select id, name, label, major, minor, codename, channel, rolling from operating_systems`
	systemAliasesQuery = `select alias, name from operating_system_aliases`
)

// storedSystem is a system with its number.
type storedSystem struct {
	id int64
	distro.System
}

func (db *DB) systems(ctx context.Context) ([]storedSystem, error) {
	var out []storedSystem
	err := db.each(ctx, systemsQuery, func(scan func(...any) error) error {
		var s storedSystem
		err := scan(&s.id, &s.Name, &s.Label, &s.Major, &s.Minor, &s.Codename, &s.Channel, &s.Rolling)
		out = append(out, s)
		return err
	})
	return out, err
}

// Systems lists the operating systems of which the database knows packages.
func (db *DB) Systems(ctx context.Context) ([]distro.System, error) {
	stored, err := db.systems(ctx)
	out := make([]distro.System, len(stored))
	for i, s := range stored {
		out[i] = s.System
	}
	return out, err
}

// System reads an operating system as people write it, with the aliases that the
// database knows besides the program's own. One of which the database knows
// nothing at all is an error: no answer would be a wrong "clean".
func (db *DB) System(ctx context.Context, text string) (distro.System, error) {
	asked, err := distro.Parse(text)
	if err != nil {
		return asked, err
	}
	err = db.each(ctx, systemAliasesQuery, func(scan func(...any) error) error {
		var alias, name string
		err := scan(&alias, &name)
		if alias == asked.Name {
			asked.Name = name
		}
		return err
	})
	if err != nil {
		return asked, err
	}
	ids, err := db.systemNumbers(ctx, asked)
	if err == nil && len(ids) == 0 {
		err = errs.E(errs.NotFound, "the database knows no package of %s", text)
	}
	return asked, err
}

// systemNumbers are the systems whose records hold for the one asked for.
func (db *DB) systemNumbers(ctx context.Context, asked distro.System) ([]int64, error) {
	all, err := db.systems(ctx)
	ids := []int64{}
	for _, s := range all {
		if s.Covers(asked) {
			ids = append(ids, s.id)
		}
	}
	return ids, err
}

const systemCandidatesQuery = `
select p.name, a.advisory_id, a.sequence, a.intervals, coalesce(a.severity, ''), coalesce(a.qualifiers, ''), 0
from json_each($1) n
cross join packages p on p.ecosystem = $2 and p.name = n.value
cross join json_each($3) s
cross join affected a on a.package_id = p.id and a.operating_system_id = s.value
where a.withdrawn = 0
union all
select p.name, a.advisory_id, a.sequence, a.intervals, '', coalesce(a.qualifiers, ''), 1
from json_each($1) n
cross join packages p on p.ecosystem = $2 and p.name = n.value
cross join json_each($3) s
cross join unaffected a on a.package_id = p.id and a.operating_system_id = s.value
where a.withdrawn = 0`

// SystemCandidates calls yield for every live row, affected and then unaffected,
// of the distribution packages named, which are distinct, as the system asked for
// resolves: records of its major release hold too.
func (db *DB) SystemCandidates(ctx context.Context, asked distro.System, names []string, yield func(advisory.Candidate) error) error {
	ids, err := db.systemNumbers(ctx, asked)
	if err != nil {
		return err
	}
	numbers, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	for len(names) > 0 {
		n := min(chunk, len(names))
		list, err := json.Marshal(names[:n])
		if err != nil {
			return err
		}
		if err := db.yield(ctx, systemCandidatesQuery, yield, string(list), distro.Ecosystem(asked.Name), string(numbers)); err != nil {
			return err
		}
		names = names[n:]
	}
	return nil
}

// yield hands candidates over; the caller's error is not taken for the database's.
func (db *DB) yield(ctx context.Context, query string, yield func(advisory.Candidate) error, args ...any) error {
	var refused error
	err := db.each(ctx, query, func(scan func(...any) error) error {
		var c advisory.Candidate
		if err := scan(&c.Name, &c.Advisory, &c.Sequence, &c.Intervals, &c.Severity, &c.Qualifiers, &c.Unaffected); err != nil {
			return err
		}
		refused = yield(c)
		return refused
	}, args...)
	if refused != nil {
		return refused
	}
	return err
}
