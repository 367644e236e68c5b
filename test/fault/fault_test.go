// Package fault_test breaks what a built server stands on (its processes, the
// database, the bucket, the disk) while it works, and looks that nothing was lost
// or done twice.
package fault_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/test/harness"
	"github.com/assay-sca/assay/test/loadserver/portfolio"
)

// program builds the program once for all tests, with a database of advisories.
var program = sync.OnceValues(func() (made, error) {
	dir, err := built, error(nil)
	m := made{universe: portfolio.New(7), advisories: filepath.Join(dir, "advisories.db")}
	if m.binary, err = harness.Build(context.Background(), dir); err != nil {
		return m, err
	}
	if err := m.universe.Records(filepath.Join(dir, "records"), 0); err != nil {
		return m, err
	}
	return m, harness.BuildDatabase(context.Background(), m.binary, m.advisories, filepath.Join(dir, "records"))
})

type made struct {
	binary, advisories string
	universe           *portfolio.Universe
}

// built is the folder for the program, of TestMain's.
var built string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "assay-fault-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = dir
	return m.Run()
}

// quick are settings by which a server notices soon that something is lost.
var quick = []string{"--allow-local-repositories", "--log-level", "warn", "--rate", "-1", "--address-rate", "-1", "--lost-after", "3s", "--retry-after", "1s"}

// start starts a cluster on a kind of database, with an administrator.
func start(t *testing.T, database string, args ...string) *harness.Cluster {
	t.Helper()
	p, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c, err := harness.StartCluster(t.Context(), harness.ClusterOptions{Binary: p.binary, Dir: t.TempDir(), Database: database,
		Args: append(append(quick[:len(quick):len(quick)], "--db", p.advisories), args...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the servers wrote:\n%s", c.Log())
		}
	})
	must(t, c.SetUp(t.Context()))
	must(t, c.Client.Authorize(t.Context()))
	return c
}

func each(t *testing.T, test func(t *testing.T, c *harness.Cluster)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { test(t, start(t, sqlstoretest.Postgres(t).Empty(t))) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// document is the inventory of a project.
func document(t *testing.T, number, components, revision int) []byte {
	t.Helper()
	p, err := program()
	must(t, err)
	data, err := p.universe.Document(number, components, revision)
	must(t, err)
	return data
}

// again does something until it succeeds: servers are down in between.
func again(t *testing.T, what string, do func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		one, stop := context.WithTimeout(ctx, 10*time.Second)
		err := do(one)
		stop()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, err)
		case <-tick.C:
		}
	}
}

// done waits until a scan is done, and fails when it ends otherwise.
func done(t *testing.T, c *harness.Cluster, scan string) harness.Scan {
	t.Helper()
	var got harness.Scan
	again(t, "wait for the scan "+scan, func(ctx context.Context) (err error) {
		if got, err = c.Client.Scan(ctx, scan); err == nil && !got.Ended() {
			err = fmt.Errorf("it is %s at %s: %s", got.State, got.Stage, got.Error)
		}
		return err
	})
	if got.State != "done" {
		t.Errorf("scan %s ended as %s at %s: %s", scan, got.State, got.Stage, got.Error)
	}
	return got
}

// push makes a project and pushes an inventory to it.
func push(t *testing.T, c *harness.Cluster, number, components int) (project, scan string) {
	t.Helper()
	project, err := c.Client.CreateProject(t.Context(), fmt.Sprintf("project-%d", number))
	must(t, err)
	got, err := c.Client.Push(t.Context(), project, document(t, number, components, 0))
	must(t, err)
	return project, got.ID
}

// repository makes a git repository with a lockfile.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := harness.Repository(t.Context(), filepath.Join(t.TempDir(), "shop"), "examples/shop")
	must(t, err)
	return "file://" + dir
}
