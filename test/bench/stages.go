package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	reports "github.com/assay-sca/assay/internal/report/all"
	"github.com/assay-sca/assay/internal/scan"
	"github.com/assay-sca/assay/internal/source"
	"github.com/assay-sca/assay/internal/vulndb"
)

// The stages, in their order.
const (
	start      = "start of the process"
	walking    = "walk (alone)"
	reading    = "read and parse"
	joining    = "units and purls"
	opening    = "open database"
	candidates = "candidates"
	comparing  = "compare"
	coldRows   = "cold rows"
	merging    = "findings, gates"
	output     = "output json"
	printing   = "output table"
)

var stageNames = []string{start, walking, reading, joining, opening, candidates, comparing, coldRows, merging, output, printing}

// stages prints what each stage of a cold process takes, beside its budget. It
// runs the stages in a process of this program, where they can be timed.
func (b *bench) stages(ctx context.Context) error {
	for _, c := range cases {
		fmt.Printf("\n(%s) stages, ms of %d processes: min / median / max\n", c.name, b.runs)
		path := filepath.Join(b.dir, c.paths[0])
		taken, err := b.repeat(ctx, "stages", path)
		if err != nil {
			return err
		}
		for range b.runs {
			s, err := b.run(ctx, "version")
			if err != nil {
				return err
			}
			taken[start] = append(taken[start], s.wall)
		}
		printTimes(stageNames, taken, c.budgets)
		floor, err := b.repeat(ctx, "floor", path)
		if err != nil {
			return err
		}
		printTimes(floorNames, floor, nil)
	}
	return nil
}

func printTimes(names []string, taken map[string][]time.Duration, budgets map[string]time.Duration) {
	for _, name := range names {
		if times := taken[name]; len(times) > 0 {
			took := spread(times, func(d time.Duration) float64 { return float64(d) / float64(ms) })
			fmt.Printf("  %-24s %24s   %s\n", name, text(took), budget(budgets[name]))
		}
	}
}

func budget(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("budget %d", d/ms)
}

// repeat runs a step that prints times, in processes of their own.
func (b *bench) repeat(ctx context.Context, args ...string) (map[string][]time.Duration, error) {
	taken := map[string][]time.Duration{}
	for range b.runs {
		cmd, err := b.selfCommand(ctx, args...)
		if err != nil {
			return nil, err
		}
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", args[0], err)
		}
		var times map[string]time.Duration
		if err := json.Unmarshal(out, &times); err != nil {
			return nil, err
		}
		for name, d := range times {
			taken[name] = append(taken[name], d)
		}
	}
	return taken, nil
}

// stagesOnce scans once, as cmd/assay does, and prints the time of each stage.
func (b *bench) stagesOnce(target string) error {
	ctx := context.Background()
	src, err := source.Open(ctx, target, "")
	if err != nil {
		return err
	}
	defer src.Close()
	w := newWatch()
	options := extract.Options{Extractors: w.extractors(), Limits: extract.DefaultLimits()}
	result, err := scan.Run(ctx, scan.Request{
		Source: src, Extract: options, Rules: policy.Rules{FailOn: policy.FailOn{Never: true}, AllowIncomplete: true},
		Open: func(ctx context.Context) (scan.Database, error) {
			began := time.Now()
			db, err := vulndb.Open(ctx, b.database())
			w.spent(opening, time.Since(began))
			return &timedDatabase{db, w}, err
		},
		Stage: w.stage,
	})
	if err != nil {
		return err
	}
	w.finish()
	if err := b.reports(w, result); err != nil {
		return err
	}
	began := time.Now()
	if src.File == "" {
		options.Extractors = none()
		if _, err := extract.Run(ctx, src.Tree, options); err != nil {
			return err
		}
		w.spent(walking, time.Since(began))
	}
	return json.NewEncoder(os.Stdout).Encode(w.times)
}

// reports writes the result in each format to a file.
func (b *bench) reports(w *watch, result *finding.Result) error {
	for _, writer := range reports.Writers() {
		f, err := os.Create(b.out())
		if err != nil {
			return err
		}
		began := time.Now()
		err = writer.Write(f, result, report.Options{Now: began})
		w.spent(map[string]string{"json": output, "table": printing}[writer.Name()], time.Since(began))
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// none are extractors that want nothing, though they look at every path.
func none() []extract.Extractor {
	list := all.Extractors()
	for i := range list {
		list[i] = unwanting{list[i]}
	}
	return list
}

type unwanting struct{ extract.Extractor }

func (u unwanting) Wants(path string) bool { return u.Extractor.Wants(path) && false }
