package quality

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// workDir holds the binary and the database of one test run.
var workDir string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "assay-quality-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	workDir = dir
	return m.Run()
}

// sharedData returns the folder with the real data, found by walking up from the
// working directory, or skips the test.
func sharedData(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		candidate := filepath.Join(dir, "..", "shared", "data")
		if _, err := os.Stat(filepath.Join(candidate, "fixtures", "INDEX.tsv")); err == nil {
			return candidate
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("the real data (../shared/data beside the repository) are not here: nothing was compared")
		}
		dir = parent
	}
}

// program builds the binary, once a test run.
var program = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(workDir, "assay")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/assay")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return bin, nil
})

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
	}
	return "", err
}

// assay runs the program away from anything of the user's.
func assay(t testing.TB, args ...string) (stdout, stderr []byte, exit int) {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Dir = workDir
	cmd.Env = []string{"HOME=" + workDir, "PATH=" + os.Getenv("PATH"), "NO_COLOR=1"}
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatalf("run assay %q: %v", args, err)
	}
	return out.Bytes(), errs.Bytes(), cmd.ProcessState.ExitCode()
}
