//go:build unix

package all

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestBig scans a file of ASSAY_BIG megabytes of each format with the built
// program and prints how long that took and how much memory it held. It takes
// minutes and gigabytes of disk, so that it only runs when it is asked for:
//
//	ASSAY_BIG=200 go test ./internal/extract/all -run TestBig -v -timeout 1h
func TestBig(t *testing.T) {
	megabytes, err := strconv.Atoi(os.Getenv("ASSAY_BIG"))
	if err != nil {
		t.Skip("skipped: ASSAY_BIG does not say how many megabytes")
	}
	program := filepath.Join(t.TempDir(), "assay")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/assay-sca/assay/cmd/assay")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	all := makers()
	fmt.Printf("%-28s %8s %8s  %s\n", "format", "seconds", "MB", "what the ledger says")
	for _, e := range Extractors() {
		name := e.Format().Name
		t.Run(name, func(t *testing.T) {
			scanBig(t, program, name, all[name], megabytes<<20)
		})
	}
}

// Bounds of a scan of 200 MB, wide of what is measured.
const (
	mostSeconds = 120
	mostMemory  = 3 << 30
)

func scanBig(t *testing.T, program, format string, m maker, size int) {
	dir := t.TempDir()
	file := filepath.Join(dir, filepath.FromSlash(m.path))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.writeBytes(f, size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	began := time.Now()
	scan := exec.CommandContext(ctx, program, "scan", "--db", "sample", "--offline", dir)
	out, err := scan.CombinedOutput()
	took := time.Since(began)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	peak := peakOf(scan.ProcessState)
	says := regexp.MustCompile(`(?m)^.*` + regexp.QuoteMeta(filepath.Base(m.path)) + `.*(more than|read|kept)(.|\n)*?$`).Find(out)
	fmt.Printf("%-28s %8.1f %8d  %.150s\n", format, took.Seconds(), peak>>20, says)
	if code := scan.ProcessState.ExitCode(); code != 3 && code != 1 || took > mostSeconds*time.Second || peak > mostMemory {
		t.Errorf("exit code %d after %v with %d MB\n%.2000s", code, took, peak>>20, out)
	}
}

func peakOf(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
