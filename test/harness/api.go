package harness

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// Scan is what tests look at of a scan.
type Scan struct {
	ID         string    `json:"id"`
	State      string    `json:"state"`
	Stage      string    `json:"stage"`
	Error      string    `json:"error"`
	Components int       `json:"components"`
	FinishedAt time.Time `json:"finished_at"`
}

// Ended tells whether the scan will not go on.
func (s Scan) Ended() bool { return s.State == "done" || s.State == "failed" || s.State == "cancelled" }

type made struct {
	ID string `json:"id"`
}

// CreateProject makes a project of the administrator's organisation, with
// repositories if there are any, and returns its id.
func (c *Client) CreateProject(ctx context.Context, name string, repositories ...string) (string, error) {
	in := map[string]any{"name": name}
	if len(repositories) > 0 {
		var list []map[string]string
		for _, at := range repositories {
			list = append(list, map[string]string{"url": at})
		}
		in["repositories"] = list
	}
	var out made
	_, err := c.Call(ctx, http.MethodPost, "/projects", in, &out)
	return out.ID, err
}

// Push sends an inventory to a project and returns the scan that it starts.
func (c *Client) Push(ctx context.Context, project string, document []byte) (Scan, error) {
	var out Scan
	_, err := c.Call(ctx, http.MethodPost, "/projects/"+project+"/inventories", bytes.NewReader(document), &out)
	return out, err
}

// PushFile pushes an inventory from its file, which the kernel copies.
func (c *Client) PushFile(ctx context.Context, project, file string) (Scan, error) {
	f, err := os.Open(file)
	if err != nil {
		return Scan{}, err
	}
	defer f.Close()
	var out Scan
	_, err = c.Call(ctx, http.MethodPost, "/projects/"+project+"/inventories", f, &out)
	return out, err
}

// StartScan starts a scan of a project.
func (c *Client) StartScan(ctx context.Context, project string) (Scan, error) {
	var out Scan
	_, err := c.Call(ctx, http.MethodPost, "/projects/"+project+"/scans", map[string]any{}, &out)
	return out, err
}

// Scan reads a scan.
func (c *Client) Scan(ctx context.Context, id string) (Scan, error) {
	var out Scan
	_, err := c.Call(ctx, http.MethodGet, "/scans/"+id, nil, &out)
	return out, err
}

// Await asks for a scan every so often until it has ended.
func (c *Client) Await(ctx context.Context, id string, every time.Duration) (Scan, error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		s, err := c.Scan(ctx, id)
		if err != nil || s.Ended() {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, fmt.Errorf("scan %s is %s at %s: %w", id, s.State, s.Stage, ctx.Err())
		case <-tick.C:
		}
	}
}

// secret is what a token looks like.
var secret = regexp.MustCompile(`assay_[A-Za-z0-9_-]{20,}`)

// Authorize makes a token of the administrator's, by the page for it, for the API.
func (c *Client) Authorize(ctx context.Context) error {
	page, err := c.Get(ctx, "/tokens")
	if err != nil {
		return err
	}
	page, err = c.Submit(ctx, page, "/tokens", url.Values{"name": {"measurement"}, "scopes": {"read", "scan", "triage", "manage"}, "days": {"30"}})
	if err != nil {
		return err
	}
	found := secret.FindString(page.Body)
	if found == "" {
		return fmt.Errorf("no token was shown, status %d: %.3000s", page.Status, page.Body)
	}
	c.Token = found
	return nil
}

// BuildDatabase builds an advisory database of OSV records.
func BuildDatabase(ctx context.Context, binary, out string, from ...string) error {
	cmd := exec.CommandContext(ctx, binary, append([]string{"db", "build", "--out", out}, from...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir()}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the advisory database: %w\n%s", err, text)
	}
	return nil
}
