package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// scanFields are the columns of a scan that its worker may change, with where
// their values are.
func scanFields(s *store.Scan, j *scanJSON) ([]string, []any) {
	return []string{
			"ref", "version_id", "languages", "state", "stage", "stages", "tries", "retry_at", "started_at", "finished_at", "error",
			"commit_id", "inventory_id", "ledger", "result", "log", "changed", "analysis", "release_seq", "components",
			"files_read", "files_failed", "files_other", "incomplete", "notices",
			"critical", "high", "medium", "low", "negligible", "unknown", "appeared", "disappeared",
		}, []any{
			&s.Ref, &j.version, &j.languages, &s.State, &s.Stage, &j.stages, &s.Tries, &j.retry, &j.started, &j.finished, &s.Error,
			&s.Commit, &j.inventory, &s.Ledger, &s.Result, &s.Log, &j.changed, &s.Analysis, &j.release, &s.Components,
			&s.FilesRead, &s.FilesFailed, &s.FilesOther, &s.Incomplete, &j.notices,
			&s.Critical, &s.High, &s.Medium, &s.Low, &s.Negligible, &s.Unknown, &s.Appeared, &s.Disappeared,
		}
}

// scanGiven are the other columns, and where their values are.
func scanGiven(s *store.Scan, j *scanJSON) ([]string, []any) {
	return []string{
			"seq", "id", "organisation_id", "project_id", "repository_id", "trigger", "priority", "requested_by", "asked_release", "language",
			"attempt", "worker", "heartbeat_at", "cancel_requested", "created_at", "admitted_at", "upload",
		}, []any{
			&s.Seq, &s.ID, &s.OrganisationID, &s.ProjectID, &s.RepositoryID, &s.Trigger, &s.Priority, &s.RequestedBy, &s.AskedRelease, &s.Language,
			&s.Attempt, &s.Worker, &j.heartbeat, &s.CancelAsked, &j.created, &j.admitted, &s.Upload,
		}
}

// scanJSON are the fields of a scan as columns hold them.
type scanJSON struct {
	version, inventory, release         *int64
	languages, stages, changed, notices string
	retry, started, finished            *int64
	heartbeat, created, admitted        *int64
}

// fill brings the columns' form up to date.
func (j *scanJSON) fill(s *store.Scan) {
	j.version, j.inventory, j.release = orNull(s.VersionID), orNull(s.InventoryID), orNull(s.ReleaseSeq)
	j.languages, j.stages, j.notices = list(s.Languages), list(s.Stages), list(s.Notices)
	if j.changed = ""; len(s.Changed) > 0 {
		j.changed = list(s.Changed)
	}
	j.retry, j.started, j.finished = millis(s.RetryAt), millis(s.StartedAt), millis(s.FinishedAt)
	j.heartbeat, j.created, j.admitted = millis(s.HeartbeatAt), millis(s.CreatedAt), millis(s.AdmittedAt)
}

// read brings the scan up to date from the columns.
func (j *scanJSON) read(s *store.Scan) error {
	s.VersionID, s.InventoryID, s.ReleaseSeq = orZero(j.version), orZero(j.inventory), orZero(j.release)
	s.RetryAt, s.StartedAt, s.FinishedAt = instant(j.retry), instant(j.started), instant(j.finished)
	s.HeartbeatAt, s.CreatedAt, s.AdmittedAt = instant(j.heartbeat), instant(j.created), instant(j.admitted)
	for text, into := range map[*string]any{&j.languages: &s.Languages, &j.stages: &s.Stages, &j.notices: &s.Notices, &j.changed: &s.Changed} {
		if *text == "" || *text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return errs.E(errs.Damaged, "read the scan %s: %w", s.ID, err)
		}
	}
	return nil
}

func orNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func orZero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// scanColumns are what readScan reads, of a table called s.
func scanColumns() string { return scanColumnsOf("s.") }

func scanColumnsOf(prefix string) string {
	var s store.Scan
	var j scanJSON
	given, _ := scanGiven(&s, &j)
	fields, _ := scanFields(&s, &j)
	return prefix + strings.Join(append(given, fields...), ", "+prefix)
}

func readScan(row func(...any) error) (store.Scan, error) {
	var s store.Scan
	var j scanJSON
	_, given := scanGiven(&s, &j)
	_, fields := scanFields(&s, &j)
	if err := row(append(given, fields...)...); err != nil {
		return s, err
	}
	return s, j.read(&s)
}

// Scan reads a scan.
func (n *nouns) Scan(ctx context.Context, id string) (store.Scan, error) {
	return one(ctx, n.read, readScan, "such scan", "select "+scanColumns()+" from scans s where s.id = $1", id)
}

// scanOf reads a scan where it is written, for update.
func (n *nouns) scanOf(ctx context.Context, id string) (store.Scan, error) {
	return one(ctx, n.write, readScan, "such scan", "select "+scanColumns()+" from scans s where s.id = $1"+n.dialect.forUpdate(), id)
}

// Scans lists scans by seq.
func (n *nouns) Scans(ctx context.Context, f store.ScanFilter, p store.Page) (store.List[store.Scan], error) {
	k := keyset[store.Scan]{
		columns: scanColumns(), from: "scans s", id: byNumber("s.seq"), first: "seq",
		sorts: map[string]column{"seq": byNumber("s.seq")}, scan: readScan,
	}
	return k.list(ctx, n.read, p, n.scanFilter(f))
}

func (n *nouns) scanFilter(f store.ScanFilter) filter {
	var where filter
	where.when(f.Project != "", "s.project_id = ?", f.Project)
	where.when(f.Trigger != "", "s.trigger = ?", f.Trigger)
	if len(f.States) > 0 {
		where.and(stateIs(f.States))
	}
	if !f.Visible.All {
		n.visibleScans(&where, f.Visible)
	}
	return where
}

// visibleScans admits the scans of projects that somebody may see.
func (n *nouns) visibleScans(f *filter, who store.Visible) {
	projects := filter{args: f.args}
	projects.visible(n.dialect, who)
	f.args = projects.args
	f.terms = append(f.terms, "exists (select 1 from projects p where p.id = s.project_id and "+projects.terms[0]+")")
}

// stateIs is the condition that a scan is in one of some states. They stand in the
// text, so that SQLite sees that the index of the active ones serves.
func stateIs(states []store.ScanState) string {
	var known []string
	for _, s := range []store.ScanState{store.ScanWaiting, store.ScanQueued, store.ScanRunning, store.ScanDone, store.ScanFailed, store.ScanCancelled} {
		if slices.Contains(states, s) {
			known = append(known, "'"+string(s)+"'")
		}
	}
	if len(known) == 0 {
		return "1 = 0"
	}
	return "s.state in (" + strings.Join(known, ", ") + ")"
}

// CountScans counts scans by state.
func (n *nouns) CountScans(ctx context.Context, f store.ScanFilter, since time.Time) (store.ScanCounts, error) {
	var c store.ScanCounts
	into := map[store.ScanState]*int{
		store.ScanWaiting: &c.Waiting, store.ScanQueued: &c.Queued, store.ScanRunning: &c.Running,
		store.ScanDone: &c.Done, store.ScanFailed: &c.Failed, store.ScanCancelled: &c.Cancelled,
	}
	count := func(from string, where filter) error {
		rows, err := n.read.QueryContext(ctx, "select s.state, count(*) from "+from+where.where()+" group by s.state", where.args...)
		if err != nil {
			return unavailable(err)
		}
		defer rows.Close() //nolint:errcheck // Err says it
		for rows.Next() {
			var state store.ScanState
			var number int
			if err := rows.Scan(&state, &number); err != nil {
				return err
			}
			*into[state] = min(number, store.ScanCountLimit)
		}
		return unavailable(rows.Err())
	}
	f.States = []store.ScanState{store.ScanWaiting, store.ScanQueued, store.ScanRunning}
	if err := count("scans s", n.scanFilter(f)); err != nil {
		return c, err
	}
	f.States = []store.ScanState{store.ScanDone, store.ScanFailed, store.ScanCancelled}
	ended := n.scanFilter(f)
	ended.and("s.finished_at >= ?", since.UnixMilli())
	return c, count(fmt.Sprintf("(select * from scans order by seq desc limit %d) s", store.ScanCountLimit), ended)
}
