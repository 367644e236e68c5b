package jobs

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Database is where the queue keeps its jobs: exactly one of the two is set, that
// of the store.
type Database struct {
	SQLite   *sql.DB
	Postgres *pgxpool.Pool
}

// Handler works a job. An error, or its process's end, has the job worked again,
// by this or another worker.
type Handler func(ctx context.Context, job Job) error

// Options say how jobs are worked.
type Options struct {
	Handlers map[Kind]Handler // none: jobs are only enqueued
	Workers  int              // jobs at once; 0: 4
	// Rescue is the age at which a job that is still running is taken for lost and
	// worked again. It must be above the longest time that a job may take. 0: 2 h.
	Rescue time.Duration
	// Alone says that no other process works on this database: jobs that are
	// running when it starts were left behind, and are worked again at once.
	Alone bool
	Log   *slog.Logger // nil: discarded
}
