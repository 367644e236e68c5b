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

// Tend admits waiting scans and finds lost ones, every so often until ctx ends.
// What fails is logged and done the next time.
func Tend(ctx context.Context, p *pipeline.Pipeline, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for failing := false; ; {
		err := p.Tend(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			log.ErrorContext(ctx, "tend the scans", "error", err.Error())
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
