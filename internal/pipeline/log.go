package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

const (
	flushEvery = 500 * time.Millisecond
	maxLines   = 10_000 // of one run
	maxText    = 2000   // bytes of a line
)

// scanLog gathers the lines of a run. They go to the store a few times a second,
// and to a blob when the scan ends.
type scanLog struct {
	mu    sync.Mutex
	lines []store.LogLine
	first int64 // Seq of the first; 0: not known yet
	saved int   // that the store has
	store sync.Mutex
}

// say adds a line about the stage that the scan is at.
func (r *run) say(level, text string) { r.sayOf(r.scan.Stage, level, text) }

// sayOf adds a line about a stage, which may just have been stored as done.
func (r *run) sayOf(stage store.Stage, level, text string) {
	l := &r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.lines) > maxLines:
		return
	case len(l.lines) == maxLines:
		level, text = "warn", "Further lines are left out."
	case len(text) > maxText:
		text = text[:maxText] + "…"
	}
	l.lines = append(l.lines, store.LogLine{At: r.p.now(), Level: level, Stage: stage, Text: text})
}

func (r *run) sayf(format string, args ...any) { r.say("info", fmt.Sprintf(format, args...)) }

// numbered are the lines of this run with their numbers, which go on after those
// of the scan's runs before.
func (r *run) numbered(ctx context.Context) ([]store.LogLine, error) {
	l := &r.log
	if l.first == 0 {
		last := int64(0)
		if r.took > 1 {
			var err error
			if last, err = r.p.Store.LastLog(ctx, r.id); err != nil {
				return nil, err
			}
		}
		l.first = last + 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.lines {
		l.lines[i].Seq = l.first + int64(i)
	}
	return append([]store.LogLine(nil), l.lines...), nil
}

// flush brings new lines to the store. What fails is brought the next time.
func (r *run) flush(ctx context.Context) {
	r.log.store.Lock()
	defer r.log.store.Unlock()
	r.log.mu.Lock()
	idle := len(r.log.lines) == r.log.saved
	r.log.mu.Unlock()
	if idle {
		return
	}
	lines, err := r.numbered(ctx)
	if err != nil {
		return
	}
	const chunk = 200
	for r.log.saved < len(lines) {
		some := lines[r.log.saved:min(len(lines), r.log.saved+chunk)]
		if err := r.p.Store.AddLog(ctx, r.id, some); err != nil {
			return
		}
		r.log.saved += len(some)
	}
}

// archive writes the whole log as a blob, a line each, and returns its digest.
func (r *run) archive(ctx context.Context) (string, error) {
	r.log.store.Lock()
	defer r.log.store.Unlock()
	own, err := r.numbered(ctx)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	for after := int64(0); after+1 < r.log.first; {
		earlier, err := r.p.Store.Log(ctx, r.id, after, 1000)
		if err != nil {
			return "", err
		}
		if len(earlier) == 0 {
			break
		}
		for _, l := range earlier {
			if after = l.Seq; l.Seq < r.log.first {
				writeLine(&out, l)
			}
		}
	}
	for _, l := range own {
		writeLine(&out, l)
	}
	digest, _, err := r.p.Blobs.Put(ctx, &out)
	return digest, err
}

// ending is the whole log of a first run, with its last two lines.
func (l *scanLog) ending(merged, done string, now time.Time) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out bytes.Buffer
	for i, line := range append(l.lines[:len(l.lines):len(l.lines)],
		store.LogLine{At: now, Level: "info", Stage: store.StageMerge, Text: merged},
		store.LogLine{At: now, Level: "info", Stage: store.StageNotify, Text: done}) {
		line.Seq = int64(i) + 1
		writeLine(&out, line)
	}
	return out.Bytes()
}

func writeLine(out *bytes.Buffer, l store.LogLine) {
	text, err := json.Marshal(l)
	if err != nil {
		return // texts and numbers always can
	}
	out.Write(text)
	out.WriteByte('\n')
}
