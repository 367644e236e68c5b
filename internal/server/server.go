package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/auth"
	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/httpapi"
	"github.com/assay-sca/assay/internal/jobs"
	"github.com/assay-sca/assay/internal/pipeline"
	"github.com/assay-sca/assay/internal/sqlstore"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/telemetry"
	"github.com/assay-sca/assay/internal/webui"
)

// server is a running one.
type server struct {
	o        Options
	log      *slog.Logger
	db       *sqlstore.DB
	blobs    blob.Store
	queue    *jobs.Runner
	releases *pipeline.Releases
	keys     *auth.Keyring
	uploads  *app.Uploads // nil: pushes and scans are not both this process's
	app      *app.App
	metrics  *telemetry.Metrics
	traces   telemetry.Traces
	listener net.Listener
	closers  []func() error    // in the order of opening
	mark     store.ContentMark // what was stored last when it was last tidied up
}

// gcPercent lets the heap grow further than usual before it is collected. Pushed
// inventories are large and short-lived: at 100 a fifth of all time went into it.
const gcPercent = 200

// Run brings a server up and serves until ctx ends; then it lets requests and jobs
// end, within the grace.
func Run(ctx context.Context, o Options) (err error) {
	o, err = o.filled()
	if err != nil {
		return err
	}
	if o.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	s := &server{o: o, log: o.Log}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	return s.serve(ctx)
}

func (s *server) closing(f func() error) { s.closers = append(s.closers, f) }

func (s *server) close() error {
	var all error
	for i := len(s.closers) - 1; i >= 0; i-- {
		all = errors.Join(all, s.closers[i]())
	}
	return all
}

// open opens everything that the server stands on, and migrates.
func (s *server) open(ctx context.Context) error {
	if s.o.Database == "" {
		release, err := Hold(s.o)
		if err != nil {
			return err
		}
		s.closing(release)
	}
	var err error
	if s.db, err = OpenDatabase(ctx, s.o); err != nil {
		return err
	}
	s.closing(s.db.Close)
	if err := Migrate(ctx, s.db, s.o); err != nil {
		return err
	}
	if s.blobs, err = OpenBlobs(s.o); err != nil {
		return err
	}
	for _, dir := range []string{s.o.Cache, s.scratch()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return errs.E(errs.Unavailable, "make a folder: %w", err)
		}
	}
	if s.queue, err = s.newQueue(); err != nil {
		return err
	}
	s.releases = pipeline.NewReleases(s.db, s.blobs, filepath.Join(s.o.Cache, "db"))
	s.closing(s.releases.Close)
	s.metrics = telemetry.NewMetrics(s.o.Version)
	s.figures(ctx)
	if s.traces, err = telemetry.NewTraces(ctx, s.o.Getenv, s.o.Version); err != nil {
		return err
	}
	s.closing(func() error {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		return s.traces.Close(last)
	})
	// Listening before the use-cases are made tells the port; nothing is answered yet.
	var listen net.ListenConfig
	if s.listener, err = listen.Listen(ctx, "tcp", s.o.Listen); err != nil {
		return errs.E(errs.Unavailable, "listen: %w", err)
	}
	s.closing(func() error {
		s.listener.Close() //nolint:errcheck // closed already when requests were served
		return nil
	})
	return s.newApp()
}

func (s *server) scratch() string { return filepath.Join(s.o.Cache, "scratch") }

func (s *server) newQueue() (*jobs.Runner, error) {
	return queueOf(s.db, jobs.Options{
		Workers: s.o.Workers, Rescue: s.o.HandBackAfter, Grace: s.o.Grace,
		Alone: s.o.Database == "", // the data folder is held
		Log:   s.log.With("part", "queue"),
	})
}

func (s *server) newApp() error {
	var err error
	s.keys, err = auth.OpenKeyring(s.o.KeyFile, s.o.Database == "" || s.o.plays(API))
	if err != nil {
		return err
	}
	if s.o.plays(API) && s.o.plays(Worker) {
		s.uploads = &app.Uploads{}
	}
	s.app = app.New(app.Deps{
		Store: s.db, Blobs: s.blobs, Queue: s.queue, Clock: s.o.Clock, Log: s.log,
		Databases: s.releases, Uploads: s.uploads, Scratch: s.scratch(), Limits: s.limits(),
		Keys: s.keys, LocalRepositories: s.o.AllowLocal, PlainRepositories: s.o.AllowPlain,
		SignInWith: s.providers(s.base()), SessionIdle: s.o.SessionIdle, SessionLife: s.o.SessionLife,
	})
	return nil
}

// load makes the advisory database that was named the current one, if it is new.
func (s *server) load(ctx context.Context) error {
	if s.o.Import == "" {
		return nil
	}
	f, err := os.Open(s.o.Import)
	if err != nil {
		return errs.E(errs.NotFound, "the advisory database: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	r, err := s.app.ImportRelease(ctx, app.System(), f, false)
	if errs.KindOf(err) == errs.Stale {
		s.log.InfoContext(ctx, "the advisory database that is in use is newer than the file", "file", s.o.Import)
		return nil
	}
	if err != nil {
		return fmt.Errorf("load the advisory database: %w", err)
	}
	s.log.InfoContext(ctx, "the advisory database is in use", "release", r.Name)
	return nil
}

// serve listens, tells where, and works until ctx ends.
func (s *server) serve(ctx context.Context) error {
	handler, err := s.handler()
	if err != nil {
		return err
	}
	if err := s.work(ctx); err != nil {
		return err
	}
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	h := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(s.listener) }()
	if err := s.welcome(ctx); err != nil {
		return errors.Join(err, h.Close())
	}
	select {
	case err := <-failed:
		return errs.E(errs.Unavailable, "serve: %w", err)
	case <-ctx.Done():
	}
	s.log.InfoContext(ctx, "stopping")
	return s.drain(ctx, h, cut)
}

// drain lets requests end; streams, which would not, are told to.
func (s *server) drain(ctx context.Context, h *http.Server, cut func()) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace)
	defer stop()
	streams := time.AfterFunc(min(time.Second, s.o.Grace/2), cut)
	defer streams.Stop()
	if err := h.Shutdown(ctx); err != nil {
		s.log.WarnContext(ctx, "requests were cut off", "error", err.Error())
		return h.Close()
	}
	return nil
}

// welcome tells where the server is and, before there is anybody, the link that
// makes the first administrator.
func (s *server) welcome(ctx context.Context) error {
	base := s.base()
	s.log.InfoContext(ctx, "ready", "address", s.listener.Addr().String(), "roles", s.o.Roles, "version", s.o.Version)
	if s.o.plays(API) {
		fmt.Fprintf(s.o.Out, "Assay is ready at %s\n", base)
		if len(s.o.Demo) > 0 {
			if err := s.demonstrate(ctx, base); err != nil {
				return err
			}
		}
		if err := s.firstLink(ctx, base); err != nil {
			return err
		}
	}
	if s.o.Ready != nil {
		s.o.Ready(s.listener.Addr().String())
	}
	return nil
}

func (s *server) firstLink(ctx context.Context, base string) error {
	needed, err := s.app.SetupNeeded(ctx)
	if err != nil || !needed {
		return err
	}
	link, err := s.app.SetupLink(ctx)
	if err != nil || link.Secret == "" {
		return err
	}
	fmt.Fprintf(s.o.Out, "Create the administrator, with this link that works once, until %s:\n  %s/setup?link=%s\n",
		link.Expires.Format(time.RFC3339), base, link.Secret)
	return nil
}

// public is how people reach the server as the operator says; empty: he does not.
func (s *server) public() string {
	if u := s.o.PublicURL; u != nil {
		return u.Scheme + "://" + u.Host
	}
	return ""
}

// base is how people reach the server, without a slash at the end.
func (s *server) base() string {
	if u := s.public(); u != "" {
		return u
	}
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return "http://" + s.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// handler is everything that is served over HTTP.
func (s *server) handler() (http.Handler, error) {
	https := s.o.PublicURL != nil && s.o.PublicURL.Scheme == "https"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /__lbheartbeat__", alive)
	mux.HandleFunc("GET /__heartbeat__", heartbeat(s.checks(), s.o.Clock))
	mux.HandleFunc("GET /__version__", version(s.o.Version))
	mux.Handle("GET /metrics", s.metrics.Handler())
	if s.o.plays(API) {
		mux.Handle(httpapi.Prefix+"/", httpapi.New(s.app, httpapi.Options{
			Version: s.o.Version, Log: s.log, ActorRate: s.o.ActorRate, AddressRate: s.o.AddressRate, MaxUpload: s.o.MaxUpload,
		}))
		mux.Handle("/", webui.New(s.app, webui.Options{Version: s.o.Version, Secure: https, Base: s.public(), Log: s.log}))
	}
	guarded, err := sameOrigin(mux, s.o.PublicURL)
	if err != nil {
		return nil, errs.E(errs.Invalid, "the public URL: %w", err)
	}
	observed := telemetry.Observed{Log: s.log, Metrics: s.metrics, Tracer: s.traces, Part: partOf, Quiet: operational, Clock: s.o.Clock}
	return paced(behind(observed.Handler(secured(guarded, https)), s.o.TrustedProxies), usual(time.Now)), nil // deadlines are the machine's
}

// checks are what the heartbeat looks at.
func (s *server) checks() []check {
	return []check{
		{"database", true, func(ctx context.Context) (string, error) { return "", s.db.Ping(ctx) }},
		{"migrations", true, func(ctx context.Context) (string, error) {
			current, err := s.db.Current(ctx)
			if err == nil && !current {
				err = errs.E(errs.Stale, "migrations are missing")
			}
			return "", err
		}},
		{"blobs", true, func(ctx context.Context) (string, error) { return "", s.blobs.Check(ctx) }},
		{"advisories", false, s.checkAdvisories},
	}
}

func (s *server) checkAdvisories(ctx context.Context) (string, error) {
	_, release, done, err := s.releases.Current(ctx)
	if err != nil {
		return "", err
	}
	done()
	return "release " + release.Name, nil
}
