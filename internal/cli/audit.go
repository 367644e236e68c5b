package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "Prove a server's audit log",
		Long:    "Looks after the audit log of a server, in which every change by a person is chained to the\none before.",
		Example: "  assay audit verify --data /var/lib/assay",
		Args:    cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.auditVerifyCommand())
	return cmd
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use: "verify", Short: "Prove that nothing in the audit log was changed, removed or inserted", Args: cobra.NoArgs,
		Long: `Reads the whole audit log of the database and proves its chain. It prints the number of
events and the last one's hash: keep that elsewhere, and compare. Exit code 1: an event is
not what was written.`,
		Example: "  assay audit verify --data /var/lib/assay",
	}
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.onDatabase(cmd, &f, false, func(ctx context.Context, db *sqlstore.DB, o server.Options) error {
			report, err := server.VerifyAudit(ctx, db, o)
			if err != nil {
				return err
			}
			if report.Broken > 0 {
				if _, err := fmt.Fprintf(cleaner{a.Stdout}, "broken at event %d of %d: %s\n", report.Broken, report.Events, report.Reason); err != nil {
					return err
				}
				return exitError(policy.ExitFindings)
			}
			_, err = fmt.Fprintf(a.Stdout, "ok: %d events, the last one's hash is %s\n", report.Events, report.Head)
			return err
		})
	}
	return cmd
}
