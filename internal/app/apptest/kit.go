// Package apptest gives tests the use-cases over a real store, with a queue that
// remembers, blobs in memory and a clock that stands still, and people of every
// role to use them.
package apptest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/store"
)

// Kit is an App and what it works with.
type Kit struct {
	*app.App
	Store store.Store
	Queue *Queue
	Blobs *Blobs
	Clock *Clock
	t     testing.TB
}

// New makes a kit over a database, which is empty or has what a test put there.
func New(t testing.TB, db store.Store) *Kit {
	t.Helper()
	keys, err := auth.ParseKeyring("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	if err != nil {
		t.Fatal(err)
	}
	k := &Kit{Store: db, Queue: &Queue{}, Blobs: NewBlobs(), Clock: NewClock(), t: t}
	k.App = app.New(app.Deps{
		Store: db, Blobs: blob.Small(k.Blobs), Queue: k.Queue, Clock: k.Clock.Now, Log: slog.New(slog.DiscardHandler), Keys: keys,
		Passwords: auth.NewPasswords(auth.PasswordOptions{Cost: auth.Cost{Memory: 8, Passes: 1}}), // tests need no strong ones
	})
	return k
}

// Start is when every test's clock begins.
var Start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

// Clock stands still until it is set.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now reads the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock, back for a negative duration.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Queue remembers the jobs that were enqueued; also those of transactions that
// did not commit.
type Queue struct {
	mu   sync.Mutex
	jobs []jobs.Job
}

var _ jobs.Queue = (*Queue)(nil)

// Enqueue implements jobs.Queue.
func (q *Queue) Enqueue(_ context.Context, _ jobs.Tx, job jobs.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, job)
	return nil
}

// Take returns the jobs since the last call.
func (q *Queue) Take() []jobs.Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.jobs
	q.jobs = nil
	return taken
}
