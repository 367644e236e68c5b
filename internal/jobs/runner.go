package jobs

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/assay-sca/assay/internal/errs"
)

// Database is where the queue keeps its jobs: exactly one of the two is set, that
// which the store writes with.
type Database struct {
	SQLite   *sql.DB
	Postgres *pgxpool.Pool
}

// Handler works a job. An error, or its process's end, has the job worked again,
// by this or another worker. When its context is cancelled because the runner
// stops, it returns that error as soon as it can.
type Handler func(ctx context.Context, job Job) error

// Options say how jobs are worked. The zero value of each is useful.
type Options struct {
	// Workers is how many jobs are worked at once; 0: 4.
	Workers int
	// Rescue is the age at which a job that is still running is taken for lost and
	// worked again: above the longest time that a job may take. 0: 2 h.
	Rescue time.Duration
	// Grace is how long Stop lets running jobs go on before their contexts are
	// cancelled and they are handed back. 0: 10 s.
	Grace time.Duration
	// Keep is how long jobs that are done stay in the tables; 0: a minute.
	Keep time.Duration
	// Alone says that no other process works on this database: jobs that are
	// running when it starts were left behind, and are worked again at once.
	Alone bool
	Log   *slog.Logger // nil: nothing is logged
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.Rescue <= 0 {
		o.Rescue = 2 * time.Hour
	}
	if o.Grace <= 0 {
		o.Grace = 10 * time.Second
	}
	if o.Keep <= 0 {
		o.Keep = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return o
}

// Runner takes jobs into the queue and, once it was started, works them.
type Runner struct{ engine engine }

var _ Queue = (*Runner)(nil)

// engine is a River client of either type of transaction.
type engine interface {
	migrate(ctx context.Context) error
	unmigrate(ctx context.Context) error
	enqueue(ctx context.Context, driver any, job Job) error
	start(ctx context.Context, handlers map[Kind]Handler) error
	stop(ctx context.Context) error
	list(ctx context.Context, kind Kind, states ...rivertype.JobState) ([]Job, error)
}

// New returns a queue over a database; Migrate must have made its tables before
// anything is enqueued. It only enqueues until it is started.
func New(db Database, o Options) (*Runner, error) {
	o = o.withDefaults()
	if db.Postgres != nil {
		e, err := newRiver[pgx.Tx](riverpgxv5.New(db.Postgres), o)
		if err != nil {
			return nil, err
		}
		e.left = func(ctx context.Context, statement string) error {
			_, err := db.Postgres.Exec(ctx, statement)
			return err
		}
		return &Runner{e}, nil
	}
	if db.SQLite == nil {
		return nil, errs.E(errs.Invalid, "the queue needs a database")
	}
	e, err := newRiver[*sql.Tx](riversqlite.New(db.SQLite), o)
	if err != nil {
		return nil, err
	}
	e.left = func(ctx context.Context, statement string) error {
		_, err := db.SQLite.ExecContext(ctx, statement)
		return err
	}
	return &Runner{e}, nil
}

// Migrate makes or brings up to date the queue's own tables. It may be called
// again; several processes that may start at once call it under the lock of the
// store's migrations.
func (r *Runner) Migrate(ctx context.Context) error {
	if err := r.engine.migrate(ctx); err != nil {
		return errs.E(errs.Unavailable, "migrate the queue: %w", err)
	}
	return nil
}

// MigrateDown removes the queue's tables with all jobs.
func (r *Runner) MigrateDown(ctx context.Context) error {
	if err := r.engine.unmigrate(ctx); err != nil {
		return errs.E(errs.Unavailable, "take back the queue's migrations: %w", err)
	}
	return nil
}

// Enqueue adds a job in a transaction of the store.
func (r *Runner) Enqueue(ctx context.Context, tx Tx, job Job) error {
	if err := r.engine.enqueue(ctx, tx.Driver(), job); err != nil {
		return errs.E(errs.Unavailable, "enqueue the %s of %s: %w", job.Kind, job.Scan, err)
	}
	return nil
}

// Start begins to work jobs of the kinds that have handlers. It returns at once;
// the work goes on until Stop or the end of ctx.
func (r *Runner) Start(ctx context.Context, handlers map[Kind]Handler) error {
	if err := r.engine.start(ctx, handlers); err != nil {
		return errs.E(errs.Unavailable, "start the workers: %w", err)
	}
	return nil
}

// Stop takes no more jobs, lets the running ones finish within the grace, then
// hands the others back so that another worker takes them at once. It returns
// when all have returned, or with ctx.
func (r *Runner) Stop(ctx context.Context) error { return r.engine.stop(ctx) }

// Live lists the jobs of a kind that are worked or will be.
func (r *Runner) Live(ctx context.Context, kind Kind) ([]Job, error) {
	return r.list(ctx, kind, append(waiting(), rivertype.JobStateRunning)...)
}

// Waiting lists the jobs of a kind that will be worked. One that is said to be
// worked now is not among them: its worker may be dead.
func (r *Runner) Waiting(ctx context.Context, kind Kind) ([]Job, error) {
	return r.list(ctx, kind, waiting()...)
}

func waiting() []rivertype.JobState {
	return []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateScheduled}
}

func (r *Runner) list(ctx context.Context, kind Kind, states ...rivertype.JobState) ([]Job, error) {
	found, err := r.engine.list(ctx, kind, states...)
	if err != nil {
		return nil, errs.E(errs.Unavailable, "list the queue's jobs: %w", err)
	}
	return found, nil
}
