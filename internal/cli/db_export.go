package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/archive"
)

func (a *app) dbExportCommand() *cobra.Command {
	var d database
	var out string
	cmd := &cobra.Command{
		Use:   "export --out FILE",
		Short: "Write the database as one archive with its checksum",
		Long: `Checks the whole database and writes it, with a manifest that says what it is, as one
compressed archive that "assay db import" reads: for machines without a network. Equal
databases give equal archives.`,
		Example: `  assay db export --out advisories.tar.zst
  assay db export --out advisories.tar.zst --db advisories.db`,
		Args: cobra.NoArgs,
	}
	d.bind(cmd)
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to write: a database or an archive of one")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if out == "" {
			return errs.E(errs.Invalid, "--out FILE is needed: where to write the archive")
		}
		return a.dbExport(cmd, &d, out)
	}
	return cmd
}

func (a *app) dbExport(cmd *cobra.Command, d *database, out string) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	e, err := archive.Export(cmd.Context(), db, out, Version())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Stdout, "exported %s: release %s, %d records, %d bytes\nsha256 %s\n", out, e.Manifest.Release, e.Manifest.Records, e.Size, e.SHA256)
	return err
}
