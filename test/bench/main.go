// Command bench measures the program as its users meet it: cold processes on
// sources of known shape, beside the targets of docs/performance.md, each stage
// beside its budget, and each format's reader in MB/s.
//
// It makes the sources itself, the same ones on every machine. The advisories are
// those of ../shared/data/osv where that folder is, else generated. Nothing is
// fetched. A missed target is reported, and an error only with -check.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// bench is one measurement.
type bench struct {
	dir    string // of everything that is made
	runs   int    // of each cold process
	data   string // OSV exports; empty: generate
	missed int    // targets
}

func main() {
	var b bench
	var check bool
	flag.StringVar(&b.dir, "dir", "", "`FOLDER` to keep the sources in and find them in again (default: a temporary one)")
	flag.StringVar(&b.data, "osv", sharedOSV(), "`FOLDER` with OSV exports, one <Ecosystem>.zip each (empty: generate advisories)")
	flag.IntVar(&b.runs, "n", 11, "how often each process is run")
	flag.BoolVar(&check, "check", false, "exit with 1 if a target is missed")
	flag.Parse()
	err := b.main(context.Background(), flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if check && b.missed > 0 {
		os.Exit(1)
	}
}

// main runs one step in this process, or all of them. What needs memory runs in
// processes of its own: a child's peak is never reported as less than the memory
// of the process that started it.
func (b *bench) main(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return b.step(args)
	}
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "assay-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.dir = dir
	}
	if err := b.self(ctx, "prepare"); err != nil {
		return err
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	fmt.Printf("%s %s/%s, %d processors, %d runs each, warm page cache; min / median / max\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.runs)
	for _, measure := range []func(context.Context) error{b.processes, b.real, b.stages, b.formats} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\n%d targets missed\n", b.missed)
	return nil
}

// step is the part that runs in a process of its own.
func (b *bench) step(args []string) error {
	switch {
	case args[0] == "prepare":
		return b.prepare()
	case args[0] == "stages" && len(args) == 2:
		return b.stagesOnce(args[1])
	case args[0] == "floor" && len(args) == 2:
		return floorOnce(args[1])
	case args[0] == "check" && len(args) == 3:
		return checkResult(args[1], args[2])
	case args[0] == "formats":
		return b.formatsOnce()
	}
	return fmt.Errorf("unknown step %q", args)
}

// self runs a step and shows what it prints.
func (b *bench) self(ctx context.Context, args ...string) error {
	cmd, err := b.selfCommand(ctx, args...)
	if err != nil {
		return err
	}
	cmd.Stdout = os.Stdout
	return cmd.Run()
}

func (b *bench) selfCommand(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"-dir", b.dir, "-osv", b.data}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// sharedOSV finds the real advisories that lie beside the repository.
func sharedOSV() string {
	root, err := moduleRoot()
	if err != nil {
		return ""
	}
	dir := filepath.Join(root, "..", "shared", "data", "osv")
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
	}
	return "", err
}
