package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/assay-sca/assay/test/bench/corpus"
)

// ready marks a folder in which everything was made. It holds what a change of
// this program changes, so that an old folder is not taken for a new one.
const ready = "ready-2"

func (b *bench) database() string { return filepath.Join(b.dir, "advisories.db") }
func (b *bench) program() string  { return filepath.Join(b.dir, "assay") }

// prepare makes the sources, unless the folder has them.
func (b *bench) prepare() error {
	mark := filepath.Join(b.dir, ready)
	if _, err := os.Stat(mark); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	osv := b.data
	if osv == "" {
		osv = filepath.Join(b.dir, "osv")
		if err := corpus.Records(osv); err != nil {
			return err
		}
	}
	catalogue, err := corpus.ReadCatalogue(osv)
	if err != nil {
		return err
	}
	for _, c := range cases {
		for at, times := range scales {
			if c.paths[at] == "" {
				continue
			}
			fmt.Printf("making %s, %d x\n", c.what, times)
			if err := c.make(catalogue, b.dir, at); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(mark, nil, 0o644)
}

// build builds the program as a release is, and with it the database.
func (b *bench) build(ctx context.Context) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.program(), "./cmd/assay")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	osv, what := b.data, "real"
	if osv == "" {
		osv, what = filepath.Join(b.dir, "osv"), "generated"
	}
	cmd = exec.CommandContext(ctx, b.program(), "db", "build", "--out", b.database(), osv)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the database: %w\n%s", err, out)
	}
	info, err := os.Stat(b.database())
	if err != nil {
		return err
	}
	fmt.Printf("advisories: %s, a database of %d MB\n", what, info.Size()>>20)
	return nil
}
