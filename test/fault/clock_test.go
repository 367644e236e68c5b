package fault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/test/harness"
)

// clock is one that can be moved, for servers within this process.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) jump(d time.Duration) { c.ahead.Add(int64(d)) }

type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var link = regexp.MustCompile(`/setup\?\S+`)

// inside runs servers within this process, all with one clock, and returns a client
// of the first.
func inside(t *testing.T, c *clock, all ...server.Options) *harness.Client {
	t.Helper()
	p, err := program()
	must(t, err)
	var client *harness.Client
	for i, o := range all {
		said, written := &output{}, &output{}
		ready := make(chan string, 1)
		o.Clock, o.Out, o.Listen, o.Import, o.AllowLocal = c.now, said, "127.0.0.1:0", p.advisories, true
		o.ActorRate, o.AddressRate, o.Tick = -1, -1, 100*time.Millisecond
		o.LostAfter, o.RetryAfter = 3*time.Second, time.Second
		o.Log = slog.New(slog.NewTextHandler(written, &slog.HandlerOptions{Level: slog.LevelWarn}))
		o.Ready = func(address string) { ready <- address }
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- server.Run(ctx, o) }()
		t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if t.Failed() {
				t.Logf("server %d wrote:\n%s", i, written)
			}
		})
		select {
		case address := <-ready:
			if i == 0 {
				client = harness.NewClient("http://" + address)
				must(t, client.SetUp(t.Context(), link.FindString(said.String())))
				must(t, client.Authorize(t.Context()))
			}
		case err := <-ended:
			ended <- nil
			t.Fatalf("server %d ended: %v\n%s", i, err, written)
		}
	}
	return client
}

// TestClockJumps moves the clock by days in the middle of scans.
func TestClockJumps(t *testing.T) {
	test := func(t *testing.T, database string, o server.Options) {
		hand := &clock{}
		client := inside(t, hand, o)
		c := &harness.Cluster{Client: client, Database: database}
		scans := map[string]string{}
		for i, by := range []time.Duration{26 * time.Hour, -50 * time.Hour, time.Hour, 23 * time.Hour} {
			for n := range 3 {
				project, scan := push(t, c, 10*i+n, 400)
				scans[scan] = project
			}
			hand.jump(by)
			for scan := range scans {
				done(t, c, scan)
			}
		}
		consistent(t, c, scans)
	}
	t.Run("sqlite", func(t *testing.T) {
		data := t.TempDir()
		test(t, data+"/assay.db", server.Options{Data: data})
	})
	t.Run("postgres", func(t *testing.T) {
		database := sqlstoretest.Postgres(t).Empty(t)
		test(t, database, server.Options{Data: t.TempDir(), Database: database})
	})
}

// TestTwoSchedulers lets two schedulers look after one schedule: of each time that
// is due there is one scan.
func TestTwoSchedulers(t *testing.T) {
	database, hand := sqlstoretest.Postgres(t).Empty(t), &clock{}
	data := t.TempDir()
	client := inside(t, hand, server.Options{Data: data, Database: database, Blobs: data + "/blobs", KeyFile: data + "/key"},
		server.Options{Data: t.TempDir(), Database: database, Blobs: data + "/blobs", KeyFile: data + "/key", Roles: []server.Role{server.Scheduler, server.Worker}})
	c := &harness.Cluster{Client: client, Database: database}
	var project struct{ ID string }
	_, err := client.Call(t.Context(), http.MethodPost, "/projects", map[string]any{"name": "nightly", "schedule": "@hourly",
		"repositories": []map[string]string{{"url": repository(t)}}}, &project)
	must(t, err)
	for want := 2; want <= 6; want++ { // the first is that of the project's creation
		hand.jump(time.Hour)
		again(t, "the scheduled scan", func(ctx context.Context) error {
			ids, err := scansOf(ctx, c, project.ID)
			if err == nil && len(ids) != want {
				err = fmt.Errorf("there are %d scans, want %d", len(ids), want)
			}
			for _, id := range ids {
				s, failed := client.Scan(ctx, id)
				if failed == nil && s.State != "done" {
					failed = fmt.Errorf("scan %s is %s", id, s.State)
				}
				err = errors.Join(err, failed)
			}
			return err
		})
	}
	db := opened(t, c)
	if got := rows(t, db, "select trigger, count(*) from scans group by trigger"); len(got) != 2 || got[0] != "create 1" || got[1] != "schedule 5" {
		t.Errorf("the scans are %q", got)
	}
}
