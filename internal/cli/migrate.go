package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore"
)

func (a *app) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring a server's database up to date, or back",
		Long: `Looks after the tables of a server's database. A server that starts applies the
migrations that are missing by itself, one process while the others wait; these commands
are for those who want to do it apart, or to see the SQL first.`,
		Example: `  assay migrate status
  assay migrate up --sql`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.migrateStatusCommand(), a.migrateUpCommand(), a.migrateDownCommand())
	return cmd
}

// onDatabase runs do with a server's database, alone on its data folder unless it
// only reads.
func (a *app) onDatabase(cmd *cobra.Command, f *serverFlags, alone bool, do func(ctx context.Context, db *sqlstore.DB, o server.Options) error) (err error) {
	env, err := a.serverSettings(cmd)
	if err != nil {
		return err
	}
	o := f.options(a, env)
	if alone && o.Database == "" {
		release, err := server.Hold(o)
		if err != nil {
			return err
		}
		defer release() //nolint:errcheck // the process ends
	}
	db, err := server.OpenDatabase(cmd.Context(), o)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what was done is committed
	return do(cmd.Context(), db, o)
}

func (a *app) migrateStatusCommand() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use: "status", Short: "List the migrations and when each was applied", Args: cobra.NoArgs,
		Long:    "Lists all migrations that this program knows, and when each was applied to the database.",
		Example: "  assay migrate status --data /var/lib/assay",
	}
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.onDatabase(cmd, &f, false, func(ctx context.Context, db *sqlstore.DB, _ server.Options) error {
			all, err := db.Migrations(ctx)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
			for _, m := range all {
				state := "missing"
				if !m.Applied.IsZero() {
					state = "applied " + m.Applied.UTC().Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%s\t%s\n", m.Name, state)
			}
			return w.Flush()
		})
	}
	return cmd
}

func (a *app) migrateUpCommand() *cobra.Command {
	return a.migrateStep("up", "Apply the migrations that are missing",
		"Applies the migrations that are missing. With --sql it only prints them.", server.Migrate)
}

func (a *app) migrateDownCommand() *cobra.Command {
	return a.migrateStep("down", "Take back the last migration, with what its tables hold",
		"Takes back the last migration that was applied. What its tables hold is lost: back up first.\nWith --sql it only prints what would take back all of them.", server.MigrateDown)
}

func (a *app) migrateStep(name, short, long string, do func(context.Context, *sqlstore.DB, server.Options) error) *cobra.Command {
	var f serverFlags
	var onlySQL bool
	cmd := &cobra.Command{
		Use: name, Short: short, Long: long, Args: cobra.NoArgs,
		Example: fmt.Sprintf("  assay migrate %s --data /var/lib/assay\n  assay migrate %s --sql", name, name),
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&onlySQL, "sql", false, "print the SQL and change nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if onlySQL {
			if _, err := a.serverSettings(cmd); err != nil {
				return err
			}
			kind := "sqlite"
			if sqlstore.IsPostgres(f.database) {
				kind = "postgres"
			}
			return sqlstore.MigrationSQL(a.Stdout, kind, name == "down")
		}
		if err := a.onDatabase(cmd, &f, true, do); err != nil {
			return err
		}
		_, err := fmt.Fprintln(a.Stdout, "done")
		return err
	}
	return cmd
}
