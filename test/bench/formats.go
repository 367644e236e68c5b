package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/match"
	"github.com/assay-sca/assay/internal/vulndb"
)

// formats prints how fast each format is read and in how much memory, and how
// fast advisories are compared.
func (b *bench) formats(ctx context.Context) error {
	if err := b.self(ctx, "formats"); err != nil {
		return fmt.Errorf("formats: %w", err)
	}
	return nil
}

// enough is how long each format is read over and over.
const enough = 200 * time.Millisecond

// maxSample bounds what is read of a format, in bytes.
const maxSample = 8 << 20

func (b *bench) formatsOnce() error {
	ctx := context.Background()
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	generated, err := samples(filepath.Join(b.dir, cases[len(cases)-1].paths[0]))
	if err != nil {
		return err
	}
	real := map[string][]extract.Input{}
	if b.data != "" {
		if real, err = samples(filepath.Join(b.data, "..", "fixtures")); err != nil {
			return err
		}
	}
	fmt.Printf("\nparsing, MB/s of processor time on one processor; what a file of a megabyte takes in memory\n%-28s %10s %10s %10s %10s\n", "", "real files", "generated", "megabyte", "held/file")
	for _, e := range all.Extractors() {
		name := e.Format().Name
		dense, err := denseInput(root, e)
		if err != nil {
			return err
		}
		held, _ := extracttest.Memory(e, dense)
		fmt.Printf("%-28s %10s %10s %10s %10.1f\n", name, throughput(ctx, e, real[name]), throughput(ctx, e, generated[name]),
			throughput(ctx, e, []extract.Input{dense}), held)
	}
	return b.matches(ctx)
}

// denseInput is a file of a megabyte of short entries.
func denseInput(root string, e extract.Extractor) (extract.Input, error) {
	p, err := extracttest.ReadPattern(filepath.Join(root, extracttest.LeafFolder(e)))
	if err != nil {
		return extract.Input{}, err
	}
	path, err := p.Path(e)
	return extract.Input{Path: path, Data: p.Sized(extracttest.DenseSize)}, err
}

// samples reads the files of a tree, by format.
func samples(dir string) (map[string][]extract.Input, error) {
	inputs := map[string][]extract.Input{}
	sizes := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, e := range all.Extractors() {
			name := e.Format().Name
			if !e.Wants(filepath.ToSlash(path)) || sizes[name] > maxSample {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			inputs[name] = append(inputs[name], extract.Input{Path: entry.Name(), Data: data})
			sizes[name] += len(data)
		}
		return nil
	})
	return inputs, err
}

func throughput(ctx context.Context, e extract.Extractor, inputs []extract.Input) string {
	if len(inputs) == 0 {
		return "-"
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	bytes := 0
	began := processorTime()
	for processorTime()-began < enough {
		for _, in := range inputs {
			_, _ = e.Extract(ctx, in) // faults of real files are no matter here
			bytes += len(in.Data)
		}
	}
	return fmt.Sprintf("%.0f", float64(bytes)/1e6/(processorTime()-began).Seconds())
}

// matches matches the components of the last case over and over.
func (b *bench) matches(ctx context.Context) error {
	db, err := vulndb.Open(ctx, b.database())
	if err != nil {
		return err
	}
	defer db.Close()
	inv, err := b.inventory(ctx)
	if err != nil {
		return err
	}
	components, compared := 0, 0
	began := time.Now()
	for time.Since(began) < 3*enough {
		r, err := match.Run(ctx, db, &inv)
		if err != nil {
			return err
		}
		components += len(inv.Components)
		compared += r.Candidates
	}
	seconds := time.Since(began).Seconds()
	fmt.Printf("\nmatching: %.0f components/s, %.0f advisories compared/s, findings included\n", float64(components)/seconds, float64(compared)/seconds)
	return nil
}

func (b *bench) inventory(ctx context.Context) (inventory.Inventory, error) {
	dir := filepath.Dir(filepath.Join(b.dir, cases[2].paths[0]))
	r, err := extract.Run(ctx, os.DirFS(dir), extract.Options{Extractors: all.Extractors(), Limits: extract.DefaultLimits()})
	return r.Inventory, err
}
