package fault_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/assay-sca/assay/test/harness"
)

// TestKill ends processes as a failing machine would, at random moments of 50
// scans, half of repositories and half pushed, and finds every scan completed
// exactly once in the end.
func TestKill(t *testing.T) {
	each(t, func(t *testing.T, c *harness.Cluster) {
		const pairs, kills = 25, 14
		seed := uint64(time.Now().UnixNano())
		t.Logf("the seed is %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		var mu sync.Mutex
		scans := map[string]string{} // project by scan
		remember := func(scan, project string) {
			mu.Lock()
			defer mu.Unlock()
			scans[scan] = project
		}
		asking, stop := context.WithCancel(t.Context())
		defer stop()
		var sending sync.WaitGroup
		for i := range pairs {
			repository := repository(t)
			sending.Go(func() {
				project := ""
				again(t, "make a project", func(ctx context.Context) (err error) {
					if project == "" {
						project, err = create(ctx, c, fmt.Sprintf("git-%d", i), repository)
					}
					return err
				})
				again(t, "find its first scan", func(ctx context.Context) error {
					ids, err := scansOf(ctx, c, project)
					if err == nil && len(ids) != 1 {
						err = fmt.Errorf("there are %d scans", len(ids))
					}
					if err == nil {
						remember(ids[0], project)
					}
					return err
				})
				again(t, "make a project", func(ctx context.Context) (err error) {
					project, err = create(ctx, c, fmt.Sprintf("push-%d", i))
					return err
				})
				again(t, "push", func(ctx context.Context) error {
					got, err := c.Client.Push(ctx, project, document(t, i, 300, 0))
					if err == nil {
						remember(got.ID, project)
					}
					return err
				})
			})
		}
		for n := range kills {
			select {
			case <-asking.Done():
			case <-time.After(time.Duration(30+r.IntN(600)) * time.Millisecond):
			}
			which := r.IntN(c.Processes())
			must(t, c.Server(which).Kill())
			if n%3 == 0 { // the others go on without it for a while
				<-time.After(time.Duration(r.IntN(800)) * time.Millisecond)
			}
			must(t, c.Start(t.Context(), which))
		}
		sending.Wait()
		for id := range scans {
			done(t, c, id)
		}
		t.Logf("%d scans were taken up %s times", len(scans), rows(t, opened(t, c), "select sum(attempt) from scans"))
		if len(scans) < 2*pairs {
			t.Errorf("%d scans were started, want %d", len(scans), 2*pairs)
		}
		consistent(t, c, scans)
	})
}

// create makes a project; one that is there already (the answer to its making was
// lost) is found by its name.
func create(ctx context.Context, c *harness.Cluster, name string, repositories ...string) (string, error) {
	id, err := c.Client.CreateProject(ctx, name, repositories...)
	if err == nil {
		return id, nil
	}
	var list struct {
		Items []struct{ ID, Name string } `json:"items"`
	}
	if _, listed := c.Client.Call(ctx, "GET", "/projects?limit=200", nil, &list); listed != nil {
		return "", err
	}
	for _, p := range list.Items {
		if p.Name == name {
			return p.ID, nil
		}
	}
	return "", err
}

func scansOf(ctx context.Context, c *harness.Cluster, project string) ([]string, error) {
	var list struct {
		Items []struct{ ID string } `json:"items"`
	}
	_, err := c.Client.Call(ctx, "GET", "/projects/"+project+"/scans", nil, &list)
	var ids []string
	for _, s := range list.Items {
		ids = append(ids, s.ID)
	}
	return ids, err
}
