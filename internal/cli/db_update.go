package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/update"
)

func (a *app) dbUpdateCommand() *cobra.Command {
	var d database
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Bring the installed database up to date",
		Long: `Fetches the advisories that have changed from --db-source, builds a new database, checks
it and puts it in the place of the installed one. An interrupted download is resumed by
the next update. If one of several downloads fails, the records that it gave last stay
in the new database, with their age, and scans say so. If nothing can be renewed or the
new database is not sound, the old one stays in use.

A source is a URL or a folder, of OSV exports unless the name of another feed and a
colon stand before it. --db-source may be given several times.`,
		Example: `  assay db update
  assay db update --db-source https://mirror.example.org/osv --db-source kev:https://mirror.example.org/kev.json
  assay db update --db-source https://mirror.example.org/osv
  assay db update --db-source ~/osv-export`,
		Args: cobra.NoArgs,
	}
	d.bindUpdate(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbUpdate(cmd, &d)
	}
	return cmd
}

func (a *app) dbUpdate(cmd *cobra.Command, d *database) error {
	p := a.newProgress()
	o, err := a.updateOptions(d, p)
	if err != nil {
		p.end()
		return err
	}
	r, err := update.Run(cmd.Context(), o)
	p.end()
	a.reportSkipped(r)
	if err != nil {
		return errs.E(errs.KindOf(err), "the update failed: %w; %s", err, a.inUse(cmd))
	}
	_, err = fmt.Fprintf(a.Stdout, "updated: release %s, %d records\n", r.Metadata.Release, r.Metadata.Records)
	return err
}

// inUse says what is left to work with after a failed update.
func (a *app) inUse(cmd *cobra.Command) string {
	db, closeDB, err := a.open(cmd.Context(), &database{})
	if err != nil {
		return "no database is installed"
	}
	defer closeDB() //nolint:errcheck // only read
	return fmt.Sprintf("the database of %s stays in use", db.Metadata().Built.Format(time.RFC3339))
}
