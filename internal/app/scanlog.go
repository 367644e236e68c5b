package app

import (
	"bufio"
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// Paces of reading a log.
const (
	followEvery = 250 * time.Millisecond
	logLimit    = 1000
)

// LogPage is a part of a scan's log.
type LogPage struct {
	Lines []store.LogLine
	More  bool // there are further lines now
	Ended bool // the scan has ended: nothing else will follow
}

// ScanLog reads at most limit lines of a scan's log after the line seq; 0: 1,000.
func (a *App) ScanLog(ctx context.Context, who Actor, scan string, after int64, limit int) (LogPage, error) {
	s, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead)
	if err != nil {
		return LogPage{}, err
	}
	return a.logOf(ctx, s, after, limit)
}

// logOf reads the live log, or the blob that has taken its place.
func (a *App) logOf(ctx context.Context, s store.Scan, after int64, limit int) (LogPage, error) {
	if limit <= 0 || limit > logLimit {
		limit = logLimit
	}
	var lines []store.LogLine
	var err error
	if s.Log != "" {
		lines, err = a.archivedLog(ctx, s.Log, after, limit+1)
	} else {
		lines, err = a.Store.Log(ctx, s.ID, after, limit+1)
	}
	more := len(lines) > limit
	return LogPage{Lines: lines[:min(len(lines), limit)], More: more, Ended: s.State.Ended()}, err
}

// archivedLog reads lines of a blob, which has one a line as JSON.
func (a *App) archivedLog(ctx context.Context, digest string, after int64, limit int) ([]store.LogLine, error) {
	r, err := a.Blobs.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // read only
	var lines []store.LogLine
	text := bufio.NewScanner(r)
	text.Buffer(nil, 1<<20)
	for text.Scan() && len(lines) < limit {
		var l store.LogLine
		if err := json.Unmarshal(text.Bytes(), &l); err != nil {
			return nil, errs.E(errs.Damaged, "read the log %s: %w", digest, err)
		}
		if l.Seq > after {
			lines = append(lines, l)
		}
	}
	return lines, text.Err()
}

// LogEvent is a line of a running scan's log, or (Line nil) the scan as it stands
// now: its state or stage changed.
type LogEvent struct {
	Line *store.LogLine
	Scan *store.Scan
}

// FollowLog yields the lines after seq and goes on as they come, with a LogEvent
// for each change of the scan's state or stage. It ends, after the last line and
// the last state, when the scan ends, with ctx, or with the right to read it.
func (a *App) FollowLog(ctx context.Context, who Actor, scan string, after int64) iter.Seq2[LogEvent, error] {
	return func(yield func(LogEvent, error) bool) {
		if _, _, err := a.scanFor(ctx, who, scan, Viewer, ScopeRead); err != nil {
			yield(LogEvent{}, err)
			return
		}
		f := follower{app: a, scan: scan, after: after, yield: yield}
		tick, check := time.NewTicker(followEvery), time.NewTicker(a.FollowCheck)
		defer tick.Stop()
		defer check.Stop()
		for f.step(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-check.C:
				if err := a.mayStillFollow(ctx, who, scan); err != nil {
					f.fail(ctx, err)
					return
				}
			case <-tick.C:
			}
		}
	}
}

// mayStillFollow is the refusal of those who meanwhile may not read the log.
func (a *App) mayStillFollow(ctx context.Context, who Actor, scan string) error {
	now, err := a.again(ctx, who)
	if err != nil {
		return err
	}
	_, _, err = a.scanFor(ctx, now, scan, Viewer, ScopeRead)
	return err
}

// follower is where somebody is in a log.
type follower struct {
	app   *App
	scan  string
	after int64
	last  store.Scan
	yield func(LogEvent, error) bool
}

// step yields what is new and tells whether to go on. The scan is read before the
// lines: when it has ended, the lines are all there.
func (f *follower) step(ctx context.Context) bool {
	s, err := f.app.Store.Scan(ctx, f.scan)
	if err != nil {
		f.fail(ctx, err)
		return false
	}
	for {
		page, err := f.app.logOf(ctx, s, f.after, 0)
		if err != nil {
			f.fail(ctx, err)
			return false
		}
		for i := range page.Lines {
			f.after = page.Lines[i].Seq
			if !f.yield(LogEvent{Line: &page.Lines[i]}, nil) {
				return false
			}
		}
		if !page.More {
			break
		}
	}
	if s.State != f.last.State || s.Stage != f.last.Stage || s.Tries != f.last.Tries || s.CancelAsked != f.last.CancelAsked {
		f.last = s
		if !f.yield(LogEvent{Scan: &s}, nil) {
			return false
		}
	}
	return !s.State.Ended()
}

// fail yields an error, unless the listener has gone.
func (f *follower) fail(ctx context.Context, err error) {
	if ctx.Err() == nil {
		f.yield(LogEvent{}, err)
	}
}
