package main

import (
	"context"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/vulndb"
)

// watch takes the times of a scan's stages from what the scan calls.
type watch struct {
	mu      sync.Mutex
	times   map[string]time.Duration
	began   time.Time // the stage of the scan
	parsed  time.Time // when the last parser returned
	matched time.Duration
}

func newWatch() *watch { return &watch{times: map[string]time.Duration{}} }

func (w *watch) spent(name string, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.times[name] += d
}

// stage is told what begins.
func (w *watch) stage(name string) {
	now := time.Now()
	if name == "match" {
		w.spent(reading, w.parsed.Sub(w.began))
		w.spent(joining, now.Sub(w.parsed))
	}
	w.began = now
}

// finish gives what matching took beside the database to the findings.
func (w *watch) finish() {
	w.spent(merging, max(0, time.Since(w.began)-w.matched))
}

func (w *watch) extractors() []extract.Extractor {
	list := all.Extractors()
	for i := range list {
		list[i] = timedExtractor{list[i], w}
	}
	return list
}

type timedExtractor struct {
	extract.Extractor
	w *watch
}

func (e timedExtractor) Extract(ctx context.Context, in extract.Input) (extract.File, error) {
	f, err := e.Extractor.Extract(ctx, in)
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	e.w.parsed = time.Now()
	return f, err
}

type timedDatabase struct {
	*vulndb.DB
	w *watch
}

func (t *timedDatabase) took(name string, began time.Time, less time.Duration) {
	d := time.Since(began) - less
	t.w.spent(name, d)
	t.w.matched += d
}

// Candidates times the query and what is done with its rows apart.
func (t *timedDatabase) Candidates(ctx context.Context, ecosystem string, names []string, yield func(advisory.Candidate) error) error {
	var compare time.Duration
	began := time.Now()
	err := t.DB.Candidates(ctx, ecosystem, names, func(c advisory.Candidate) error {
		before := time.Now()
		err := yield(c)
		compare += time.Since(before)
		return err
	})
	t.took(candidates, began, compare)
	t.w.spent(comparing, compare)
	t.w.matched += compare
	return err
}

func (t *timedDatabase) Details(ctx context.Context, numbers []int64) (map[int64]advisory.Detail, error) {
	began := time.Now()
	details, err := t.DB.Details(ctx, numbers)
	t.took(coldRows, began, 0)
	return details, err
}

func (t *timedDatabase) Relatives(ctx context.Context, names []string) (map[string][]advisory.Relative, error) {
	began := time.Now()
	relatives, err := t.DB.Relatives(ctx, names)
	t.took(coldRows, began, 0)
	return relatives, err
}

func (t *timedDatabase) Ecosystems(ctx context.Context) (map[string]int, error) {
	began := time.Now()
	known, err := t.DB.Ecosystems(ctx)
	t.took(opening, began, 0)
	return known, err
}
