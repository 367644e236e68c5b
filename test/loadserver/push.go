package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// wanted are the pushes a second that each database is to sustain.
func wanted(kind string) float64 {
	if kind == "postgres" {
		return 50
	}
	return 15
}

// first keeps the projects of the parts apart.
const (
	firstTimed     = 100_000
	firstSustained = 200_000
)

// push measures the latency of single inventories, then the sustained load.
func (b *bench) push(ctx context.Context, t *target) error {
	if err := b.latency(ctx, t); err != nil {
		return err
	}
	count := int(wanted(t.kind) * float64(b.seconds))
	projects, err := b.projectsFor(ctx, t, count)
	if err != nil {
		return err
	}
	if err := b.sustained(ctx, t, projects, 0, "first pushes"); err != nil {
		return err
	}
	return b.sustained(ctx, t, projects, 1, "pushes of what changed")
}

// latency pushes one inventory after another, each of a project of its own, and
// waits until its findings can be read. The first few warm up and are left out.
func (b *bench) latency(ctx context.Context, t *target) error {
	const warm = 5
	var times []time.Duration
	for i := range b.samples + warm {
		document, err := b.universe.Document(firstTimed+i, b.uploads, 0)
		if err != nil {
			return err
		}
		project, err := t.client.CreateProject(ctx, b.universe.Name(firstTimed+i))
		if err != nil {
			return err
		}
		began := time.Now()
		scan, err := t.client.Push(ctx, project, document)
		if err != nil {
			return err
		}
		scan, err = t.client.Await(ctx, scan.ID, 2*time.Millisecond)
		if err != nil {
			return err
		}
		if _, err := t.get(ctx, "/api/v1/projects/"+project+"/findings"); err != nil {
			return err
		}
		took := time.Since(began)
		if scan.State != "done" {
			return fmt.Errorf("the scan ended as %s: %s", scan.State, scan.Error)
		}
		if i >= warm {
			times = append(times, took)
		}
	}
	slices.Sort(times)
	median, most := times[len(times)/2], times[len(times)*95/100]
	b.goal(t.kind, fmt.Sprintf("push of %d components until visible", b.uploads), median < 300*time.Millisecond,
		fmt.Sprintf("median %v, p95 %v", median.Round(time.Millisecond), most.Round(time.Millisecond)), "< 300 ms")
	return nil
}

// sustained offers inventories for a minute, as many at once as senders, and then
// looks whether every one of them was scanned. In its first revision an inventory is
// all new to its project; in the next, two components in a hundred are.
func (b *bench) sustained(ctx context.Context, t *target, projects []string, revision int, what string) error {
	rate, count := wanted(t.kind), len(projects)
	dir := filepath.Join(b.dir, "documents")
	want, err := b.documents(ctx, dir, count, revision)
	if err != nil {
		return err
	}
	before := t.spent(ctx)
	began := time.Now()
	scans, accepted := b.offer(ctx, t, dir, projects, rate)
	sending := time.Since(began)
	for _, id := range slices.Backward(scans) { // the last that was accepted ends last
		if id == "" {
			continue
		}
		if _, err := t.client.Await(ctx, id, 100*time.Millisecond); err != nil {
			return err
		}
		break
	}
	before.tell(t.spent(ctx), accepted)
	lost, last, err := b.outcomes(ctx, t, scans, want)
	if err != nil {
		return err
	}
	lag := max(last.Sub(began)-sending, 0)
	b.goal(t.kind, fmt.Sprintf("%.0f %s a second for %d s", rate, what, b.seconds), float64(accepted) >= rate*float64(b.seconds) && sending.Seconds() < float64(b.seconds)*1.05 && lag < 5*time.Second,
		fmt.Sprintf("%d in %.0f s, all visible %.1f s later", accepted, sending.Seconds(), lag.Seconds()), fmt.Sprintf("%.0f a second", rate))
	b.goal(t.kind, "pushes lost", lost == 0 && int(accepted) == count, fmt.Sprintf("%d of %d", lost+count-int(accepted), count), "0")
	return nil
}

// outcomes waits for the scans, and counts those that did not find what was sent.
// last is when the last of them ended, by the server: asking for each takes longer
// than working the last ones.
func (b *bench) outcomes(ctx context.Context, t *target, scans []string, want []int) (lost int, last time.Time, err error) {
	for i, id := range scans {
		if id == "" {
			continue
		}
		scan, err := t.client.Await(ctx, id, 100*time.Millisecond)
		if err != nil {
			return lost, last, err
		}
		if scan.FinishedAt.After(last) {
			last = scan.FinishedAt
		}
		if scan.State != "done" || scan.Components != want[i] {
			lost++
			fmt.Printf("    scan %s: %s %s, %d of %d components\n", id, scan.State, scan.Error, scan.Components, want[i])
		}
	}
	return lost, last, nil
}

// documents writes the inventories beforehand, and counts their components: that
// takes time which is not the server's.
func (b *bench) documents(ctx context.Context, dir string, count, revision int) ([]int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	want := make([]int, count)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range count {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			data, err := b.universe.Document(firstSustained+i, b.uploads, revision)
			if err != nil {
				return err
			}
			if want[i], err = distinct(data); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".json"), data, 0o644)
		})
	}
	return want, group.Wait()
}

func (b *bench) projectsFor(ctx context.Context, t *target, count int) ([]string, error) {
	ids := make([]string, count)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range count {
		group.Go(func() (err error) {
			ids[i], err = t.client.CreateProject(ctx, b.universe.Name(firstSustained+i))
			return err
		})
	}
	return ids, group.Wait()
}

// offer sends one after the other at the given rate a second, several at a time if
// the server is slow, and returns the scans.
func (b *bench) offer(ctx context.Context, t *target, dir string, projects []string, rate float64) ([]string, int64) {
	const senders = 64
	scans := make([]string, len(projects))
	var next, accepted atomic.Int64
	began := time.Now()
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(projects) || ctx.Err() != nil {
					return
				}
				<-time.After(time.Until(began.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
				scan, err := t.client.PushFile(ctx, projects[i], filepath.Join(dir, strconv.Itoa(i)+".json"))
				if err != nil {
					fmt.Println("    refused:", err)
					continue
				}
				scans[i] = scan.ID
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	return scans, accepted.Load()
}

// distinct counts the components of a document.
func distinct(data []byte) (int, error) {
	var d struct {
		Components []struct{} `json:"components"`
	}
	err := json.Unmarshal(data, &d)
	return len(d.Components), err
}
