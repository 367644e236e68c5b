// Loadserver measures a built server as its users feel it: how soon it is ready,
// how soon a pushed inventory is visible, how many it takes in a minute without
// losing one, how long every list takes with many projects, how much a scan that
// changed nothing adds, and the memory that all of it takes. It stops by itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/test/harness"
	"github.com/assay-sca/assay/test/loadserver/portfolio"
)

type settings struct {
	databases  string
	projects   int
	components int
	uploads    int // components of the inventories that are timed
	samples    int
	seconds    int
	rescans    int
	dir        string
	parts      string
}

func main() {
	var s settings
	flag.StringVar(&s.databases, "databases", "sqlite,postgres", "what to measure on")
	flag.IntVar(&s.projects, "projects", 2000, "projects of the portfolio")
	flag.IntVar(&s.components, "components", 500, "components of each")
	flag.IntVar(&s.uploads, "upload", 1000, "components of the inventories that are timed")
	flag.IntVar(&s.samples, "samples", 60, "inventories that are timed one by one")
	flag.IntVar(&s.seconds, "seconds", 60, "how long the sustained load lasts")
	flag.IntVar(&s.rescans, "rescans", 400, "scans that change nothing")
	flag.StringVar(&s.dir, "dir", "", "folder for everything, which is kept; else one is made and removed")
	flag.StringVar(&s.parts, "parts", "push,lists", "what to measure: push (latency and sustained load), lists (lists and growth)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 40*time.Minute)
	defer cancel()
	if err := measure(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "loadserver:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	settings
	binary     string
	advisories string
	universe   *portfolio.Universe
	shortfalls []string
}

func measure(ctx context.Context, s settings) (err error) {
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "assay-load-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	}
	b := &bench{settings: s, universe: portfolio.New(1), advisories: filepath.Join(s.dir, "advisories.db")}
	if b.binary, err = harness.Build(ctx, s.dir); err != nil {
		return err
	}
	records := filepath.Join(s.dir, "osv")
	if err := b.universe.Records(records, 0); err != nil {
		return err
	}
	if err := harness.BuildDatabase(ctx, b.binary, b.advisories, records); err != nil {
		return err
	}
	for _, kind := range strings.Split(s.databases, ",") {
		if err := b.on(ctx, kind); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	if len(b.shortfalls) > 0 {
		return errors.New("not reached: " + strings.Join(b.shortfalls, "; "))
	}
	return nil
}

// goal prints a figure with what it should be, and remembers when it is not.
func (b *bench) goal(kind, what string, reached bool, figure, goal string) {
	word := "met"
	if !reached {
		word = "NOT MET"
		b.shortfalls = append(b.shortfalls, kind+": "+what+" "+figure+", not "+goal)
	}
	fmt.Printf("  %-44s %-44s target %-14s %s\n", what, figure, goal, word)
}

// target is a database with the servers on it.
type target struct {
	kind   string
	url    string // of PostgreSQL
	data   string
	server *harness.Server
	client *harness.Client
}

// on measures on one kind of database: the parts each on an empty one.
func (b *bench) on(ctx context.Context, kind string) (err error) {
	fmt.Printf("%s\n", kind)
	var postgres *sqlstoretest.Server
	if kind == "postgres" {
		if postgres, err = sqlstoretest.Start(true); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, postgres.Stop()) }()
	}
	for _, part := range []struct {
		name string
		do   func(context.Context, *target) error
	}{{"push", b.push}, {"lists", b.lists}} {
		if !strings.Contains(b.parts, part.name) {
			continue
		}
		t := &target{kind: kind, data: filepath.Join(b.dir, kind+"-"+part.name)}
		if err := os.MkdirAll(t.data, 0o700); err != nil {
			return err
		}
		if postgres != nil {
			t.url = postgres.URL(part.name)
			if err := create(ctx, postgres, part.name); err != nil {
				return err
			}
		}
		if err := b.setUp(ctx, t); err != nil {
			return err
		}
		err := part.do(ctx, t)
		now, most := t.server.Memory()
		fmt.Printf("  %-44s %d MB now, %d MB at most\n", "memory of the server", now>>20, most>>20)
		if err := errors.Join(err, t.server.Stop()); err != nil {
			return err
		}
	}
	return nil
}

// start starts the target's server.
func (b *bench) start(ctx context.Context, t *target, more ...string) error {
	// More jobs at once than by default: those of pushes mostly wait for the disk.
	args := append([]string{"--rate", "-1", "--address-rate", "-1", "--log-level", "warn", "--workers", "16"}, more...)
	server, err := harness.Start(ctx, harness.Options{Binary: b.binary, Data: t.data, Database: t.url, Args: args})
	if err != nil {
		return err
	}
	t.server = server
	if t.client == nil {
		t.client = harness.NewClient(server.URL)
	} else {
		t.client = t.client.At(server.URL)
	}
	return nil
}

// setUp starts a server on an empty database, makes the administrator, gives it
// the advisories, and starts it again for the time that this takes.
func (b *bench) setUp(ctx context.Context, t *target) error {
	if err := b.start(ctx, t); err != nil {
		return err
	}
	b.goal(t.kind, "ready, first start", t.server.Ready < time.Second, t.server.Ready.Round(time.Millisecond).String(), "< 1 s")
	link, err := t.server.SetupLink(ctx)
	if err != nil {
		return err
	}
	if err := t.client.SetUp(ctx, link); err != nil {
		return err
	}
	if err := t.client.Authorize(ctx); err != nil {
		return err
	}
	if err := t.server.Stop(); err != nil {
		return err
	}
	if err := b.start(ctx, t, "--db", b.advisories); err != nil {
		return err
	}
	if err := t.server.Stop(); err != nil {
		return err
	}
	if err := b.start(ctx, t); err != nil {
		return err
	}
	b.goal(t.kind, "ready, later start", t.server.Ready < time.Second, t.server.Ready.Round(time.Millisecond).String(), "< 1 s")
	return nil
}

// get reads a page of the server, as a browser or (for paths of the API) a
// program, and refuses all but 200.
func (t *target) get(ctx context.Context, path string) (harness.Page, error) {
	var page harness.Page
	var err error
	if rest, ok := strings.CutPrefix(path, "/api/v1"); ok {
		page, err = t.client.Call(ctx, http.MethodGet, rest, nil, nil)
	} else {
		page, err = t.client.Get(ctx, path)
	}
	if err == nil && page.Status != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d", path, page.Status)
	}
	if at, parsed := url.Parse(page.Path); err == nil && parsed == nil && at.Path == "/sign-in" {
		err = fmt.Errorf("GET %s led to the sign-in page", path)
	}
	return page, err
}
