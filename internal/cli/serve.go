package cli

import (
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/server"
	"github.com/assay-sca/assay/internal/telemetry"
)

// serverFlags are what says where a server keeps what it keeps: the flags that
// serve, migrate, backup, restore and audit share.
type serverFlags struct {
	data, database, blobs string
}

func (f *serverFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.data, "data", "assay-data", "`FOLDER` for what the server keeps")
	cmd.Flags().StringVar(&f.database, "database", "", "`URL` of PostgreSQL (default: SQLite in --data); with a password better as ASSAY_DATABASE or in the file ASSAY_DATABASE_FILE")
	cmd.Flags().StringVar(&f.blobs, "blobs", "", "`PLACE` of large things: a folder, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path-style=true (default: a folder in --data)")
}

// serverSettings completes a server command's flags from variables, a .env file in
// the working folder, and the file that --config names.
func (a *app) serverSettings(cmd *cobra.Command) (*config.Environment, error) {
	env, err := config.ReadEnvironment(a.Getenv, config.DotEnv)
	if err != nil {
		return nil, err
	}
	own := *a
	own.Getenv = env.Get
	if _, err := own.settings(cmd, nil); err != nil {
		return nil, err
	}
	a.config, a.quiet = own.config, own.quiet
	return env, env.Err()
}

// options are a server's, as far as these flags say.
func (f *serverFlags) options(a *app, env *config.Environment) server.Options {
	return server.Options{
		Data: f.data, Database: f.database, Blobs: f.blobs, Getenv: env.Get, Clock: a.Now, Version: Version(),
		SecretAccess: server.Access{
			Key: env.Get("AWS_ACCESS_KEY_ID"), Secret: env.Get("AWS_SECRET_ACCESS_KEY"), Session: env.Get("AWS_SESSION_TOKEN"),
		},
	}
}

// serveFlags are those of serve alone.
type serveFlags struct {
	serverFlags
	o                    server.Options
	roles                []string
	publicURL            string
	proxies              []string
	logFormat, logLevel  string
	demo                 string
	oidc, google, gitHub signInFlags
	oidcName, gitHubURL  string
}

// signInFlags are a way to sign in elsewhere. Its secret is a variable only:
// command lines can be read by others.
type signInFlags struct {
	client  string
	domains []string
	issuer  string
}

func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server: API, web pages and workers",
		Long: `Runs the server until it is interrupted; then requests and running scans may end, or are
handed back. All it keeps is in --data: an SQLite database, blobs, the key that seals
credentials. The first start prints a link that makes the administrator.

--database and --blobs move that to PostgreSQL and a bucket; then any number of
processes may share them, each with the --roles that it is to play and the same
--key-file.

Secrets are variables: ASSAY_DATABASE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the
bucket, ASSAY_OIDC_CLIENT_SECRET, ASSAY_GOOGLE_CLIENT_SECRET and
ASSAY_GITHUB_CLIENT_SECRET. Each may be in a file that NAME_FILE names. A file .env in
the working folder is read.`,
		Example: `  assay serve
  assay serve --data /var/lib/assay --listen 0.0.0.0:8080 --public-url https://assay.example.org
  ASSAY_DATABASE=postgres://assay@db.example.org/assay assay serve --roles worker --blobs 's3://assay?endpoint=https://s3.example.org'`,
		Args: cobra.NoArgs,
	}
	f.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		env, err := a.serverSettings(cmd)
		if err != nil {
			return err
		}
		o, err := f.options(a, env)
		if err != nil {
			return err
		}
		if o.Import != "" {
			file, done, err := databaseFile(cmd.Context(), o.Import)
			if err != nil {
				return err
			}
			defer done() //nolint:errcheck // a temporary folder
			o.Import = file
		}
		if f.demo != "" {
			demo, done, err := a.demo(cmd.Context(), f.demo)
			if err != nil {
				return err
			}
			defer done() //nolint:errcheck // a temporary folder
			o.Demo = demo
		}
		return server.Run(cmd.Context(), o)
	}
	return cmd
}

func (f *serveFlags) bind(cmd *cobra.Command) {
	f.serverFlags.bind(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.o.Listen, "listen", "127.0.0.1:8080", "`ADDRESS` to listen on")
	flags.StringSliceVar(&f.roles, "roles", []string{"api", "worker", "scheduler"}, "`LIST` of what this process does")
	flags.StringVar(&f.publicURL, "public-url", "", "`URL` that people reach the server by; with https, cookies are only sent there")
	flags.StringSliceVar(&f.proxies, "trusted-proxy", nil, "`NETWORK` of proxies whose X-Forwarded-For is believed (may be given several times)")
	flags.StringVar(&f.o.Import, "db", "", "advisory database `FILE`, or \"sample\", that is made the current one at start, unless a newer one is in use")
	flags.StringVar(&f.o.KeyFile, "key-file", "", "`FILE` with the key that seals credentials: 32 bytes in base64 (default: made in --data)")
	flags.StringVar(&f.logFormat, "log-format", "json", "`FORMAT` of the log: json or text")
	flags.StringVar(&f.logLevel, "log-level", "info", "`LEVEL` of the log: debug, info, warn or error")
	flags.Float64Var(&f.o.ActorRate, "rate", 0, "`NUMBER` of requests a second that a person or token may send to the API; negative: any (default 50)")
	flags.Float64Var(&f.o.AddressRate, "address-rate", 0, "`NUMBER` of requests a second from one address; negative: any (default 100)")
	flags.Int64Var(&f.o.MaxUpload, "max-upload", 64<<20, "`BYTES` that a pushed inventory may have")
	flags.DurationVar(&f.o.Grace, "grace", 20*time.Second, "`TIME` for requests and scans to end when the server stops")
	flags.StringVar(&f.demo, "demo", "", "`FOLDER` whose folders are scanned and become projects of a demonstration, if the server has nobody yet")
	f.bindScans(cmd)
	f.bindSignIn(cmd)
}

func (f *serveFlags) bindScans(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.o.Workers, "workers", 8, "`NUMBER` of jobs that this process works at once")
	flags.IntVar(&f.o.GlobalLimit, "max-scans", 32, "`NUMBER` of scans at once on all workers")
	flags.IntVar(&f.o.ProjectLimit, "max-project-scans", 4, "`NUMBER` of scans of one project at once")
	flags.DurationVar(&f.o.StageTimeout, "stage-timeout", 30*time.Minute, "`TIME` that one stage of a scan may take")
	flags.DurationVar(&f.o.LostAfter, "lost-after", time.Minute, "`TIME` after which a scan whose worker is silent is worked again by another")
	flags.DurationVar(&f.o.RetryAfter, "retry-after", 10*time.Second, "`TIME` before a stage that failed is tried again; doubled each time")
	flags.StringSliceVar(&f.o.PrivateHosts, "private-host", nil, "`HOST` inside the network that repositories may be at, * for all (may be given several times)")
	flags.BoolVar(&f.o.AllowLocal, "allow-local-repositories", false, "let repositories be folders of this host, as file:// URLs")
	flags.BoolVar(&f.o.AllowPlain, "allow-http-repositories", false, "let repositories be reached by http, which anybody on the way can read and change")
	flags.StringVar(&f.o.SSHKey, "ssh-key-file", "", "`FILE` with the SSH key for repositories that have none of their own")
	flags.StringVar(&f.o.KnownHosts, "ssh-known-hosts", "", "`FILE` with the keys of ssh hosts, for repositories that have none of their own")
	flags.IntVar(&f.o.KeepScans, "keep-scans", 100, "`NUMBER` of finished scans that are kept of each ref; negative: all")
	flags.IntVar(&f.o.KeepDays, "keep-logs", 90, "`DAYS` that logs of scans are kept; negative: for ever")
	flags.DurationVar(&f.o.KeepBlobs, "keep-blobs", 24*time.Hour, "`TIME` that blobs are kept that nothing names")
}

func (f *serveFlags) bindSignIn(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&f.o.SessionIdle, "session-idle", 12*time.Hour, "`TIME` after which somebody who did nothing is signed out; 5m or more")
	flags.DurationVar(&f.o.SessionLife, "session-life", 14*24*time.Hour, "`TIME` after which everybody has to sign in again")
	flags.StringVar(&f.oidc.issuer, "oidc-issuer", "", "`URL` of an OpenID Connect provider to sign in with")
	flags.StringVar(&f.oidc.client, "oidc-client-id", "", "`ID` of this server at the provider; the secret is ASSAY_OIDC_CLIENT_SECRET")
	flags.StringVar(&f.oidcName, "oidc-name", "Single sign-on", "`NAME` of the provider on the button")
	flags.StringSliceVar(&f.oidc.domains, "oidc-domain", nil, "`DOMAIN` of addresses that may sign in by OpenID Connect (may be given several times; default: all)")
	flags.StringVar(&f.google.client, "google-client-id", "", "`ID` of this server at Google; the secret is ASSAY_GOOGLE_CLIENT_SECRET")
	flags.StringSliceVar(&f.google.domains, "google-domain", nil, "`DOMAIN` of addresses that may sign in by Google (may be given several times; default: all)")
	flags.StringVar(&f.gitHub.client, "github-client-id", "", "`ID` of this server at GitHub; the secret is ASSAY_GITHUB_CLIENT_SECRET")
	flags.StringVar(&f.gitHubURL, "github-url", "", "`URL` of a GitHub of one's own")
}

func (f *serveFlags) options(a *app, env *config.Environment) (server.Options, error) {
	base := f.serverFlags.options(a, env)
	o := f.o
	o.Data, o.Database, o.Blobs, o.SecretAccess = base.Data, base.Database, base.Blobs, base.SecretAccess
	o.Getenv, o.Clock, o.Version, o.Out = base.Getenv, base.Clock, base.Version, a.Stdout
	var err error
	if o.Log, err = telemetry.NewLogger(a.Stderr, f.logFormat, f.logLevel); err != nil {
		return o, err
	}
	if o.Roles, err = server.ParseRoles(f.roles); err != nil {
		return o, err
	}
	if f.publicURL != "" {
		if o.PublicURL, err = url.Parse(f.publicURL); err != nil {
			return o, errs.E(errs.Invalid, "--public-url: %w", err)
		}
	}
	for _, text := range f.proxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return o, errs.E(errs.Invalid, "--trusted-proxy: a network such as 10.0.0.0/8 is expected, not %q", text)
		}
		o.TrustedProxies = append(o.TrustedProxies, network)
	}
	o.SignIn, err = f.signIns(env)
	return o, err
}

func (f *serveFlags) signIns(env *config.Environment) ([]server.SignIn, error) {
	if (f.oidc.issuer == "") != (f.oidc.client == "") {
		return nil, errs.E(errs.Invalid, "--oidc-issuer and --oidc-client-id go together")
	}
	var out []server.SignIn
	for _, w := range []server.SignIn{
		{Kind: server.SignInOIDC, ID: "sso", Name: f.oidcName, Issuer: f.oidc.issuer, ClientID: f.oidc.client, Domains: f.oidc.domains, ClientSecret: env.Get("ASSAY_OIDC_CLIENT_SECRET")},
		{Kind: server.SignInGoogle, ID: "google", Name: "Google", ClientID: f.google.client, Domains: f.google.domains, ClientSecret: env.Get("ASSAY_GOOGLE_CLIENT_SECRET")},
		{Kind: server.SignInGitHub, ID: "github", Name: "GitHub", Issuer: f.gitHubURL, ClientID: f.gitHub.client, ClientSecret: env.Get("ASSAY_GITHUB_CLIENT_SECRET")},
	} {
		if w.ClientID == "" {
			continue
		}
		if w.ClientSecret == "" {
			return nil, errs.E(errs.Invalid, "to sign in with %s needs the client's secret: %s", w.Name, fmt.Sprintf("ASSAY_%s_CLIENT_SECRET", map[string]string{"sso": "OIDC", "google": "GOOGLE", "github": "GITHUB"}[w.ID]))
		}
		out = append(out, w)
	}
	return out, env.Err()
}
