package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what one process took.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// processes runs the program on every case, in both formats and at every scale.
func (b *bench) processes(ctx context.Context) error {
	for _, c := range cases {
		fmt.Printf("\n(%s) %s: whole process, target %d ms and %d MB\n", c.name, c.what, c.wall/ms, c.peak/1e6)
		fmt.Printf("%-14s %26s %26s %23s  %s\n", "", "wall ms", "user + system ms", "peak MB", "met")
		for _, format := range []string{"table", "json"} {
			for at, times := range scales {
				if c.paths[at] == "" {
					continue
				}
				if err := b.process(ctx, &c, format, at); err != nil {
					return fmt.Errorf("(%s) %s %dx: %w", c.name, format, times, err)
				}
			}
		}
	}
	return nil
}

func (b *bench) process(ctx context.Context, c *benchCase, format string, at int) error {
	samples, err := b.series(ctx, filepath.Join(b.dir, c.paths[at]), format)
	if err != nil {
		return err
	}
	if format == "json" {
		if err := b.self(ctx, "check", b.out(), strconv.Itoa(c.components*scales[at])); err != nil {
			return err
		}
	}
	wall, peak := wallOf(samples), peakMB(samples)
	met := ""
	if at == 0 {
		met = "yes"
		if wall[1] > float64(c.wall)/float64(ms) || peak[1] > float64(c.peak)/1e6 {
			met, b.missed = "NO", b.missed+1
		}
	}
	printSamples(fmt.Sprintf("%-9s %d x", format, scales[at]), samples, met)
	return nil
}

// real scans real files, where they are: the figures to hold beside those of
// other scanners.
func (b *bench) real(ctx context.Context) error {
	if b.data == "" {
		return nil
	}
	fmt.Printf("\nreal files, no target\n")
	for _, label := range []string{"one lockfile", "all fixtures"} {
		path := filepath.Join(b.data, "..", "fixtures")
		if label == "one lockfile" {
			path = filepath.Join(path, "npm-v2-axios", "package-lock.json")
		}
		if _, err := os.Stat(path); err != nil {
			continue
		}
		samples, err := b.series(ctx, path, "json")
		if err != nil {
			return err
		}
		printSamples(label, samples, "")
	}
	return nil
}

// series scans a target again and again; the first time only warms.
func (b *bench) series(ctx context.Context, target, format string) ([]sample, error) {
	samples := make([]sample, b.runs+1)
	for i := range samples {
		var err error
		if samples[i], err = b.scan(ctx, target, format); err != nil {
			return nil, err
		}
	}
	return samples[1:], nil
}

func wallOf(samples []sample) [3]float64 {
	return spread(samples, func(s sample) float64 { return float64(s.wall) / float64(ms) })
}

func peakMB(samples []sample) [3]float64 {
	return spread(samples, func(s sample) float64 { return float64(s.peak) / 1e6 })
}

func printSamples(what string, samples []sample, met string) {
	cpu := spread(samples, func(s sample) float64 { return float64(s.cpu) / float64(ms) })
	fmt.Printf("%-14s %26s %26s %23s  %s\n", what, text(wallOf(samples)), text(cpu), text(peakMB(samples)), met)
}

// out is where reports go.
func (b *bench) out() string { return filepath.Join(b.dir, "out") }

// scan runs one cold process; its report goes to a file.
func (b *bench) scan(ctx context.Context, target, format string) (sample, error) {
	return b.run(ctx, "scan", "--db", b.database(), "--offline", "--db-max-age", "0",
		"--fail-on", "none", "--allow-incomplete", "-o", format, target)
}

func (b *bench) run(ctx context.Context, args ...string) (sample, error) {
	f, err := os.Create(b.out())
	if err != nil {
		return sample{}, err
	}
	defer f.Close()
	var messages strings.Builder
	cmd := exec.CommandContext(ctx, b.program(), args...)
	cmd.Env = []string{"HOME=" + b.dir, "NO_COLOR=1"}
	cmd.Stdout, cmd.Stderr = f, &messages
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("run assay %s: %w\n%s", strings.Join(args, " "), err, messages.String())
	}
	state := cmd.ProcessState
	return sample{wall: time.Since(began), cpu: state.UserTime() + state.SystemTime(), peak: peakOf(state)}, nil
}

// checkResult makes sure that the work was done that was measured.
func checkResult(file, expected string) error {
	components, err := strconv.Atoi(expected)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var r struct {
		Summary struct {
			Components, Findings int
			Files                struct{ Failed int }
		}
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	if s := r.Summary; s.Components < components || s.Findings == 0 || s.Files.Failed > 0 {
		return fmt.Errorf("the result is not what was made: %+v, expected are %d components", s, components)
	}
	return nil
}

// spread is the least, the median and the greatest.
func spread[T any](list []T, of func(T) float64) [3]float64 {
	values := make([]float64, len(list))
	for i := range list {
		values[i] = of(list[i])
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return [3]float64{values[0], values[len(values)/2], values[len(values)-1]}
}

func text(s [3]float64) string { return fmt.Sprintf("%.1f / %.1f / %.1f", s[0], s[1], s[2]) }
