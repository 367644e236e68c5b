package sqlstore

import (
	"context"

	"github.com/assay-sca/assay/internal/store"
)

// lastScans are the scans that say how a project's figures stand: of everything
// that counts, or is to count, the last one that ended. One that was cancelled
// when its inventory was stored and not matched yet has left its version half
// checked. Scans of other refs and of single languages say nothing of the figures,
// nor does one of a release whose ref is not known.
const lastScans = `select s.id, coalesce(s.finished_at, 0), s.state, s.incomplete or s.state = 'cancelled' from scans s where s.seq in (
	select (select x.seq from scans x where x.project_id = r.project_id and x.repository_id = r.id and x.ref = r.ref and x.language = ''
			and (x.ref <> '' or x.asked_release = '') and (x.state in ('done', 'failed') or x.state = 'cancelled' and x.analysis <> '' and x.result = '') order by x.seq desc limit 1)
		from repositories r where r.project_id = $1
	union all
	select (select x.seq from scans x where x.version_id = v.id
			and (x.state in ('done', 'failed') or x.state = 'cancelled' and x.analysis <> '' and x.result = '') order by x.seq desc limit 1)
		from versions v where v.project_id = $1 and v.main)
order by case when s.state = 'failed' then 0 when s.incomplete or s.state = 'cancelled' then 1 else 2 end, s.seq desc limit 1`

// tellProject brings what a project shows of its last scan up to date: of several
// that say how its figures stand, the one in most trouble, so that a scan of one
// repository never hides what failed in another.
func (n *nouns) tellProject(ctx context.Context, project string) error {
	last, err := collect(ctx, n.write, scanLast, lastScans, project)
	if err != nil {
		return err
	}
	if len(last) == 0 { // what counted before may not count any more
		return n.do(ctx, "update projects set matched = "+matchedOf+" where id = $1", project)
	}
	return n.SetLastScan(ctx, project, last[0])
}

// matchedOf is the oldest release that the main versions of the project $1 were
// last matched with; 0: none was.
const matchedOf = `coalesce((select min(s.release_seq) from versions v join scans s on s.id = v.scan_id
	where v.project_id = $1 and v.main and s.release_seq > 0), 0)`

func scanLast(row func(...any) error) (l store.LastScan, err error) {
	var at int64
	err = row(&l.ID, &at, &l.State, &l.Incomplete)
	l.At = instant(&at)
	return l, err
}
