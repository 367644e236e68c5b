package cli

import "github.com/spf13/cobra"

func (a *app) dbCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Build, update and search the advisory database",
		Long: `The advisory database is one file. The installed one lies in the cache folder; a scan
fetches it when it is missing or too old.`,
		Example: `  assay db update
  assay db status
  assay db search lodash`,
		Args: cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.dbBuildCommand(), a.dbUpdateCommand(), a.dbStatusCommand(), a.dbSearchCommand(), a.dbShowCommand(),
		a.dbDiffCommand(), a.dbExportCommand(), a.dbImportCommand(), a.dbLoadCommand())
	return cmd
}
