package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/assay-sca/assay/test/bench/corpus"
)

// scales are the sizes by which the cost is shown to be linear.
var scales = [3]int{1, 2, 4}

// benchCase is a source with its targets at the first scale.
type benchCase struct {
	name, what string
	wall       time.Duration
	peak       int64               // bytes
	components int                 // at least so many must be in the result
	paths      [len(scales)]string // what is scanned at each scale; empty: it has not that scale
	make       func(c corpus.Catalogue, dir string, at int) error
	budgets    map[string]time.Duration // by stage
}

const ms = time.Millisecond

var cases = []benchCase{
	{
		name: "a", what: "a lockfile of 2,000 packages", wall: 60 * ms, peak: 60e6, components: 2000,
		paths: lockPaths("lock"), make: lockfile("lock", 2000),
		budgets: map[string]time.Duration{start: 8 * ms, reading: 8 * ms, opening: 2 * ms, candidates: 3 * ms, comparing: ms, coldRows: 3 * ms, output: 5 * ms},
	},
	{
		name: "b", what: "2,000 manifests among 50,000 other files", wall: 1500 * ms, peak: 200e6, components: 17_000,
		// Each scale lies within the next.
		paths: [...]string{"tree/half/part-0", "tree/half", "tree"}, make: trees,
		budgets: map[string]time.Duration{walking: 200 * ms},
	},
	{
		name: "c", what: "10,000 components in one lockfile", wall: 250 * ms, peak: 150e6, components: 10_000,
		paths: lockPaths("components"), make: lockfile("components", 10_000),
		budgets: map[string]time.Duration{reading: 40 * ms, joining: 15 * ms, candidates: 10 * ms, comparing: 10 * ms, output: 30 * ms},
	},
	{
		name: "d", what: "2,000 manifests of all formats among 50,000 other files", wall: 2000 * ms, peak: 200e6, components: 25_000,
		paths: [...]string{0: "formats", len(scales) - 1: ""}, make: formats,
		budgets: map[string]time.Duration{walking: 200 * ms},
	},
}

func lockPaths(name string) (paths [len(scales)]string) {
	for i, times := range scales {
		paths[i] = fmt.Sprintf("%s-%d/package-lock.json", name, times)
	}
	return paths
}

func lockfile(name string, packages int) func(corpus.Catalogue, string, int) error {
	return func(c corpus.Catalogue, dir string, at int) error {
		return c.Lockfile(filepath.Join(dir, fmt.Sprintf("%s-%d", name, scales[at])), packages*scales[at], 1)
	}
}

// formats makes a tree of every format that there is, at the first scale.
func formats(c corpus.Catalogue, dir string, _ int) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	return c.Formats(filepath.Join(dir, "formats"), root, 1)
}

// trees makes those parts that a scale has and the one before it has not.
func trees(c corpus.Catalogue, dir string, at int) error {
	parts := [len(scales)][]string{{"half/part-0"}, {"half/part-1"}, {"part-2", "part-3"}}
	for n, part := range parts[at] {
		if err := c.Tree(filepath.Join(dir, "tree", part), uint64(10*at+n)); err != nil {
			return err
		}
	}
	return nil
}
