package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/internal/store"
)

// runner makes a queue over a database, with its tables.
func runner(t *testing.T, db *sqlstore.DB, o jobs.Options) *jobs.Runner {
	t.Helper()
	r, err := jobs.New(jobs.Database{SQLite: db.SQL(), Postgres: db.Pool()}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// start works scans with a function until the test ends.
func start(t *testing.T, r *jobs.Runner, work jobs.Handler) {
	t.Helper()
	if err := r.Start(t.Context(), map[jobs.Kind]jobs.Handler{jobs.Scan: work, jobs.Analysis: work}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
}

func stop(t *testing.T, r *jobs.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func enqueue(t *testing.T, db *sqlstore.DB, r *jobs.Runner, list ...jobs.Job) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx store.Store) error {
		for _, job := range list {
			if err := r.Enqueue(t.Context(), tx, job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// next waits for what a handler tells.
func next[T any](t *testing.T, told <-chan T) T {
	t.Helper()
	select {
	case v := <-told:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was worked within 20 s")
	}
	panic("unreachable")
}

// TestTransaction wants a job to be worked if and only if its transaction is
// committed, once.
func TestTransaction(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		r := runner(t, db, jobs.Options{})
		worked := make(chan jobs.Job, 10)
		start(t, r, func(_ context.Context, job jobs.Job) error {
			worked <- job
			return nil
		})
		no := errors.New("no")
		err := db.Tx(t.Context(), func(tx store.Store) error {
			if err := r.Enqueue(t.Context(), tx, jobs.Job{Kind: jobs.Scan, Scan: "dropped"}); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		want := []jobs.Job{{Kind: jobs.Analysis, Scan: "a", Analyzer: "x"}, {Kind: jobs.Scan, Scan: "b"}}
		for _, job := range want {
			began := time.Now()
			enqueue(t, db, r, job)
			if got := next(t, worked); got != job {
				t.Errorf("worked %v, want %v", got, job)
			}
			t.Logf("from insertion to work: %v", time.Since(began))
		}
	})
}

// TestPriority wants the urgent first and the older of equals.
func TestPriority(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		r := runner(t, db, jobs.Options{Workers: 1})
		enqueue(t, db, r, jobs.Job{Kind: jobs.Scan, Scan: "late", Priority: 3},
			jobs.Job{Kind: jobs.Scan, Scan: "first", Priority: 1}, jobs.Job{Kind: jobs.Scan, Scan: "second", Priority: 1})
		worked := make(chan string, 10)
		start(t, r, func(_ context.Context, job jobs.Job) error {
			worked <- job.Scan
			return nil
		})
		got := []string{next(t, worked), next(t, worked), next(t, worked)}
		if diff := cmp.Diff([]string{"first", "second", "late"}, got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
}

// TestError wants a job whose handler returns an error to come again.
func TestError(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		r := runner(t, db, jobs.Options{})
		tries, worked := 0, make(chan int, 10)
		start(t, r, func(context.Context, jobs.Job) error {
			tries++
			worked <- tries
			if tries == 1 {
				return errors.New("the database is gone")
			}
			return nil
		})
		enqueue(t, db, r, jobs.Job{Kind: jobs.Scan, Scan: "a"})
		if next(t, worked) != 1 || next(t, worked) != 2 {
			t.Error("the order of tries is odd")
		}
	})
}

// TestStop wants a job that ends within the grace to be done, and one that does
// not to be worked by another worker at once.
func TestStop(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		first := runner(t, db, jobs.Options{Workers: 2, Grace: 300 * time.Millisecond})
		began := make(chan string, 2)
		if err := first.Start(t.Context(), map[jobs.Kind]jobs.Handler{jobs.Scan: func(ctx context.Context, job jobs.Job) error {
			began <- job.Scan
			if job.Scan == "long" {
				<-ctx.Done()
			}
			return ctx.Err()
		}}); err != nil {
			t.Fatal(err)
		}
		enqueue(t, db, first, jobs.Job{Kind: jobs.Scan, Scan: "long"}, jobs.Job{Kind: jobs.Scan, Scan: "short"})
		names := []string{next(t, began), next(t, began)}
		slices.Sort(names)
		stop(t, first)
		worked := make(chan string, 10)
		stopped := time.Now()
		second := runner(t, db, jobs.Options{})
		start(t, second, func(_ context.Context, job jobs.Job) error {
			worked <- job.Scan
			return nil
		})
		if got := next(t, worked); got != "long" {
			t.Errorf("%q was handed back", got)
		}
		t.Logf("handed back after %v", time.Since(stopped))
		waitEmpty(t, second)
		if len(worked) != 0 {
			t.Errorf("%q was worked again", <-worked)
		}
	})
}

// waitEmpty waits until no job is left.
func waitEmpty(t *testing.T, r *jobs.Runner) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		left, err := r.Live(t.Context(), jobs.Scan)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: %v", left)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TestLeftBehind wants jobs that a dead process was working to be worked again by
// a process that is alone.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		dead := runner(t, db, jobs.Options{Workers: 1, Grace: time.Millisecond}) // it takes no second job
		began, end := make(chan string, 2), make(chan struct{})
		start(t, dead, func(_ context.Context, job jobs.Job) error {
			began <- job.Scan
			<-end // its process is gone: it neither ends nor heeds the context
			return nil
		})
		t.Cleanup(func() { close(end) })
		enqueue(t, db, dead, jobs.Job{Kind: jobs.Scan, Scan: "a"})
		next(t, began)
		live, err := dead.Live(t.Context(), jobs.Scan)
		if err != nil || len(live) != 1 || live[0].Scan != "a" {
			t.Errorf("live: %v, %v", live, err)
		}
		if waiting, err := dead.Waiting(t.Context(), jobs.Scan); err != nil || len(waiting) != 0 {
			t.Errorf("waiting: %v, %v", waiting, err)
		}
		worked := make(chan string, 2)
		start(t, runner(t, db, jobs.Options{Alone: true}), func(_ context.Context, job jobs.Job) error {
			worked <- job.Scan
			return nil
		})
		if got := next(t, worked); got != "a" {
			t.Errorf("%q was worked", got)
		}
	})
}

// TestMigrations wants the tables to be made once, removed and made again.
func TestMigrations(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		r := runner(t, db, jobs.Options{})
		for _, step := range []func(context.Context) error{r.Migrate, r.MigrateDown, r.Migrate} {
			if err := step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		enqueue(t, db, r, jobs.Job{Kind: jobs.Scan, Scan: "a"})
	})
}

// TestMany measures how fast jobs are taken in and worked.
func TestMany(t *testing.T) {
	t.Parallel()
	const n = 200
	sqlstoretest.Each(t, func(t *testing.T, db *sqlstore.DB) {
		r := runner(t, db, jobs.Options{Workers: 8})
		worked := make(chan string, n)
		start(t, r, func(_ context.Context, job jobs.Job) error {
			worked <- job.Scan
			return nil
		})
		began := time.Now()
		seen := map[string]int{}
		for i := range n {
			enqueue(t, db, r, jobs.Job{Kind: jobs.Scan, Scan: fmt.Sprint(i)})
		}
		inserted := time.Since(began)
		for range n {
			seen[next(t, worked)]++
		}
		if len(seen) != n {
			t.Errorf("%d of %d were worked", len(seen), n)
		}
		t.Logf("%d inserted in %v, worked after %v", n, inserted, time.Since(began))
	})
}
