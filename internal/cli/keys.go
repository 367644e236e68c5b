package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/server"
)

func (a *app) keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "Change the key that seals a server's credentials",
		Long: `Looks after the file of keys, under which the credentials of repositories and the secrets
of notification channels are sealed. The last key in it seals; the others open what was
sealed before.`,
		Example: "  assay keys rotate --data /var/lib/assay",
		Args:    cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.keysRotateCommand(), a.keysResealCommand())
	return cmd
}

func (a *app) keysRotateCommand() *cobra.Command {
	var f serverFlags
	var key string
	cmd := &cobra.Command{
		Use: "rotate", Short: "Add a key, and seal everything under it", Args: cobra.NoArgs,
		Long: `Adds a key to the file. With SQLite, where the server must be stopped, everything is sealed
under the new key at once. With --database the key is only added: give the file to every
host, start their processes anew, then run assay keys reseal. Earlier keys stay in the
file; once everything is sealed anew, their lines may be removed.`,
		Example: "  assay keys rotate --data /var/lib/assay\n  assay keys rotate --key-file /etc/assay/key --database postgres://assay@db.example.org/assay",
	}
	f.bind(cmd)
	bindKey(cmd, &key)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withKeys(cmd, &f, &key, func(ctx context.Context, o server.Options) error {
			n, err := server.RotateKeys(ctx, o)
			if err != nil {
				return err
			}
			text := fmt.Sprintf("a new key seals from now on; sealed anew: %d", n)
			if o.Database != "" {
				text = "a new key was added; give the file to every host, start the processes anew, then run `assay keys reseal`"
			}
			_, err = fmt.Fprintln(a.Stdout, text)
			return err
		})
	}
	return cmd
}

func (a *app) keysResealCommand() *cobra.Command {
	var f serverFlags
	var key string
	cmd := &cobra.Command{
		Use: "reseal", Short: "Seal everything under the last key", Args: cobra.NoArgs,
		Long: `Seals what is sealed under earlier keys under the last one in the file. Every process must
have been started since that key was added. It may be run again after it was broken off.`,
		Example: "  assay keys reseal --key-file /etc/assay/key --database postgres://assay@db.example.org/assay",
	}
	f.bind(cmd)
	bindKey(cmd, &key)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.withKeys(cmd, &f, &key, func(ctx context.Context, o server.Options) error {
			n, err := server.ResealSecrets(ctx, o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Stdout, "sealed anew: %d\n", n)
			return err
		})
	}
	return cmd
}

// withKeys runs do with where the server keeps what it keeps.
func (a *app) withKeys(cmd *cobra.Command, f *serverFlags, key *string, do func(ctx context.Context, o server.Options) error) error {
	env, err := a.serverSettings(cmd)
	if err != nil {
		return err
	}
	o := f.options(a, env)
	o.KeyFile = *key // which a variable may have set by now
	return do(cmd.Context(), o)
}
