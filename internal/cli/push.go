package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
)

// scanRow is what is read of a scan.
type scanRow struct {
	ID         string     `json:"id"`
	Project    string     `json:"project"`
	Ref        string     `json:"ref"`
	State      string     `json:"state"`
	Stage      string     `json:"stage"`
	Error      string     `json:"error,omitempty"`
	Components int        `json:"components"`
	Findings   severities `json:"findings"`
	Appeared   int        `json:"appeared"`
	Incomplete bool       `json:"incomplete"`
	Release    string     `json:"release,omitempty"`
	// AskedRelease is the release that Ref was found for.
	AskedRelease string `json:"asked_release,omitempty"`
}

// ended tells whether nothing will change any more.
func (s scanRow) ended() bool {
	return slices.Contains([]string{"done", "failed", "cancelled"}, s.State)
}

// gateFlags decide the exit code of a scan on a server.
type gateFlags struct {
	wait            bool
	failOn          string
	allowIncomplete bool
	out             format
}

func (f *gateFlags) bind(cmd *cobra.Command, wait bool) {
	cmd.Flags().BoolVar(&f.wait, "wait", wait, "wait until the scan has ended")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "none", "least `SEVERITY` of open findings that gives exit code 1: any, low, medium, high, critical, none; a finding of unknown severity reaches each")
	cmd.Flags().BoolVar(&f.allowIncomplete, "allow-incomplete", false, "no exit code 3 for what could not be checked")
	f.out.bind(cmd)
}

func (f *gateFlags) check() error {
	if !slices.Contains([]string{"any", "low", "medium", "high", "critical", "none"}, f.failOn) {
		return errs.E(errs.Invalid, "--fail-on: use any, low, medium, high, critical or none")
	}
	return nil
}

// code is the exit code that a scan which has ended comes to.
func (f *gateFlags) code(s scanRow) int {
	n := s.Findings
	counts := []int{n.Critical, n.High, n.Medium, n.Low, n.None}
	reached := 0
	if levels := map[string]int{"critical": 1, "high": 2, "medium": 3, "low": 4, "any": 5}[f.failOn]; levels > 0 {
		reached = n.Unknown
		for _, count := range counts[:levels] {
			reached += count
		}
	}
	switch {
	case s.State != "done":
		return policy.ExitInput
	case reached > 0:
		return policy.ExitFindings
	case s.Incomplete && !f.allowIncomplete:
		return policy.ExitIncomplete
	}
	return policy.ExitClean
}

func (a *app) pushCommand() *cobra.Command {
	var f remoteFlags
	var g gateFlags
	var project, ref, commit string
	cmd := &cobra.Command{
		Use:   "push FILE",
		Short: "Push an inventory to a server",
		Long: `Sends what assay scan -o json wrote, of FILE or with "-" of standard input, to a project of
the server, which matches it with its advisory database and keeps it as a scan. The server
needs no access to the repository. With --wait the exit code says what was found, as that
of assay scan does.`,
		Example: `  assay scan -o json=inventory.json --fail-on none && assay push inventory.json --project shop --ref main
  assay scan -o json --fail-on none | assay push - --project shop --ref "$BRANCH" --wait --fail-on high`,
		Args: cobra.ExactArgs(1),
	}
	f.bind(cmd)
	g.bind(cmd, false)
	cmd.Flags().StringVar(&project, "project", "", "`NAME` or id of the project")
	cmd.Flags().StringVar(&ref, "ref", "", "branch or tag that the inventory is of, a `REF`")
	cmd.Flags().StringVar(&commit, "commit", "", "`COMMIT` that the inventory is of")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if project == "" {
			return errs.E(errs.Invalid, "which project? name it with --project")
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return err
		}
		s, err := a.push(cmd.Context(), r, args[0], project, url.Values{"ref": {ref}, "commit": {commit}})
		if err != nil {
			return err
		}
		return a.outcome(cmd.Context(), r, s, &g)
	}
	return cmd
}

func (a *app) push(ctx context.Context, r *remote, file, project string, q url.Values) (s scanRow, err error) {
	body := a.stdin()
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return s, errs.E(errs.NotFound, "read the inventory: %w", err)
		}
		defer f.Close() //nolint:errcheck // only read
		body = f
	}
	p, err := r.project(ctx, project)
	if err != nil {
		return s, err
	}
	for name, values := range q {
		if values[0] == "" {
			q.Del(name)
		}
	}
	path := "/projects/" + p.ID + "/inventories"
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return s, r.send(ctx, http.MethodPost, path, "application/json", body, &s)
}

// outcome waits if it is to, tells of a scan, and makes the exit code of it.
func (a *app) outcome(ctx context.Context, r *remote, s scanRow, g *gateFlags) error {
	if g.wait && !s.ended() {
		var err error
		if s, err = r.await(ctx, s.ID); err != nil {
			return err
		}
	}
	if err := a.show(g.out, s, func(to io.Writer) error { return s.write(to, r.base) }); err != nil {
		return err
	}
	if !s.ended() {
		return nil
	}
	if code := g.code(s); code != policy.ExitClean {
		return exitError(code)
	}
	return nil
}

// pace is how often a scan is asked for.
const pace = 500 * time.Millisecond

func (r *remote) await(ctx context.Context, id string) (s scanRow, err error) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		if err := r.call(ctx, http.MethodGet, "/scans/"+url.PathEscape(id), nil, &s); err != nil || s.ended() {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-tick.C:
		}
	}
}

func (s scanRow) write(to io.Writer, base string) error {
	words := s.State
	switch {
	case s.State == "done":
		n := s.Findings
		words = fmt.Sprintf("%d components; open findings: %d critical, %d high, %d medium, %d low, %d unknown; %d new", s.Components, n.Critical, n.High, n.Medium, n.Low, n.Unknown, s.Appeared)
		if s.Incomplete {
			words += "; not everything could be checked"
		}
		if s.Release == "" {
			words += "; the server has no advisory database"
		}
	case s.Error != "":
		words += ": " + s.Error
	case s.State == "running":
		words += ", at " + s.Stage
	}
	_, err := fmt.Fprintf(to, "%s\n%s/scans/%s\n", words, base, s.ID)
	return err
}

func (a *app) statusCommand() *cobra.Command {
	var f remoteFlags
	var g gateFlags
	cmd := &cobra.Command{
		Use:   "status PROJECT|SCAN",
		Short: "Tell how the last scan of a project, or a scan, stands on a server",
		Long: `Tells how a scan stands, named by its id, or the last one of a project, named by its name
or id. Once it has ended, the exit code says what was found, as that of assay scan does.`,
		Example: `  assay status shop
  assay status shop --wait --fail-on critical`,
		Args: cobra.ExactArgs(1),
	}
	f.bind(cmd)
	g.bind(cmd, false)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return err
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		s, err := r.scan(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return a.outcome(cmd.Context(), r, s, &g)
	}
	return cmd
}

// scan is the scan of an id, or the last one of a project.
func (r *remote) scan(ctx context.Context, which string) (s scanRow, err error) {
	if err := r.call(ctx, http.MethodGet, "/scans/"+url.PathEscape(which), nil, &s); errs.KindOf(err) != errs.NotFound {
		return s, err
	}
	p, err := r.project(ctx, which)
	if err != nil {
		return s, err
	}
	var page struct {
		Items []scanRow `json:"items"`
	}
	if err := r.call(ctx, http.MethodGet, "/projects/"+p.ID+"/scans?limit=1", nil, &page); err != nil {
		return s, err
	}
	if len(page.Items) == 0 {
		return s, errs.E(errs.NotFound, "the project %s has not been scanned yet", p.Name)
	}
	return page.Items[0], nil
}
