package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
)

func (a *app) loginCommand() *cobra.Command {
	var tokenFile string
	cmd := &cobra.Command{
		Use:   "login URL",
		Short: "Remember a server and a token for it",
		Long: `Checks a token with the server and remembers both in the user's configuration folder, in
a file that only the user can read. The token is read from ASSAY_TOKEN, or from the file
that --token-file names, "-" for standard input. Make one on the page "Tokens" of the
server. In a pipeline there is no need to log in: set ASSAY_SERVER and ASSAY_TOKEN.`,
		Example: `  assay login https://assay.example.org --token-file token.txt
  pass show assay | assay login https://assay.example.org --token-file -`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&tokenFile, "token-file", "", "`FILE` with the token, - for standard input (default: ASSAY_TOKEN)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		base, err := serverURL(args[0])
		if err != nil {
			return err
		}
		token, err := a.tokenFrom(tokenFile)
		if err != nil {
			return err
		}
		var account struct {
			Email string `json:"email"`
			Name  string `json:"name"`
		}
		if err := a.remote(base, token).call(cmd.Context(), "GET", "/account", nil, &account); err != nil {
			return err
		}
		known, err := a.readLogin()
		if err != nil {
			return err
		}
		known.Server, known.Tokens[base] = base, token
		if err := a.writeLogin(known); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cleaner{a.Stdout}, "signed in to %s as %s\n", base, strings.TrimSpace(account.Name+" "+account.Email))
		return err
	}
	return cmd
}

func (a *app) tokenFrom(file string) (string, error) {
	var text []byte
	var err error
	switch file {
	case "":
		text = []byte(a.Getenv("ASSAY_TOKEN"))
	case "-":
		text, err = io.ReadAll(io.LimitReader(a.stdin(), 4096))
	default:
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return "", errs.E(errs.Invalid, "read the token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", errs.E(errs.Invalid, "there is no token: set ASSAY_TOKEN or use --token-file")
	}
	return token, nil
}

// stdin is what is piped in.
func (a *app) stdin() io.Reader {
	if a.Stdin == nil {
		return strings.NewReader("")
	}
	return a.Stdin
}
