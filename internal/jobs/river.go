package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// The queue's pace. Rows are looked for after each notice of an insertion, and
// besides that every poll.
const (
	cooldown = 5 * time.Millisecond
	poll     = 250 * time.Millisecond
)

// attempts bounds how often a job whose handler returns errors is tried. The rows
// have their own bounds; what is given up here is found again by its row.
const attempts = 50

// riverEngine is River with one type of transaction.
type riverEngine[T any] struct {
	driver  riverdriver.Driver[T]
	options Options
	insert  *river.Client[T] // only enqueues
	work    *river.Client[T] // nil: not started
	left    func(ctx context.Context, statement string) error
}

func newRiver[T any](driver riverdriver.Driver[T], o Options) (*riverEngine[T], error) {
	insert, err := river.NewClient(driver, &river.Config{Logger: o.Log, FetchCooldown: cooldown, MaxAttempts: attempts})
	if err != nil {
		return nil, fmt.Errorf("make the queue: %w", err)
	}
	return &riverEngine[T]{driver: driver, options: o, insert: insert}, nil
}

func (e *riverEngine[T]) migrator() (*rivermigrate.Migrator[T], error) {
	return rivermigrate.New(e.driver, &rivermigrate.Config{Logger: e.options.Log})
}

func (e *riverEngine[T]) migrate(ctx context.Context) error {
	m, err := e.migrator()
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (e *riverEngine[T]) unmigrate(ctx context.Context) error {
	m, err := e.migrator()
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
	return err
}

// scanArgs and analysisArgs are jobs as River keeps them.
type scanArgs struct {
	Scan string `json:"scan"`
}

// Kind is River's name of the kind.
func (scanArgs) Kind() string { return string(Scan) }

type analysisArgs struct {
	Scan     string `json:"scan"`
	Analyzer string `json:"analyzer"`
}

// Kind is River's name of the kind.
func (analysisArgs) Kind() string { return string(Analysis) }

func argsOf(job Job) (river.JobArgs, error) {
	switch job.Kind {
	case Scan:
		return scanArgs{job.Scan}, nil
	case Analysis:
		return analysisArgs{job.Scan, job.Analyzer}, nil
	}
	return nil, fmt.Errorf("unknown kind of job %q", job.Kind)
}

func (e *riverEngine[T]) enqueue(ctx context.Context, driver any, job Job) error {
	tx, ok := driver.(T)
	if !ok {
		return fmt.Errorf("a job is enqueued in a transaction of the store only, not in %T", driver)
	}
	args, err := argsOf(job)
	if err != nil {
		return err
	}
	_, err = e.insert.InsertTx(ctx, tx, args, &river.InsertOpts{Priority: min(max(job.Priority, 1), 4)})
	return err
}

func (e *riverEngine[T]) start(ctx context.Context, handlers map[Kind]Handler) error {
	o := e.options
	if o.Alone {
		if err := e.left(ctx, "update river_job set state = 'available' where state = 'running'"); err != nil {
			return err
		}
	}
	workers := river.NewWorkers()
	if h := handlers[Scan]; h != nil {
		river.AddWorker(workers, worker[scanArgs]{work: func(ctx context.Context, a scanArgs) error {
			return h(ctx, Job{Kind: Scan, Scan: a.Scan})
		}})
	}
	if h := handlers[Analysis]; h != nil {
		river.AddWorker(workers, worker[analysisArgs]{work: func(ctx context.Context, a analysisArgs) error {
			return h(ctx, Job{Kind: Analysis, Scan: a.Scan, Analyzer: a.Analyzer})
		}})
	}
	client, err := river.NewClient(e.driver, &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}},
		Workers: workers, Logger: o.Log, RetryPolicy: backOff{},
		FetchCooldown: cooldown, FetchPollInterval: poll,
		JobTimeout: -1, RescueStuckJobsAfter: o.Rescue, SoftStopTimeout: o.Grace,
		CompletedJobRetentionPeriod: o.Keep, CancelledJobRetentionPeriod: o.Keep, DiscardedJobRetentionPeriod: o.Keep,
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	e.work = client
	return nil
}

func (e *riverEngine[T]) stop(ctx context.Context) error {
	if e.work == nil {
		return nil
	}
	return e.work.Stop(ctx)
}

func (e *riverEngine[T]) list(ctx context.Context, kind Kind, states ...rivertype.JobState) ([]Job, error) {
	params := river.NewJobListParams().Kinds(string(kind)).First(10_000).States(states...)
	found, err := e.insert.JobList(ctx, params)
	if err != nil {
		return nil, err
	}
	jobs := make([]Job, 0, len(found.Jobs))
	for _, row := range found.Jobs {
		var a analysisArgs
		if err := json.Unmarshal(row.EncodedArgs, &a); err != nil {
			return nil, err
		}
		jobs = append(jobs, Job{Kind: kind, Scan: a.Scan, Analyzer: a.Analyzer, Priority: row.Priority})
	}
	return jobs, nil
}

// worker is a handler as River calls it.
type worker[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	work func(ctx context.Context, args A) error
}

// Work works a job.
func (w worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	return w.work(ctx, job.Args)
}

// backOff spaces the tries of jobs whose handlers return errors: 1, 2, 4 … 60 s.
type backOff struct{}

// NextRetry is when a job is tried again.
func (backOff) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(min(time.Minute, time.Second<<min(len(job.Errors), 6)))
}
