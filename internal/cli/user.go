package cli

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	verbs "github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/sqlstore"
)

func (a *app) userCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "user", Short: "Help the users of a server in again",
		Long: `Looks after the users of a server from its own machine. Everything else about users is
done by its administrators, in the pages or by the API.`,
		Example: "  assay user link ada@example.org --data /var/lib/assay",
		Args:    cobra.ArbitraryArgs, RunE: group,
	}
	cmd.AddCommand(a.userLinkCommand())
	return cmd
}

func (a *app) userLinkCommand() *cobra.Command {
	var f serverFlags
	cmd := &cobra.Command{
		Use: "link EMAIL", Short: "Make a link with which a user chooses a new password", Args: cobra.ExactArgs(1),
		Long: `Makes a link with which a user chooses a new password. It works once, for a day, and ends
those made before. This is for an administrator who is locked out; administrators make such
links for others in the pages. The server may be running.`,
		Example: "  assay user link ada@example.org --data /var/lib/assay",
	}
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.onDatabase(cmd, &f, false, func(ctx context.Context, db *sqlstore.DB, _ server.Options) error {
			use := verbs.New(verbs.Deps{Store: db, Clock: a.Now, Log: slog.New(slog.DiscardHandler)})
			link, err := use.PasswordLinkFor(ctx, verbs.System(), args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Stdout, "Open this path on the server, until %s:\n  %s\n", link.Expires.UTC().Format(time.RFC3339), verbs.LinkPath(link))
			return err
		})
	}
	return cmd
}
