package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
)

// digest and file are those of the n-th release.
func digest(n int) string { return fmt.Sprintf("sha256:%064x", n) }

func at(n int) time.Time { return time.Unix(int64(1_800_000_000+n), 0) }

func fileOf(n int) string { return fmt.Sprintf("%064x-%d.db", n, at(n).Unix()) }

// install puts a release of made-up content in place.
func install(t *testing.T, d Dir, n int) {
	t.Helper()
	file, err := d.Temporary()
	if err == nil {
		err = os.WriteFile(file, []byte(digest(n)), 0o600)
	}
	if err == nil {
		err = d.Install(file, digest(n), at(n))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func current(t *testing.T, d Dir) string {
	t.Helper()
	file, err := d.Current()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func files(t *testing.T, d Dir) []string {
	t.Helper()
	entries, err := os.ReadDir(string(d))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestInstall(t *testing.T) {
	t.Parallel()
	d := Dir(filepath.Join(t.TempDir(), "made", "here"))
	if _, err := d.Current(); errs.KindOf(err) != errs.NotFound {
		t.Errorf("error %v, want one of the kind NotFound", err)
	}
	for n := range 4 {
		install(t, d, n)
		if got := current(t, d); got != digest(n) {
			t.Errorf("after release %d the current one is %s", n, got)
		}
		want := []string{fileOf(n), "current"}
		if n > 0 { // the one before stays for readers that are about to open it
			want = []string{fileOf(n - 1), fileOf(n), "current"}
		}
		if diff := cmp.Diff(want, files(t, d)); diff != "" {
			t.Errorf("files mismatch (-want +got):\n%s", diff)
		}
	}
	install(t, d, 3) // the same again
	if diff := cmp.Diff([]string{fileOf(3), "current"}, files(t, d)); diff != "" || current(t, d) != digest(3) {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
}

func TestInstallFails(t *testing.T) {
	t.Parallel()
	d := Dir(t.TempDir())
	install(t, d, 1)
	file, err := d.Temporary()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Install(file, digest(2), at(2)); err == nil {
		t.Error("a file that is not there is installed")
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "sha256:", "sha256:../../x", strings.ToUpper(digest(171)), digest(1) + "0"} {
		if err := d.Install(file, bad, at(2)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("digest %q: error %v, want one of the kind Invalid", bad, err)
		}
	}
	if got := current(t, d); got != digest(1) {
		t.Errorf("the current one is %s", got)
	}
}

func TestPointerDamaged(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "../../etc/passwd", "x.db", fileOf(1)[:40], fileOf(1) + "\n" + fileOf(2), "/" + fileOf(1), "\x00"} {
		d := Dir(t.TempDir())
		install(t, d, 1)
		if err := os.WriteFile(filepath.Join(string(d), "current"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Current(); errs.KindOf(err) != errs.Damaged || !strings.Contains(err.Error(), string(d)) {
			t.Errorf("%q: error %v, want one of the kind Damaged with the path", text, err)
		}
		install(t, d, 2) // mends it
		if got := current(t, d); got != digest(2) {
			t.Errorf("%q: the current one is %s", text, got)
		}
	}
}

// TestInterrupted: a process that dies between the steps of an installation
// leaves the old release in use, and nothing that the next does not clear away.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	touch := func(t *testing.T, d Dir, name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(string(d), name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		left  func(t *testing.T, d Dir)
		still int
	}{
		{"while it built", func(t *testing.T, d Dir) { touch(t, d, "new-4711.123.building") }, 1},
		{"before it named the file", func(t *testing.T, d Dir) { touch(t, d, "new-4711") }, 1},
		{"before it pointed to the file", func(t *testing.T, d Dir) { touch(t, d, fileOf(2)) }, 1},
		{"while it wrote the pointer", func(t *testing.T, d Dir) { touch(t, d, fileOf(2)); touch(t, d, "current.123") }, 1},
		{"before it removed the old", func(t *testing.T, d Dir) {
			old, err := os.ReadFile(filepath.Join(string(d), fileOf(0)))
			install(t, d, 2)
			if err := errors.Join(err, os.WriteFile(filepath.Join(string(d), fileOf(0)), old, 0o600)); err != nil {
				t.Fatal(err)
			}
		}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := Dir(t.TempDir())
			install(t, d, 0)
			install(t, d, 1)
			test.left(t, d)
			if got := current(t, d); got != digest(test.still) {
				t.Errorf("the current one is %s, want %s", got, digest(test.still))
			}
			install(t, d, 3)
			if diff := cmp.Diff([]string{fileOf(test.still), fileOf(3), "current"}, files(t, d)); diff != "" || current(t, d) != digest(3) {
				t.Errorf("files mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReaders: however often releases are installed meanwhile, a reader finds a
// whole one. Between pointer and file two installations may pass; then it looks
// again, as the commands do.
func TestReaders(t *testing.T) {
	t.Parallel()
	d := Dir(t.TempDir())
	install(t, d, 0)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for reading := true; reading; {
				select {
				case <-done:
					reading = false
				default:
				}
				if err := lookUp(d); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := range 60 {
		install(t, d, n)
	}
	close(done)
	readers.Wait()
}

func lookUp(d Dir) error {
	for range 1000 {
		file, err := d.Current()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil || !strings.HasPrefix(string(data), "sha256:") || len(data) != 71 {
			return fmt.Errorf("read %q, %w", data, err)
		}
		return nil
	}
	return errors.New("there is never a file where the pointer points")
}

func TestLock(t *testing.T) {
	t.Parallel()
	d := Dir(filepath.Join(t.TempDir(), "made", "here"))
	var inside, entered atomic.Int32
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			unlock, err := d.Lock(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d hold the lock", n)
			}
			entered.Add(1)
			runtime.Gosched()
			inside.Add(-1)
			if err := unlock(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := entered.Load(); got != 5 {
		t.Errorf("%d of 5 got the lock", got)
	}
}

func TestLockWaits(t *testing.T) {
	t.Parallel()
	d := Dir(t.TempDir())
	unlock, err := d.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := d.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that the time was up", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = d.Lock(t.Context())
	if err := errors.Join(err, unlock()); err != nil {
		t.Error(err)
	}
}

// TestNoFolder: where the folder cannot be made or read, the error says so.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := Dir(filepath.Join(file, "db"))
	if _, err := d.Current(); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Current: %v, want one of the kind Unavailable", err)
	}
	if _, err := d.Temporary(); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Temporary: %v, want one of the kind Unavailable", err)
	}
	if _, err := d.Lock(t.Context()); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Lock: %v, want one of the kind Unavailable", err)
	}
}
