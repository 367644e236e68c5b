package build

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// killed names the file that the child process of TestKill builds.
const killed = "ASSAY_TEST_BUILD"

// bulk are enough records for a build to take a while, some of them variants.
func bulk() []string {
	var out []string
	for i := range 160 {
		out = append(out, fmt.Sprintf(`{"id":"A-%d","modified":"2024-01-01T00:00:00Z","affected":[%s]}`, i%150, in("npm", fmt.Sprint("p", i), "0", "1.0.0")))
	}
	return out
}

// TestKillChild is the process that TestKill kills.
func TestKillChild(t *testing.T) {
	file := os.Getenv(killed)
	if file == "" {
		t.Skip("runs as the child of TestKill")
	}
	sets := []feed.Set{set(t, "bulk", bulk()...)}
	fmt.Println("building")
	for parent := os.Getppid(); os.Getppid() == parent; { // not beyond its parent's end
		if _, err := Run(t.Context(), file, sets, Options{Built: built}, Limits{}, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKill: whenever the process is killed, the file is the old or the new one,
// whole, and what is left behind does not stop the next build.
func TestKill(t *testing.T) { // not parallel: it measures how long a build takes
	file := filepath.Join(t.TempDir(), "a.db")
	old, report := run(t, Limits{}, set(t, "all", records()...))
	start := time.Now()
	_, bulkReport := run(t, Limits{}, set(t, "bulk", bulk()...))
	took := time.Since(start)
	was, is := report.Metadata.Digest, bulkReport.Metadata.Digest
	data, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]int{}
	for range 20 {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		buildAndKill(t, file, rand.N(took*3/2))
		digest := verify(t, file).Digest
		if digest != was && digest != is {
			t.Fatalf("the file has the digest %s", digest)
		}
		outcomes[digest]++
		// What one killed build leaves, the next one removes: there are never two.
		if left := besides(t, file); len(left) > 3 {
			t.Fatalf("after a killed build there are %v", left)
		}
	}
	t.Logf("killed in %d builds before and in %d after the swap", outcomes[was], outcomes[is])
	if _, err := Run(t.Context(), file, []feed.Set{set(t, "all", records()...)}, Options{Built: built}, Limits{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := verify(t, file).Digest; got != was {
		t.Errorf("the next build has the digest %s, want %s", got, was)
	}
	if left := besides(t, file); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// besides lists what else is in a file's folder.
func besides(t *testing.T, file string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Name() != filepath.Base(file) {
			out = append(out, e.Name())
		}
	}
	return out
}

// TestSweep: what nobody holds is removed, and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "a.db")
	live, lock, err := claim(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{live, live + ".blobs", out + ".7.building", out + ".7.building.blobs", out + ".8.building.lock", out + ".8.building",
		out + ".9.building.blobs", out, out + ".x.building", out + ".building", out + ".7.building.mine", filepath.Join(dir, "b.db.7.building")} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(out+".5.building", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := sweep(out); err != nil {
		t.Fatal(err)
	}
	base := filepath.Base(live)
	want := []string{base, base + ".blobs", base + ".lock", "a.db.5.building", "a.db.7.building.mine", "a.db.building", "a.db.x.building", "b.db.7.building"}
	slices.Sort(want)
	if diff := cmp.Diff(want, besides(t, out)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if err := release(lock); err != nil {
		t.Fatal(err)
	}
	if err := sweep(out); err != nil {
		t.Fatal(err)
	}
	if left := besides(t, out); slices.Contains(left, base) {
		t.Errorf("the released build is still there: %v", left)
	}
	if err := sweep(filepath.Join(dir, "none", "a.db")); err == nil {
		t.Error("a folder that is not there")
	}
}

// buildAndKill kills a building process some time after its start.
func buildAndKill(t *testing.T, file string, after time.Duration) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillChild$")
	child.Env = append(os.Environ(), killed+"="+file)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	started := bufio.NewScanner(out).Scan()
	time.Sleep(after)
	if err := child.Process.Kill(); err != nil || !started {
		t.Fatalf("the child has started: %t, killed: %v", started, err)
	}
	_ = child.Wait() // it was killed
}
