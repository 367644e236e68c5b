package webui

import (
	"context"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/app"
)

// countersLast is for how long the frame's counters are good: every page shows
// them, and every open page follows them.
const countersLast = 2 * time.Second

// mostCounters bounds for how many people they are kept.
const mostCounters = 1000

// counters keeps the frame's counters of each person for a moment.
type counters struct {
	ask  func(ctx context.Context, actor app.Actor) (counts, error)
	now  func() time.Time
	mu   sync.Mutex
	kept map[string]keptCounts
}

type keptCounts struct {
	counts counts
	at     time.Time
}

func newCounters(ask func(context.Context, app.Actor) (counts, error), now func() time.Time) *counters {
	return &counters{ask: ask, now: now, kept: map[string]keptCounts{}}
}

// of are the counters as somebody sees them, at most countersLast old.
func (c *counters) of(ctx context.Context, actor app.Actor) (counts, error) {
	now := c.now()
	c.mu.Lock()
	kept, ok := c.kept[actor.UserID]
	c.mu.Unlock()
	if age := now.Sub(kept.at); ok && age >= 0 && age < countersLast {
		return kept.counts, nil
	}
	fresh, err := c.ask(ctx, actor)
	if err != nil {
		return counts{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= mostCounters {
		clear(c.kept)
	}
	c.kept[actor.UserID] = keptCounts{fresh, now}
	return fresh, nil
}
