package cli

import (
	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	reports "github.com/assay-sca/assay/internal/report/all"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema scan", Short: "Print the JSON Schema of a document that assay writes",
		Long: `Prints the JSON Schema (draft 2020-12) of what "assay scan -o json" writes. It explains
every field.`,
		Example: "  assay schema scan > scan.schema.json",
		Args:    cobra.ExactArgs(1), ValidArgs: []string{"scan"},
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] != "scan" {
				return errs.E(errs.Invalid, "there is no schema %q: use scan", args[0])
			}
			_, err := a.Stdout.Write(reports.ScanSchema())
			return err
		},
	}
}
