package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// longestDelay bounds how far ahead a next try may lie: one that lies further was
// written by a clock that has been set back since.
const longestDelay = time.Hour

// lockAdmission lets one transaction after the other decide what is admitted.
func (n *nouns) lockAdmission(ctx context.Context) error {
	if n.dialect.forUpdate() == "" {
		return nil
	}
	const read = "select name from settings where name = 'admission'"
	rows, err := n.write.ExecContext(ctx, read+n.dialect.forUpdate())
	if err != nil {
		return unavailable(err)
	}
	if locked, err := rows.RowsAffected(); err != nil || locked > 0 {
		return err
	}
	if _, err := n.write.ExecContext(ctx, "insert into settings (name, value) values ('admission', '') on conflict (name) do nothing"); err != nil {
		return unavailable(err)
	}
	_, err = n.write.ExecContext(ctx, read+n.dialect.forUpdate())
	return unavailable(err)
}

// tryAdmission is lockAdmission that waits for nobody: false, if another
// transaction decides at this moment.
func (n *nouns) tryAdmission(ctx context.Context) (bool, error) {
	if n.dialect.skipLocked() == "" {
		return true, nil
	}
	for _, query := range []string{
		"select name from settings where name = 'admission'" + n.dialect.skipLocked(),
		"insert into settings (name, value) values ('admission', '') on conflict (name) do nothing",
	} {
		result, err := n.write.ExecContext(ctx, query)
		if err != nil {
			return false, unavailable(err)
		}
		if locked, err := result.RowsAffected(); err != nil || locked > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// AddScan stores a scan, unless one like it waits. What waits for the same is
// looked for under the lock: of two that come at once one finds the other.
func (n *nouns) AddScan(ctx context.Context, s store.Scan) (store.Scan, bool, error) {
	if s.RepositoryID != "" {
		if err := n.lockAdmission(ctx); err != nil {
			return s, false, err
		}
		found, err := collect(ctx, n.write, readScan, "select "+scanColumns()+` from scans s where s.state = 'waiting' and s.stage = 'prepare'
			and s.repository_id = $1 and s.project_id = $2 and s.ref = $3 and s.language = $4
			and (s.ref <> '' or s.asked_release = $5) order by s.seq limit 1`,
			s.RepositoryID, s.ProjectID, s.Ref, s.Language, s.AskedRelease)
		if err != nil {
			return s, false, err
		}
		if len(found) > 0 {
			stored := found[0]
			stored.Priority, stored.RetryAt = min(stored.Priority, s.Priority), time.Time{}
			_, err := n.write.ExecContext(ctx, "update scans set priority = $1, retry_at = null where id = $2", stored.Priority, stored.ID)
			return stored, true, unavailable(err)
		}
	}
	s.State = store.ScanWaiting
	return n.insertScan(ctx, s)
}

func (n *nouns) insertScan(ctx context.Context, s store.Scan) (store.Scan, bool, error) {
	var j scanJSON
	j.fill(&s)
	given, givenAt := scanGiven(&s, &j)
	fields, fieldsAt := scanFields(&s, &j)
	var f filter
	var marks []string
	for _, at := range append(givenAt[1:], fieldsAt...) {
		marks = append(marks, f.bind(deref(at)))
	}
	query := fmt.Sprintf("insert into scans (%s) values (%s) returning seq", strings.Join(append(given[1:], fields...), ", "), strings.Join(marks, ", "))
	err := n.write.QueryRowContext(ctx, query, f.args...).Scan(&s.Seq)
	return s, false, unavailable(err)
}

// deref is the value that a field's address leads to, as the drivers take it.
func deref(at any) any {
	switch at := at.(type) {
	case *string:
		return *at
	case *int:
		return *at
	case *int64:
		return *at
	case *bool:
		return *at
	case **int64:
		return *at
	case *store.ScanState:
		return string(*at)
	case *store.Stage:
		return string(*at)
	case *store.Trigger:
		return string(*at)
	case *store.AnalysisMode:
		return string(*at)
	}
	panic(fmt.Sprintf("a scan has no field of type %T", at))
}

// manyQueued is how many admitted scans may wait for a worker before more are
// admitted. To choose the next ones all that wait are looked at: not at the end of
// each scan, when there are thousands.
const manyQueued = 8

// enoughQueued tells whether nobody needs to be chosen. What is more urgent than all
// that is admitted does not wait behind it: workers take the urgent first.
func (n *nouns) enoughQueued(ctx context.Context) (bool, error) {
	return one(ctx, n.write, func(row func(...any) error) (enough bool, err error) { return enough, row(&enough) }, "answer",
		`select count(*) >= $1 and coalesce(min(priority) <= (select min(priority) from scans where state = 'waiting'), true)
		from scans where state = 'queued'`, manyQueued)
}

// AdmitScans queues waiting scans. Turn orders the scans of one version, place
// those of one project that could come now. A release's scan may turn out to be of
// any version of its repository: unresolved is the first of which that is not known
// yet, and the younger ones stay behind it. While another transaction admits, this
// one leaves it to that, to those that follow and to the loop: waiting for it, all
// that add or end scans would stand in one queue, each until the commit of the one
// before.
func (n *nouns) AdmitScans(ctx context.Context, limits store.ScanLimits, now time.Time) ([]store.Scan, error) {
	if mine, err := n.tryAdmission(ctx); err != nil || !mine {
		return nil, err
	}
	if enough, err := n.enoughQueued(ctx); err != nil || enough {
		return nil, err
	}
	return n.returnScans(ctx, `update scans set state = 'queued', admitted_at = $1, heartbeat_at = $1, retry_at = null where id in (
		with active as (
			select id, project_id, state, priority, seq, retry_at,
				row_number() over (partition by project_id, repository_id, ref, case when ref = '' then asked_release else '' end
					order by case when state = 'waiting' then 1 else 0 end, seq) as turn,
				min(case when ref = '' and asked_release <> '' then seq end) over (partition by project_id, repository_id) as unresolved,
				sum(case when state = 'waiting' then 0 else 1 end) over (partition by project_id) as busy,
				sum(case when state = 'waiting' then 0 else 1 end) over () as total
			from scans where state in ('waiting', 'queued', 'running')
		), free as (
			select id, priority, seq, total, busy + row_number() over (partition by project_id order by priority, seq) as place
			from active where state = 'waiting' and turn = 1 and (unresolved is null or seq <= unresolved) and (retry_at is null or retry_at <= $1 or retry_at > $2)
		), ranked as (
			select id, total + row_number() over (order by place, priority, seq) as number from free where place <= $3
		)
		select id from ranked where number <= $4)`,
		now.UnixMilli(), now.Add(longestDelay).UnixMilli(), limits.Project, limits.Global)
}

// returnScans runs an update of scans and reads what it made of them, oldest
// first. It is one statement: between two another worker could come.
func (n *nouns) returnScans(ctx context.Context, update string, args ...any) ([]store.Scan, error) {
	scans, err := collect(ctx, n.write, readScan, update+" returning "+scanColumnsOf(""), args...)
	slices.SortFunc(scans, func(a, b store.Scan) int { return cmp.Compare(a.Seq, b.Seq) })
	return scans, err
}

// TakeScan gives a scan to a worker.
func (n *nouns) TakeScan(ctx context.Context, id, worker string, now time.Time) (store.Scan, error) {
	taken, err := n.returnScans(ctx, `update scans set state = 'running', attempt = attempt + 1, worker = $1, heartbeat_at = $2,
		started_at = coalesce(started_at, $2) where id = $3 and state in ('queued', 'running')`, worker, now.UnixMilli(), id)
	if err != nil {
		return store.Scan{}, err
	}
	if len(taken) == 0 {
		s, err := n.Scan(ctx, id)
		if err != nil {
			return s, err
		}
		return s, errs.E(errs.Conflict, "the scan %s is %s", id, s.State)
	}
	return taken[0], nil
}

// held is the condition that a fence holds, and its arguments from a parameter on.
func held(f store.Fence, from int) (string, []any) {
	return fmt.Sprintf(" where id = $%d and stage = $%d and attempt = $%d and state = 'running' and not cancel_requested", from, from+1, from+2),
		[]any{f.Scan, string(f.Stage), f.Attempt}
}

// SaveScan stores a scan under its fence.
func (n *nouns) SaveScan(ctx context.Context, f store.Fence, s store.Scan) error {
	var j scanJSON
	j.fill(&s)
	fields, at := scanFields(&s, &j)
	var args []any
	for i := range fields {
		fields[i] += fmt.Sprintf(" = $%d", i+1)
		args = append(args, deref(at[i]))
	}
	where, more := held(f, len(args)+1)
	result, err := n.write.ExecContext(ctx, "update scans set "+strings.Join(fields, ", ")+where, append(args, more...)...)
	if err != nil {
		return unavailable(err)
	}
	changed, err := result.RowsAffected()
	if err == nil && changed == 0 {
		err = errs.E(errs.Conflict, "the scan %s is held by another worker, or cancelled", f.Scan)
	}
	return err
}

// EndScan ends a scan under its fence, and what depends on it.
func (n *nouns) EndScan(ctx context.Context, f store.Fence, s store.Scan) error {
	if err := n.SaveScan(ctx, f, s); err != nil {
		return err
	}
	if s.State == store.ScanDone && s.VersionID != 0 {
		if _, err := n.write.ExecContext(ctx, "update versions set scan_id = $1 where id = $2", s.ID, s.VersionID); err != nil {
			return unavailable(err)
		}
	}
	if s.State == store.ScanDone || s.State == store.ScanFailed {
		if err := n.tellProject(ctx, s.ProjectID); err != nil {
			return err
		}
	}
	if s.Log == "" {
		return nil
	}
	_, err := n.write.ExecContext(ctx, "delete from scan_log where scan_id = $1", s.ID)
	return unavailable(err)
}

// CancelScan ends a scan or marks it.
func (n *nouns) CancelScan(ctx context.Context, id string, now time.Time) (store.Scan, error) {
	s, err := n.scanOf(ctx, id)
	if err != nil {
		return s, err
	}
	if s.Stage == store.StageNotify && !s.State.Ended() {
		return s, errs.E(errs.Conflict, "the scan's findings are merged already: it is about to end")
	}
	switch s.State {
	case store.ScanRunning:
		s.CancelAsked = true
		_, err = n.write.ExecContext(ctx, "update scans set cancel_requested = true where id = $1", id)
	case store.ScanWaiting, store.ScanQueued:
		s.State, s.FinishedAt, s.CancelAsked, s.Attempt = store.ScanCancelled, now, true, s.Attempt+1
		_, err = n.write.ExecContext(ctx, "update scans set state = 'cancelled', cancel_requested = true, attempt = attempt + 1, finished_at = $1 where id = $2",
			now.UnixMilli(), id)
		if err == nil && s.Analysis != "" {
			err = n.tellProject(ctx, s.ProjectID)
		}
	default:
		return s, errs.E(errs.Conflict, "the scan is %s already", s.State)
	}
	return s, unavailable(err)
}

// EndCancelled ends a scan that was asked to be cancelled.
func (n *nouns) EndCancelled(ctx context.Context, id string, now time.Time) (bool, error) {
	ended, err := n.returnScans(ctx, `update scans set state = 'cancelled', attempt = attempt + 1, finished_at = $1
		where id = $2 and state = 'running' and cancel_requested`, now.UnixMilli(), id)
	if err != nil || len(ended) == 0 {
		return false, err
	}
	if _, err := n.write.ExecContext(ctx, "update analyses set state = 'cancelled', finished_at = $1 where scan_id = $2 and state in ('open', 'running')", now.UnixMilli(), id); err != nil {
		return false, unavailable(err)
	}
	return true, n.tellProject(ctx, ended[0].ProjectID)
}

// ArchiveLog replaces the live log of an ended scan by a blob.
func (n *nouns) ArchiveLog(ctx context.Context, id, blob string) error {
	result, err := n.write.ExecContext(ctx, "update scans set log = $1 where id = $2 and state in ('done', 'failed', 'cancelled')", blob, id)
	if err != nil {
		return unavailable(err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		return err
	}
	_, err = n.write.ExecContext(ctx, "delete from scan_log where scan_id = $1", id)
	return unavailable(err)
}

// Beat says that a worker lives.
func (n *nouns) Beat(ctx context.Context, id string, attempt int64, now time.Time) (hold, cancel bool, err error) {
	found, err := collect(ctx, n.write, func(row func(...any) error) (cancel bool, err error) { return cancel, row(&cancel) },
		"update scans set heartbeat_at = $1 where id = $2 and attempt = $3 and state = 'running' returning cancel_requested", now.UnixMilli(), id, attempt)
	if err != nil || len(found) == 0 {
		return false, false, err
	}
	return true, found[0], nil
}

// Hold locks a scan that a worker holds.
func (n *nouns) Hold(ctx context.Context, f store.Fence) (bool, error) {
	where, args := held(f, 1)
	found, err := collect(ctx, n.write, func(row func(...any) error) (id string, err error) { return id, row(&id) },
		"select id from scans"+where+n.dialect.forUpdate(), args...)
	return len(found) > 0, err
}

// StaleScans lists admitted scans of which nothing is heard.
func (n *nouns) StaleScans(ctx context.Context, age time.Duration, now time.Time, limit int) ([]store.Scan, error) {
	return collect(ctx, n.read, readScan, "select "+scanColumns()+fmt.Sprintf(` from scans s where s.state in ('queued', 'running')
		and (s.heartbeat_at is null or s.heartbeat_at < $1 or s.heartbeat_at > $2) order by s.seq limit %d`, limit),
		now.Add(-age).UnixMilli(), now.Add(age).UnixMilli())
}

// TouchScan takes a stale scan on.
func (n *nouns) TouchScan(ctx context.Context, s store.Scan, now time.Time) (bool, error) {
	result, err := n.write.ExecContext(ctx, `update scans set heartbeat_at = $1 where id = $2 and attempt = $3 and state = $4
		and coalesce(heartbeat_at, 0) = $5`, now.UnixMilli(), s.ID, s.Attempt, string(s.State), orZero(millis(s.HeartbeatAt)))
	if err != nil {
		return false, unavailable(err)
	}
	changed, err := result.RowsAffected()
	return changed > 0, err
}

// AnyWaiting tells whether a scan waits.
func (n *nouns) AnyWaiting(ctx context.Context) (bool, error) {
	return one(ctx, n.read, func(row func(...any) error) (waits bool, err error) { return waits, row(&waits) }, "answer",
		"select exists (select 1 from scans where state = 'waiting')")
}

// ScansAhead counts what waits before a scan.
func (n *nouns) ScansAhead(ctx context.Context, s store.Scan) (int, error) {
	var ahead int
	err := n.read.QueryRowContext(ctx, fmt.Sprintf(`select count(*) from (select 1 from scans where state = 'waiting'
		and (priority < $1 or (priority = $1 and seq < $2)) limit %d) counted`, store.ScanCountLimit), s.Priority, s.Seq).Scan(&ahead)
	return ahead, unavailable(err)
}
