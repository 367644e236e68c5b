package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
)

// projectRow is what is read of a project.
type projectRow struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Components int        `json:"components"`
	Findings   severities `json:"findings"`
}

// severities are numbers of findings.
type severities struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	None     int `json:"none"`
	Unknown  int `json:"unknown"`
}

func (a *app) projectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "project",
		Short: "List, create and scan projects of a server",
		Long:  "Lists, creates and scans projects of the server that --server names, or the one of the last login.",
		Example: `  assay project list
  assay project create shop --repository https://git.example.org/team/shop.git
  assay project scan shop --release "App v1.0"`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.projectListCommand(), a.projectCreateCommand(), a.projectScanCommand())
	return cmd
}

func (a *app) projectListCommand() *cobra.Command {
	var f remoteFlags
	var out format
	cmd := &cobra.Command{
		Use: "list [WORDS]", Short: "List projects, the worst first", Args: cobra.MaximumNArgs(1),
		Long:    "Lists the projects that the token may see, the worst first, narrowed by WORDS of their names.",
		Example: "  assay project list\n  assay project list shop -o json",
	}
	f.bind(cmd)
	out.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		projects, err := r.projects(cmd.Context(), strings.Join(args, " "))
		if err != nil {
			return err
		}
		return a.show(out, projects, func(to io.Writer) error {
			w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tNAME\tCOMPONENTS\tCRITICAL\tHIGH\tMEDIUM\tLOW")
			for _, p := range projects {
				fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\n", p.ID, p.Name, p.Components, p.Findings.Critical, p.Findings.High, p.Findings.Medium, p.Findings.Low)
			}
			return w.Flush()
		})
	}
	return cmd
}

// projects lists all projects that the words fit.
func (r *remote) projects(ctx context.Context, words string) ([]projectRow, error) {
	all := []projectRow{}
	for cursor := ""; ; {
		q := url.Values{"limit": {"200"}}
		if words != "" {
			q.Set("q", words)
		}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var page struct {
			Items []projectRow `json:"items"`
			Next  string       `json:"next"`
		}
		if err := r.call(ctx, http.MethodGet, "/projects?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		cursor = page.Next
	}
}

// project finds a project by its id or its name.
func (r *remote) project(ctx context.Context, which string) (projectRow, error) {
	var p projectRow
	if err := r.call(ctx, http.MethodGet, "/projects/"+url.PathEscape(which), nil, &p); errs.KindOf(err) != errs.NotFound {
		return p, err
	}
	all, err := r.projects(ctx, which)
	if err != nil {
		return p, err
	}
	for _, p := range all {
		if strings.EqualFold(p.Name, which) {
			return p, nil
		}
	}
	return p, errs.E(errs.NotFound, "%s has no project %q that this token may see", r.base, which)
}

func (a *app) projectCreateCommand() *cobra.Command {
	var f remoteFlags
	var repository, ref, organisation string
	var out format
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Create a project", Args: cobra.ExactArgs(1),
		Long:    "Creates a project. With --repository its first scan starts at once; without, inventories\nare pushed to it.",
		Example: "  assay project create shop --repository https://git.example.org/team/shop.git --ref main\n  assay project create built-elsewhere",
	}
	f.bind(cmd)
	out.bind(cmd)
	cmd.Flags().StringVar(&repository, "repository", "", "`URL` of the project's repository")
	cmd.Flags().StringVar(&ref, "ref", "", "branch or tag of the repository, a `REF` (default: its own)")
	cmd.Flags().StringVar(&organisation, "organisation", "", "`ID` of the organisation (default: the only one)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		in := map[string]any{"name": args[0]}
		if organisation != "" {
			in["organisation"] = organisation
		}
		if repository != "" {
			in["repositories"] = []map[string]any{{"url": repository, "ref": ref}}
		}
		var p projectRow
		if err := r.call(cmd.Context(), http.MethodPost, "/projects", in, &p); err != nil {
			return err
		}
		return a.show(out, p, func(to io.Writer) error {
			_, err := fmt.Fprintf(to, "created %s: %s/projects/%s\n", p.Name, r.base, p.ID)
			return err
		})
	}
	return cmd
}
