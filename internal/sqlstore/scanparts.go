package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

const analysisColumns = "scan_id, analyzer, state, attempt, worker, started_at, finished_at, result, findings, error"

func readAnalysis(row func(...any) error) (a store.Analysis, err error) {
	var started, finished *int64
	err = row(&a.ScanID, &a.Analyzer, &a.State, &a.Attempt, &a.Worker, &started, &finished, &a.Result, &a.Findings, &a.Error)
	a.StartedAt, a.FinishedAt = instant(started), instant(finished)
	return a, err
}

// AddAnalysis stores an analysis that is done.
func (n *nouns) AddAnalysis(ctx context.Context, a store.Analysis) error {
	_, err := n.write.ExecContext(ctx, "insert into analyses ("+analysisColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (scan_id, analyzer) do update set state = excluded.state, attempt = analyses.attempt + 1, worker = excluded.worker,
		started_at = excluded.started_at, finished_at = excluded.finished_at, result = excluded.result, findings = excluded.findings, error = excluded.error`,
		a.ScanID, a.Analyzer, string(a.State), a.Attempt, a.Worker, millis(a.StartedAt), millis(a.FinishedAt), a.Result, a.Findings, a.Error)
	return unavailable(err)
}

// OpenAnalyses adds the analyzers of a scan.
func (n *nouns) OpenAnalyses(ctx context.Context, scan string, analyzers []string) error {
	_, err := n.write.ExecContext(ctx, "insert into analyses (scan_id, analyzer, state) select $1, value, 'open' from "+
		n.dialect.each("$2")+" names where true on conflict (scan_id, analyzer) do nothing", scan, list(analyzers))
	return unavailable(err)
}

// Analyses lists the analyzers of a scan.
func (n *nouns) Analyses(ctx context.Context, scan string) ([]store.Analysis, error) {
	return collect(ctx, n.read, readAnalysis, "select "+analysisColumns+" from analyses where scan_id = $1 order by analyzer", scan)
}

// TakeAnalysis gives an analysis to a worker.
func (n *nouns) TakeAnalysis(ctx context.Context, scan, analyzer, worker string, now time.Time) (store.Analysis, error) {
	taken, err := collect(ctx, n.write, readAnalysis, `update analyses set state = 'running', attempt = attempt + 1, worker = $1,
		started_at = coalesce(started_at, $2) where scan_id = $3 and analyzer = $4 and state in ('open', 'running') returning `+analysisColumns,
		worker, now.UnixMilli(), scan, analyzer)
	if err == nil && len(taken) == 0 {
		err = errs.E(errs.Conflict, "there is no unfinished analysis %q of the scan %s", analyzer, scan)
	}
	if err != nil {
		return store.Analysis{}, err
	}
	return taken[0], nil
}

// EndAnalysis ends an analysis and counts what is left of its scan.
func (n *nouns) EndAnalysis(ctx context.Context, a store.Analysis) (int, error) {
	if _, err := n.scanOf(ctx, a.ScanID); err != nil {
		return 0, err
	}
	result, err := n.write.ExecContext(ctx, `update analyses set state = $1, finished_at = $2, result = $3, findings = $4, error = $5
		where scan_id = $6 and analyzer = $7 and attempt = $8 and state = 'running'`,
		string(a.State), millis(a.FinishedAt), a.Result, a.Findings, a.Error, a.ScanID, a.Analyzer, a.Attempt)
	if err != nil {
		return 0, unavailable(err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		return 0, errs.E(errs.Conflict, "another worker has the analysis %q of the scan %s", a.Analyzer, a.ScanID)
	}
	var open int
	err = n.write.QueryRowContext(ctx, "select count(*) from analyses where scan_id = $1 and state in ('open', 'running')", a.ScanID).Scan(&open)
	return open, unavailable(err)
}

// AddLog adds lines to a log that is not a blob yet: a worker that comes late adds
// nothing. It does not wait while a stage is being stored.
func (n *nouns) AddLog(ctx context.Context, scan string, lines []store.LogLine) error {
	if len(lines) == 0 {
		return nil
	}
	return n.Tx(ctx, func(tx store.Store) error {
		in, ok := tx.(*nouns)
		if !ok {
			return fmt.Errorf("unexpected transaction %T", tx)
		}
		var log string
		err := in.write.QueryRowContext(ctx, "select log from scans where id = $1"+in.dialect.skipLocked(), scan).Scan(&log)
		if errors.Is(err, sql.ErrNoRows) {
			if _, err = n.Scan(ctx, scan); err == nil {
				return errs.E(errs.Busy, "a stage of the scan %s is being stored", scan)
			}
		}
		if err != nil || log != "" {
			return found(err, "such scan")
		}
		return in.addLog(ctx, scan, lines)
	})
}

func (n *nouns) addLog(ctx context.Context, scan string, lines []store.LogLine) error {
	var f filter
	var rows []string
	id := f.bind(scan)
	for _, l := range lines {
		rows = append(rows, fmt.Sprintf("(%s, %s, %s, %s, %s, %s)", id, f.bind(l.Seq), f.bind(l.At.UnixMilli()), f.bind(l.Level), f.bind(string(l.Stage)), f.bind(l.Text)))
	}
	_, err := n.write.ExecContext(ctx, "insert into scan_log (scan_id, seq, at, level, stage, text) values "+strings.Join(rows, ", ")+
		" on conflict (scan_id, seq) do nothing", f.args...)
	return unavailable(err)
}

// Log reads lines of a log.
func (n *nouns) Log(ctx context.Context, scan string, after int64, limit int) ([]store.LogLine, error) {
	return collect(ctx, n.read, func(row func(...any) error) (l store.LogLine, err error) {
		var at int64
		err = row(&l.Seq, &at, &l.Level, &l.Stage, &l.Text)
		l.At = instant(&at)
		return l, err
	}, fmt.Sprintf("select seq, at, level, stage, text from scan_log where scan_id = $1 and seq > $2 order by seq limit %d", limit), scan, after)
}

// LastLog is the number of the last line.
func (n *nouns) LastLog(ctx context.Context, scan string) (int64, error) {
	var last int64
	err := n.read.QueryRowContext(ctx, "select coalesce(max(seq), 0) from scan_log where scan_id = $1", scan).Scan(&last)
	return last, unavailable(err)
}

// Announce adds an event to the outbox.
func (n *nouns) Announce(ctx context.Context, e store.OutboxEvent) error {
	_, err := n.write.ExecContext(ctx, `insert into outbox (event, kind, organisation_id, project_id, scan_id, body, created_at)
		values ($1, $2, $3, $4, $5, $6, $7) on conflict (event) do nothing`,
		e.Event, e.Kind, e.OrganisationID, e.ProjectID, e.ScanID, e.Body, e.CreatedAt.UnixMilli())
	return unavailable(err)
}

// Announcements lists what is to be delivered.
func (n *nouns) Announcements(ctx context.Context, limit int) ([]store.OutboxEvent, error) {
	return collect(ctx, n.read, func(row func(...any) error) (e store.OutboxEvent, err error) {
		var created int64
		err = row(&e.ID, &e.Event, &e.Kind, &e.OrganisationID, &e.ProjectID, &e.ScanID, &e.Body, &created)
		e.CreatedAt = instant(&created)
		return e, err
	}, fmt.Sprintf("select id, event, kind, organisation_id, project_id, scan_id, body, created_at from outbox where delivered_at is null order by id limit %d", limit))
}

// Announced marks an event as delivered.
func (n *nouns) Announced(ctx context.Context, id int64, now time.Time) error {
	_, err := n.write.ExecContext(ctx, "update outbox set delivered_at = $1 where id = $2", now.UnixMilli(), id)
	return unavailable(err)
}
