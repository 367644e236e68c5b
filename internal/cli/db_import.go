package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/archive"
)

func (a *app) dbImportCommand() *cobra.Command {
	var o archive.ImportOptions
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Install the database of an archive",
		Long: `Reads an archive that "assay db export" wrote, checks its checksum, its schema and every
record, and installs the database. An archive that is damaged, cut short, of another
schema or older than the installed database is refused; that one stays in use.`,
		Example: `  assay db import advisories.tar.zst
  assay db import --allow-older last-week.tar.zst`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&o.AllowOlder, "allow-older", false, "install a release that is older than the installed one")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbImport(cmd, args[0], o)
	}
	return cmd
}

func (a *app) dbImport(cmd *cobra.Command, file string, o archive.ImportOptions) error {
	dir, err := a.releases()
	if err != nil {
		return err
	}
	m, err := archive.Import(cmd.Context(), file, dir, o)
	if err != nil {
		return errs.E(errs.KindOf(err), "%w; %s", err, a.inUse(cmd))
	}
	_, err = fmt.Fprintf(a.Stdout, "imported %s: release %s, %d records\n", file, m.Release, m.Records)
	return err
}
