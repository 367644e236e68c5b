// Package cli is the command line: one file a command. It wires the packages
// below together and is the only one that knows flags, the terminal, the
// environment and exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/safe/egress"
)

// Env is everything that a run takes from its surroundings.
type Env struct {
	Args           []string  // without the program's name
	Stdin          io.Reader // what is piped in; nil: nothing
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
	Client         *http.Client
	Terminal       bool // Stderr is one, progress may be drawn
	Color          bool // Stdout is one and NO_COLOR is not set
	Width          int  // of Stdout's terminal; 0: unknown
}

// Process is the surroundings of the running process.
func Process() Env {
	return Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
		Client:   httpClient(),
		Terminal: isTerminal(os.Stderr) && os.Getenv("TERM") != "dumb",
		Color:    isTerminal(os.Stdout) && wantsColor(os.Getenv),
		Width:    terminalWidth(os.Stdout),
	}
}

// wantsColor follows https://no-color.org and the terminal's own word.
func wantsColor(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Main runs one command and returns the exit code.
func Main(ctx context.Context, env Env) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{Env: env}
	root := a.root()
	root.SetArgs(env.Args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return policy.ExitClean
	}
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	a.message("error: %s", oneLine(err))
	return policy.ExitInput
}

// oneLine writes an error as one line; joined errors have several, and cobra
// lists what may have been meant below its message.
func oneLine(err error) string {
	text := strings.NewReplacer("\n\nDid you mean this?\n\t", ": did you mean ", "\n\t", " or ").Replace(err.Error())
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ")
}

// exitError ends a command whose messages are already written.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// app is one run.
type app struct {
	Env
	config   string // --config
	cacheDir string // --cache-dir
	quiet    bool   // --quiet
}

// message writes a line for people; results go to Stdout. What it quotes may
// come from strangers.
func (a *app) message(format string, args ...any) {
	_, _ = fmt.Fprintf(a.Stderr, "assay: %s\n", report.Clean(fmt.Sprintf(format, args...))) // there is nowhere else to say it
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "assay",
		Short: "What is this software made of, and what is known to be wrong with it?",
		Long: `Assay reads the manifests and lockfiles of a source tree, lists its components and
reports their known vulnerabilities.

Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage or input error, the
database included; 3 incomplete: something was found that could not be checked.
Where several apply, 2 goes before 1, and 1 before 3.

Every flag can also be set as an environment variable (--fail-on is ASSAY_FAIL_ON)
and in .assay.yaml (fail-on: high).`,
		Example: `  assay scan                                  # the folder here
  assay scan -o table -o json=result.json .
  assay scan https://git.example.org/team/app.git@v1.2
  assay db update`,
		SilenceUsage: true, SilenceErrors: true, Version: Version(),
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetVersionTemplate("assay {{.Version}}\n")
	root.PersistentFlags().StringVar(&a.config, "config", "", "configuration `FILE` (default: .assay.yaml beside what is scanned)")
	root.PersistentFlags().StringVar(&a.cacheDir, "cache-dir", "", "`FOLDER` for the database and downloads (default: the user's cache folder)")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no messages but errors")
	root.AddCommand(a.scanCommand(), a.explainCommand(), a.dbCommand(), a.loginCommand(), a.projectCommand(), a.pushCommand(), a.statusCommand(),
		a.serveCommand(), a.migrateCommand(), a.backupCommand(), a.restoreCommand(), a.auditCommand(), a.userCommand(), a.keysCommand(), a.schemaCommand(), a.versionCommand())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return errs.E(errs.Invalid, "%w; see `%s --help`", err, cmd.CommandPath())
	})
	eachCommand(root, tellUsage)
	strictHelp(root)
	return root
}

func eachCommand(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, child := range cmd.Commands() {
		eachCommand(child, do)
	}
}

// tellUsage adds to the complaint about arguments what they should be.
func tellUsage(cmd *cobra.Command) {
	check := cmd.Args
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return errs.E(errs.Invalid, "%w; usage: %s", err, cmd.UseLine())
		}
		return nil
	}
}

// strictHelp makes the wish for the help of a command that is not there an error.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "help" {
			continue
		}
		cmd.Example = "  assay help db search"
		cmd.Args = func(_ *cobra.Command, args []string) error {
			if found, rest, err := root.Find(args); err != nil || len(rest) > 0 {
				return errs.E(errs.Invalid, "there is no command %q below %q to tell of", strings.Join(args, " "), found.Root().Name())
			}
			return nil
		}
	}
}

// group runs a command that only has commands below it. Without it cobra takes a
// mistyped name for a wish to see the help, and that for a success.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	return errs.E(errs.Invalid, "unknown command %q for %q: use %s", args[0], cmd.CommandPath(), strings.Join(names, ", "))
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the program's version", Args: cobra.NoArgs,
		Long:    "Prints the release, or what the Go toolchain recorded of a build from source.",
		Example: "  assay version",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Stdout, "assay", Version())
			return err
		},
	}
}

// version is set when a release is built.
var version string //nolint:gochecknoglobals // the linker can set nothing else

// Version is the program's version: the release's, else what Go recorded.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// cache is the folder for what can be fetched again.
func (a *app) cache() (string, error) {
	if a.cacheDir != "" {
		return a.cacheDir, nil
	}
	if dir := a.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "assay"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w; name one with --cache-dir", err)
	}
	return filepath.Join(dir, "assay"), nil
}

const (
	connectTimeout  = 30 * time.Second
	responseTimeout = 60 * time.Second
)

// httpClient is for downloads: no overall time limit (progress is watched
// instead), the environment's proxies, no private address that nobody named, no
// way back from https to http.
func httpClient() *http.Client {
	return &http.Client{Transport: transport(), CheckRedirect: egress.Redirect}
}

func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	patient := egress.Transport(standard)
	patient.TLSHandshakeTimeout = connectTimeout
	patient.ResponseHeaderTimeout = responseTimeout
	return patient
}
