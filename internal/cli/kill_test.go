package cli

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
)

// Variables by which TestKillUpdate speaks to the process that it kills.
const (
	killedSource = "ASSAY_TEST_UPDATE_SOURCE"
	killedCache  = "ASSAY_TEST_UPDATE_CACHE"
)

// TestKillUpdateChild is `assay db update` in a process of its own.
func TestKillUpdateChild(t *testing.T) {
	source, cache := os.Getenv(killedSource), os.Getenv(killedCache)
	if source == "" {
		t.Skip("runs as the child of TestKillUpdate")
	}
	fmt.Println("updating")
	code := Main(t.Context(), Env{
		Args:   []string{"db", "update", "--db-source", source, "--db-ecosystems", "npm", "--cache-dir", cache},
		Stdout: io.Discard, Stderr: os.Stderr, Getenv: func(string) string { return "" }, Now: time.Now, Client: loopbackClient(),
	})
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

// candidates are found in each content.
const candidates = 100

// archives are two contents of a source that takes turns: every answer is the
// other one, with a package that both know.
func archives(t *testing.T) http.Handler {
	t.Helper()
	var contents [2][]byte
	for n := range contents {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i := range candidates {
			entry, err := w.Create(fmt.Sprintf("A-%d.json", i))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(entry, `{"id":"A-%d","summary":"content %d","affected":[{"package":{"ecosystem":"npm","name":"left"},"versions":["1.0.%d"]}]}`, i, n, i)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		contents[n] = out.Bytes()
	}
	var turn atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if filepath.Base(r.URL.Path) != "all.zip" {
			http.NotFound(w, r)
			return
		}
		n := turn.Add(1) % 2
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, turn.Load()))
		_, _ = w.Write(contents[n])
	})
}

// TestKillUpdate: `assay db update` is killed at 20 random points while readers
// keep opening the installed database and searching in it. None of them ever sees
// anything but a whole database, and what is left behind does not grow.
func TestKillUpdate(t *testing.T) { // not parallel: it measures how long an update takes
	cache := t.TempDir()
	server := httptest.NewServer(archives(t))
	defer server.Close()
	if _, err := startUpdate(t, server.URL, cache, -1); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	var read atomic.Int64
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := search(t.Context(), cache); err != nil {
					t.Errorf("a reader: %v", err)
					return
				}
				read.Add(1)
			}
		})
	}
	took, err := startUpdate(t, server.URL, cache, -1) // as long as it takes beside readers
	if err != nil {
		t.Fatal(err)
	}
	was, swapped, most := wholeDatabase(t, cache), 0, 0
	for range 20 {
		_, _ = startUpdate(t, server.URL, cache, rand.N(took*3/2)) // it was killed
		is := wholeDatabase(t, cache)
		if is != was {
			swapped++
		}
		was, most = is, max(most, files(t, cache))
	}
	if _, err := startUpdate(t, server.URL, cache, -1); err != nil {
		t.Error(err)
	}
	close(stop)
	readers.Wait()
	t.Logf("%d searches while 20 updates were killed, %d after the swap; at most %d files lay there", read.Load(), swapped, most)
	// Two databases, the pointer, two locks, the archive, its state, the mark of its
	// use; a killed update adds its own build and download, not those of all before it.
	if most > 24 {
		t.Errorf("up to %d files lay there", most)
	}
	if got := files(t, cache); got > 8 {
		t.Errorf("after an update there are %d files", got)
	}
}

// search is what a scan does with the installed database.
func search(ctx context.Context, cache string) error {
	a := &app{Env: Env{Getenv: func(string) string { return "" }}, cacheDir: cache}
	db, closeDB, err := a.open(ctx, &database{})
	if err != nil {
		return err
	}
	defer closeDB()
	found := 0
	err = db.Candidates(ctx, "npm", []string{"left"}, func(advisory.Candidate) error { found++; return nil })
	if err == nil && found != candidates {
		err = errs.E(errs.Damaged, "%d candidates instead of %d", found, candidates)
	}
	return err
}

// wholeDatabase reads all of the installed database and names its file.
func wholeDatabase(t *testing.T, cache string) string {
	t.Helper()
	a := &app{Env: Env{Getenv: func(string) string { return "" }}, cacheDir: cache}
	db, closeDB, err := a.open(t.Context(), &database{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB()
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir, err := a.releases()
	if err != nil {
		t.Fatal(err)
	}
	file, err := dir.Current()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func files(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// startUpdate runs an update, and kills it some time after its start unless that
// is negative.
func startUpdate(t *testing.T, source, cache string, after time.Duration) (took time.Duration, err error) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillUpdateChild$")
	child.Env = append(os.Environ(), killedSource+"="+source, killedCache+"="+cache)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the child has not started")
	}
	start := time.Now()
	if after >= 0 {
		time.Sleep(after)
		if err := child.Process.Kill(); err != nil && child.ProcessState == nil {
			t.Logf("kill: %v", err) // it may have ended by itself
		}
	}
	_, _ = io.Copy(io.Discard, out)
	err = child.Wait()
	return time.Since(start), err
}
