package cli

import (
	"fmt"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
)

func (a *app) dbLoadCommand() *cobra.Command {
	var f remoteFlags
	var allowOlder bool
	cmd := &cobra.Command{
		Use:   "load FILE",
		Short: "Load an advisory database into a server",
		Long: `Sends a database file, or an archive of assay db export, to a server, which checks it and
makes it the current one. It needs a token of an administrator of the installation. "sample"
is the sample that the program has in it.`,
		Example: `  assay db load advisories.db
  assay db export --out release.tar && assay db load release.tar --server https://assay.example.org`,
		Args: cobra.ExactArgs(1),
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&allowOlder, "allow-older", false, "also load one that is older than the current one")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		r, err := f.open(a)
		if err != nil {
			return err
		}
		path, done, err := databaseFile(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer done() //nolint:errcheck // a temporary folder
		file, err := os.Open(path)
		if err != nil {
			return errs.E(errs.NotFound, "read the database: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read
		at := "/database/releases"
		if allowOlder {
			at += "?allow_older=true"
		}
		var release struct {
			Name    string `json:"name"`
			Records int    `json:"records"`
		}
		if err := r.send(cmd.Context(), http.MethodPost, at, "application/octet-stream", file, &release); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cleaner{a.Stdout}, "loaded: release %s, %d records\n", release.Name, release.Records)
		return err
	}
	return cmd
}
