package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	extractors "github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/safe/egress"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/worker"
)

func (s *server) limits() store.ScanLimits {
	return store.ScanLimits{Global: s.o.GlobalLimit, Project: s.o.ProjectLimit}
}

// work starts what the process's roles ask for beside serving, and has it stopped
// before anything is closed.
func (s *server) work(ctx context.Context) error {
	loops, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	s.closing(func() error {
		stop()
		running.Wait()
		return nil
	})
	p, err := s.pipeline()
	if err != nil {
		stop()
		return err
	}
	if s.o.plays(Worker) {
		if err := s.queue.Start(loops, worker.Handlers(p)); err != nil {
			stop()
			return err
		}
		s.closing(func() error { return s.stopQueue(ctx) })
	}
	if s.o.plays(Worker) || s.o.plays(Scheduler) {
		running.Go(func() { worker.Tend(loops, p, s.o.Tick/5, s.log) })
		running.Go(func() { worker.Admit(loops, p, s.o.Tick/50, s.log) })
	}
	if s.o.plays(Scheduler) {
		running.Go(func() { s.repeat(loops, s.o.Tick, "start scheduled scans", s.schedule) })
		running.Go(func() { s.repeat(loops, time.Hour, "tidy up", s.tidy) })
	}
	return nil
}

// stopQueue lets jobs end within the grace, and hands the others back.
func (s *server) stopQueue(ctx context.Context) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace+10*time.Second)
	defer stop()
	return s.queue.Stop(ctx)
}

// pipeline is how scans are worked here.
func (s *server) pipeline() (*pipeline.Pipeline, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	remote := source.Remote{Transports: []string{"https", "ssh"}, Guard: egress.Resolver{Inside: s.o.PrivateHosts}, Dir: s.scratch()}
	if s.o.AllowPlain {
		remote.Transports = append(remote.Transports, "http")
	}
	if s.o.AllowLocal {
		remote.Transports = append(remote.Transports, "file")
	}
	fallback, err := s.fallback()
	if err != nil {
		return nil, err
	}
	return pipeline.New(pipeline.Options{
		Store: s.db, Blobs: s.blobs, Queue: s.queue, Databases: s.releases, Uploads: s.uploads, Clock: s.o.Clock, Log: s.log,
		Extract: extract.Options{Extractors: extractors.Extractors(), Limits: extract.DefaultLimits()},
		Remote:  remote, Keys: s.keys, Fallback: fallback, Configure: configuration,
		Worker: fmt.Sprintf("%s/%d", host, os.Getpid()), Limits: s.limits(), Timeout: s.o.StageTimeout, Silence: s.o.LostAfter, Delay: s.o.RetryAfter, Trace: s.traces,
	}), nil
}

// fallback is the credential of repositories that have none of their own.
func (s *server) fallback() (source.Credential, error) {
	var c source.Credential
	for _, f := range []struct {
		path string
		to   *string
	}{{s.o.SSHKey, &c.SSHKey}, {s.o.KnownHosts, &c.KnownHosts}} {
		if f.path == "" {
			continue
		}
		text, err := os.ReadFile(f.path)
		if err != nil {
			return c, errs.E(errs.Invalid, "read the default credential: %w", err)
		}
		*f.to = string(text)
	}
	return c, nil
}

// repeat does something now and every so often until ctx ends. A failure is told
// once until it ends.
func (s *server) repeat(ctx context.Context, every time.Duration, what string, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for failing := false; ; {
		err := do(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			s.log.ErrorContext(ctx, what, "error", err.Error())
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *server) schedule(ctx context.Context) error {
	_, err := s.app.RunSchedules(ctx)
	return err
}

// tidy does what is to be done every hour.
func (s *server) tidy(ctx context.Context) error {
	_, reopened := s.app.ReopenExpired(ctx)
	forgotten, err := s.app.Forget(ctx, app.Retention{
		Scans: s.o.KeepScans, Logs: time.Duration(s.o.KeepDays) * 24 * time.Hour, Blobs: s.o.KeepBlobs, UpTo: s.mark,
	})
	mark, marked := s.db.ContentMark(ctx)
	if marked == nil {
		s.mark = mark
	}
	if forgotten != (app.Forgotten{}) {
		s.log.InfoContext(ctx, "let go of what is old", "scans", forgotten.Scans, "logs", forgotten.Logs,
			"inventories", forgotten.Inventories, "units", forgotten.Units, "blobs", forgotten.Blobs)
	}
	return errors.Join(s.app.SnapDays(ctx), s.app.ExpireSignIns(ctx), reopened, err, marked)
}
