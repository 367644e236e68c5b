package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/server"
)

func (a *app) backupCommand() *cobra.Command {
	var f serverFlags
	var key string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Back up a server while it runs",
		Long: `Writes all that a server keeps into one tar archive: the database as of one moment, the
blobs, and the key that seals credentials. The server may run meanwhile. Whoever has the
archive can open the credentials: keep it as safe as the server. "-" is standard output.`,
		Example: `  assay backup --data /var/lib/assay assay-backup.tar
  assay backup --data /var/lib/assay - | zstd > assay-backup.tar.zst`,
		Args: cobra.ExactArgs(1),
	}
	f.bind(cmd)
	bindKey(cmd, &key)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		env, err := a.serverSettings(cmd)
		if err != nil {
			return err
		}
		o := f.options(a, env)
		o.KeyFile = key
		if args[0] == "-" {
			return server.Backup(cmd.Context(), o, a.Stdout)
		}
		out, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return errs.E(errs.Invalid, "write the backup: %w", err)
		}
		if err := errors.Join(server.Backup(cmd.Context(), o, out), out.Sync(), out.Close()); err != nil {
			return errors.Join(err, os.Remove(args[0]))
		}
		_, err = fmt.Fprintf(a.Stdout, "backed up to %s\n", args[0])
		return err
	}
	return cmd
}

func bindKey(cmd *cobra.Command, key *string) {
	cmd.Flags().StringVar(key, "key-file", "", "`FILE` with the key that seals credentials: 32 bytes in base64 (default: made in --data)")
}

func (a *app) restoreCommand() *cobra.Command {
	var f serverFlags
	var key string
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Restore a server from a backup",
		Long: `Reads what assay backup wrote into a place that has nothing yet: an empty --data, or an empty
database of PostgreSQL and an empty bucket. A backup of SQLite is restored into SQLite, one
of PostgreSQL into PostgreSQL. "-" is standard input.`,
		Example: `  assay restore --data /var/lib/assay-restored assay-backup.tar
  zstd -dc assay-backup.tar.zst | assay restore --data /var/lib/assay-restored -`,
		Args: cobra.ExactArgs(1),
	}
	f.bind(cmd)
	bindKey(cmd, &key)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		env, err := a.serverSettings(cmd)
		if err != nil {
			return err
		}
		o := f.options(a, env)
		o.KeyFile = key
		in := a.stdin()
		if args[0] != "-" {
			file, err := os.Open(args[0])
			if err != nil {
				return errs.E(errs.NotFound, "read the backup: %w", err)
			}
			defer file.Close() //nolint:errcheck // only read
			in = file
		}
		if err := server.Restore(cmd.Context(), o, in); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Stdout, "restored; start the server with the same --data, --database and --blobs\n")
		return err
	}
	return cmd
}
