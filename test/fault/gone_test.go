package fault_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
	"github.com/assay-sca/assay/test/harness"
)

// away is how long the database is gone, and failing how long the bucket fails: longer
// than the servers wait at once. While the bucket fails the tries of a scan are counted,
// and here they follow one another faster than in operation.
const (
	away    = 30 * time.Second
	failing = 6 * time.Second
)

// refusedPlainly wants an answer of the API to be a problem that says that it may
// work later.
func refusedPlainly(t *testing.T, c *harness.Cluster, what string, err error) {
	t.Helper()
	status := &harness.StatusError{}
	if !errors.As(err, &status) {
		t.Errorf("%s: got %v, want a problem", what, err)
		return
	}
	if status.Status != http.StatusServiceUnavailable && status.Status != http.StatusInsufficientStorage {
		t.Errorf("%s: status %d: %s", what, status.Status, status.Body)
	}
	if !strings.Contains(status.Body, `"status"`) || !strings.Contains(status.Body, `"title"`) || strings.Contains(status.Body, c.Database) {
		t.Errorf("%s: not a problem, or one that tells too much: %s", what, status.Body)
	}
}

// TestDatabaseGone takes the database away for a while, in the middle of scans.
func TestDatabaseGone(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		proxy, err := harness.StartProxy(t.TempDir(), sqlstoretest.Postgres(t).Empty(t))
		must(t, err)
		t.Cleanup(func() { proxy.Close() })
		c := start(t, proxy.URL)
		gone(t, c, proxy.Cut, proxy.Mend)
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		c := start(t, "")
		var hold *sql.Conn
		db, err := sql.Open("sqlite", "file:"+c.Database+"?_pragma=busy_timeout(5000)")
		must(t, err)
		t.Cleanup(func() { db.Close() })
		gone(t, c, func() { // another program holds the file
			hold, err = db.Conn(t.Context())
			must(t, err)
			_, err = hold.ExecContext(t.Context(), "begin immediate")
			must(t, err)
		}, func() {
			_, err := hold.ExecContext(t.Context(), "rollback")
			must(t, errors.Join(err, hold.Close()))
		})
	})
}

func gone(t *testing.T, c *harness.Cluster, cut, mend func()) {
	scans := map[string]string{}
	for i := range 6 {
		project, scan := push(t, c, i, 400)
		scans[scan] = project
	}
	cut()
	back := time.After(away)
	project := ""
	ctx, cancel := context.WithTimeout(t.Context(), away)
	_, err := c.Client.CreateProject(ctx, "not-now")
	cancel()
	if !errors.Is(err, context.DeadlineExceeded) {
		refusedPlainly(t, c, "a project without a database", err)
	}
	<-back
	mend()
	again(t, "make a project when it is back", func(ctx context.Context) (err error) {
		project, err = create(ctx, c, "afterwards")
		return err
	})
	again(t, "push when it is back", func(ctx context.Context) error {
		got, err := c.Client.Push(ctx, project, document(t, 50, 400, 0))
		scans[got.ID] = project
		return err
	})
	delete(scans, "")
	for id := range scans {
		done(t, c, id)
	}
	again(t, "healthy", func(ctx context.Context) error { return healthy(ctx, c) })
	consistent(t, c, scans)
}

func healthy(ctx context.Context, c *harness.Cluster) error {
	for i := range c.Processes() {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server(i).URL+"/__heartbeat__", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New("the heartbeat answers " + response.Status)
		}
	}
	return nil
}

// TestBucketFails lets the bucket fail, in the middle of scans.
func TestBucketFails(t *testing.T) {
	c := start(t, sqlstoretest.Postgres(t).Empty(t))
	scans := map[string]string{}
	for i := range 6 {
		project, scan := push(t, c, i, 400)
		scans[scan] = project
	}
	c.Bucket.Failing.Store(true)
	project, err := c.Client.CreateProject(t.Context(), "no-bucket")
	must(t, err)
	_, err = c.Client.Push(t.Context(), project, document(t, 60, 400, 0))
	refusedPlainly(t, c, "a push without a bucket", err)
	if err := healthy(t.Context(), c); err == nil {
		t.Error("the heartbeat does not tell that the bucket fails")
	}
	<-time.After(failing)
	c.Bucket.Failing.Store(false)
	again(t, "push when it is back", func(ctx context.Context) error {
		got, err := c.Client.Push(ctx, project, document(t, 60, 400, 0))
		scans[got.ID] = project
		return err
	})
	delete(scans, "")
	for id := range scans {
		done(t, c, id)
	}
	consistent(t, c, scans)
}

// TestDiskFull fills the disk on which the server keeps everything.
func TestDiskFull(t *testing.T) {
	p, err := program()
	must(t, err)
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	must(t, os.Mkdir(data, 0o700))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=96m", "assay-test", data).CombinedOutput(); err != nil {
		t.Skipf("skipped: a small disk cannot be had here: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", data).CombinedOutput(); err != nil {
			t.Errorf("unmount: %v: %s", err, out)
		}
	})
	c, err := harness.StartCluster(t.Context(), harness.ClusterOptions{Binary: p.binary, Dir: dir, Args: append(quick[:len(quick):len(quick)], "--db", p.advisories)})
	must(t, err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the server wrote:\n%s", c.Log())
		}
	})
	must(t, c.SetUp(t.Context()))
	must(t, c.Client.Authorize(t.Context()))
	scans := map[string]string{}
	project, scan := push(t, c, 0, 400)
	done(t, c, scan)
	scans[scan] = project
	ballast := filepath.Join(data, "ballast")
	fillDisk(t, ballast)
	refused := 0
	for i := 1; i <= 8; i++ {
		got, err := c.Client.Push(t.Context(), project, document(t, i, 400, 0))
		if err != nil {
			refused++
			refusedPlainly(t, c, "a push onto a full disk", err)
			continue
		}
		scans[got.ID] = project
	}
	if refused == 0 {
		t.Error("nothing was refused although the disk is full")
	}
	if _, err := c.Client.Scan(t.Context(), scan); err != nil {
		t.Errorf("what is there cannot be read: %v", err)
	}
	must(t, os.Remove(ballast))
	again(t, "push when there is room again", func(ctx context.Context) error {
		got, err := c.Client.Push(ctx, project, document(t, 20, 400, 0))
		scans[got.ID] = project
		return err
	})
	delete(scans, "")
	for id := range scans {
		done(t, c, id)
	}
	consistent(t, c, scans)
}

// fillDisk writes a file until nothing more fits.
func fillDisk(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}
