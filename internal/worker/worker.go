// Package worker is where the queue reaches the pipeline: a handler for each kind
// of job, and the loop that admits and finds what was lost. It decides nothing.
package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/pipeline"
)

// Handlers are what a queue's runner works jobs with.
func Handlers(p *pipeline.Pipeline) map[jobs.Kind]jobs.Handler {
	return map[jobs.Kind]jobs.Handler{
		jobs.Scan:     func(ctx context.Context, j jobs.Job) error { return p.Scan(ctx, j.Scan) },
		jobs.Analysis: func(ctx context.Context, j jobs.Job) error { return p.Analysis(ctx, j.Scan, j.Analyzer) },
	}
}

// Tend finds lost scans and has them worked again, every so often until ctx ends.
// What fails is logged and done the next time.
func Tend(ctx context.Context, p *pipeline.Pipeline, every time.Duration, log *slog.Logger) {
	repeat(ctx, every, log, "tend the scans", p.Tend)
}

// Admit admits waiting scans, every so often until ctx ends: those that nobody saw
// yet when the last one was admitted. What fails is logged and done the next time.
func Admit(ctx context.Context, p *pipeline.Pipeline, every time.Duration, log *slog.Logger) {
	repeat(ctx, every, log, "admit scans", p.Admit)
}

func repeat(ctx context.Context, every time.Duration, log *slog.Logger, doing string, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for failing := false; ; {
		err := do(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			log.ErrorContext(ctx, doing, "error", err.Error())
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
