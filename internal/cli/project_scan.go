package cli

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
)

// scanRequest is what a scan of a repository is asked for with.
type scanRequest struct {
	Repository string `json:"repository,omitempty"`
	Ref        string `json:"ref,omitempty"`
	Release    string `json:"release,omitempty"`
	Language   string `json:"language,omitempty"`
}

func (s *scanRequest) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.Repository, "repository", "", "`URL` or id of the repository (default: the project's only one)")
	cmd.Flags().StringVar(&s.Ref, "ref", "", "branch, tag or commit, a `REF` (default: what the repository is set to)")
	cmd.Flags().StringVar(&s.Release, "release", "", "`NAME` of the release to scan, in the place of a ref: its tag is found by the project's pattern")
	cmd.Flags().StringVar(&s.Language, "language", "", "only this `LANGUAGE` or ecosystem (default: all that is found)")
}

func (a *app) projectScanCommand() *cobra.Command {
	var f remoteFlags
	var g gateFlags
	var in scanRequest
	cmd := &cobra.Command{
		Use: "scan PROJECT", Short: "Have a server scan a project's repository", Args: cobra.ExactArgs(1),
		Long: `Has the server fetch the repository of a project, named by its name or id, and scan it. With
--release it looks for the ref of that release: with the pattern refs/tags/v# the release
"App v1.0" has the first of the tags v1.0.0, v1.0 and v1 that is there. With --wait the exit
code says what was found, as that of assay scan does.`,
		Example: `  assay project scan shop --ref main
  assay project scan shop --release "App v1.0" --wait --fail-on high`,
	}
	f.bind(cmd)
	g.bind(cmd, false)
	in.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return err
		}
		if in.Ref != "" && in.Release != "" {
			return errs.E(errs.Invalid, "--release stands in the place of --ref: give only one of them")
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		p, err := r.project(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if in.Repository, err = r.repository(cmd.Context(), p, in.Repository); err != nil {
			return err
		}
		var s scanRow
		if err := r.call(cmd.Context(), http.MethodPost, "/projects/"+p.ID+"/scans", in, &s); err != nil {
			return err
		}
		return a.outcome(cmd.Context(), r, s, &g)
	}
	return cmd
}

// repository is the id of one of a project's repositories, by its id or URL; empty:
// none was named.
func (r *remote) repository(ctx context.Context, p projectRow, which string) (string, error) {
	if which == "" {
		return "", nil
	}
	var view struct {
		Repositories []struct {
			ID  string `json:"id"`
			URL string `json:"url"`
		} `json:"repositories"`
	}
	if err := r.call(ctx, http.MethodGet, "/projects/"+p.ID, nil, &view); err != nil {
		return "", err
	}
	for _, repository := range view.Repositories {
		if repository.ID == which || repository.URL == which {
			return repository.ID, nil
		}
	}
	return "", errs.E(errs.NotFound, "the project %s has no repository %q", p.Name, which)
}
