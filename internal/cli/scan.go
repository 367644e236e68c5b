package cli

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	extractors "github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/glob"
	"github.com/assay-sca/assay/internal/policy"
	reports "github.com/assay-sca/assay/internal/report/all"
	"github.com/assay-sca/assay/internal/scan"
	"github.com/assay-sca/assay/internal/source"
)

// scanFlags are the flags of assay scan.
type scanFlags struct {
	database
	outputs          []string
	ref              string
	failOn           string
	allowIncomplete  bool
	failOnIncomplete bool
	at               string
	globs            []string
	gitIgnore        bool
	installed        bool
	byProduct        bool
	verbose          bool
	maxFileSize      int64
}

func (a *app) scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [TARGET]",
		Short: "List the components of a source and their known vulnerabilities",
		Long: `Reads every manifest and lockfile of TARGET, matches what they pin with the advisory
database and reports what is known to be vulnerable, how it came in, what fixes it,
and what could not be checked.

TARGET is a folder (the default is the one here), a lockfile, or the address of a git
repository, with "@" and a branch, tag or commit at its end if it is not the default
one. A folder's own .assay.yaml may set flags and silence findings; that of a fetched
repository may not.`,
		Example: `  assay scan
  assay scan web/package-lock.json
  assay scan https://git.example.org/team/app.git@v1.2
  assay scan --ref main ~/src/app              # a commit instead of the working copy
  assay scan -o table -o json=result.json --fail-on high .
  assay scan --glob 'web/**' --glob '!**/testdata/**' .
  assay scan --db advisories.db --offline .`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			target := "."
			if len(args) == 1 {
				target = args[0]
			}
			return a.scan(cmd, &f, target)
		},
	}
	f.bind(cmd)
	f.bindUpdate(cmd)
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.outputs, "output", "o", []string{"table"}, "`FORMAT[=FILE]` to write: "+strings.Join(formatNames(), ", ")+"; may be given several times")
	fl.BoolVar(&f.offline, "offline", false, "never use the network")
	f.maxAge = defaultMaxAge
	fl.Var(&f.maxAge, "db-max-age", "how old the database may be, an `AGE` such as 5d or 72h; 0 for any")
	fl.StringVar(&f.ref, "ref", "", "branch, tag or commit of a repository, a `REF`")
	fl.StringVar(&f.failOn, "fail-on", "any", "least `SEVERITY` that gives exit code 1: any, low, medium, high, critical, none; a finding of unknown severity reaches each")
	fl.BoolVar(&f.allowIncomplete, "allow-incomplete", false, "no exit code 3 for what could not be checked")
	fl.BoolVar(&f.failOnIncomplete, "fail-on-incomplete", false, "exit code 3 also for unsupported formats, skipped places and components without a version")
	fl.StringVar(&f.at, "at", "", "judge ages and expiries as of this `TIME`, 2026-01-31T12:00:00Z (default: now)")
	fl.StringArrayVar(&f.globs, "glob", nil, "read only manifests and lockfiles that match `PATTERN`, or with \"!\" before it leave them out; may be given several times, the last that matches decides")
	fl.BoolVar(&f.gitIgnore, "gitignore", false, "leave out what .gitignore files name")
	fl.BoolVar(&f.byProduct, "by-product", false, "also match components of ecosystems without advisories (container images, vcpkg, …) by their product's name, with low confidence; needs the NVD's records")
	fl.BoolVar(&f.installed, "installed", false, "also read folders of installed packages (node_modules, vendor, virtual environments)")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "also show every place and what was left out")
	fl.Int64Var(&f.maxFileSize, "max-file-size", extract.DefaultLimits().FileBytes, "largest manifest or lockfile to read, in `BYTES`")
	cmd.MarkFlagsMutuallyExclusive("allow-incomplete", "fail-on-incomplete")
	return cmd
}

func formatNames() []string {
	var names []string
	for _, w := range reports.Writers() {
		names = append(names, w.Name())
	}
	return names
}

func (a *app) scan(cmd *cobra.Command, f *scanFlags, target string) (err error) {
	ctx := cmd.Context()
	// Before anything is fetched: the flags that say whether it may be.
	if err := a.environment(cmd); err != nil {
		return err
	}
	if f.offline && source.NeedsNetwork(target) {
		return errs.E(errs.Invalid, "--offline forbids to fetch %s", target)
	}
	src, err := source.Open(ctx, target, f.ref)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	file, err := a.scanSettings(cmd, src)
	if err != nil {
		return err
	}
	outputs, err := parseOutputs(f.outputs)
	if err != nil {
		return err
	}
	result, err := a.runScan(ctx, f, src, file.Ignores)
	if err != nil {
		return err
	}
	if a.config == "" && !src.Trusted && hasConfig(src.Tree) {
		result.Notices = append(result.Notices, "the repository's own "+config.FileName+" was not applied: name a file with --config")
	}
	if err := a.writeOutputs(outputs, result, f.verbose); err != nil {
		return err
	}
	return a.verdict(result, outputs)
}

// scanSettings reads the configuration file of a folder that is the user's own.
func (a *app) scanSettings(cmd *cobra.Command, src *source.Source) (config.File, error) {
	if !src.Trusted {
		return a.settings(cmd, nil)
	}
	return a.settings(cmd, src.Tree)
}

func hasConfig(tree fs.FS) bool {
	_, err := fs.Stat(tree, config.FileName)
	return err == nil
}

func (a *app) runScan(ctx context.Context, f *scanFlags, src *source.Source, ignores []policy.Ignore) (*finding.Result, error) {
	rules, err := a.rules(f, ignores)
	if err != nil {
		return nil, err
	}
	globs, err := glob.Parse(f.globs)
	if err != nil {
		return nil, err
	}
	p := a.newProgress()
	defer p.end()
	closeDB := func() error { return nil }
	limits := extract.DefaultLimits()
	limits.FileBytes = f.maxFileSize
	result, err := scan.Run(ctx, scan.Request{
		Source: src, Rules: rules, ByProduct: f.byProduct,
		Extract: extract.Options{Extractors: extractors.Extractors(), Limits: limits, Globs: globs, GitIgnore: f.gitIgnore, Installed: f.installed,
			Progress: func(string) { p.files.Add(1) }},
		Open: func(ctx context.Context) (scan.Database, error) {
			db, closer, err := a.ensure(ctx, &f.database, rules.At, p)
			if err != nil {
				return nil, err
			}
			closeDB = closer
			return covered{db}, nil
		},
		Stage: func(name string) {
			p.say(map[string]string{"read": "reading manifests and lockfiles", "match": "matching"}[name])
		},
	})
	if err := errors.Join(err, closeDB()); err != nil {
		return nil, err
	}
	result.Database.Reason = a.portable(&f.database, result.Database.Reason)
	for i := range result.Gates {
		result.Gates[i].Reason = a.portable(&f.database, result.Gates[i].Reason)
	}
	return result, nil
}

func (a *app) rules(f *scanFlags, ignores []policy.Ignore) (policy.Rules, error) {
	failOn, err := policy.ParseFailOn(f.failOn)
	if err != nil {
		return policy.Rules{}, errs.E(errs.Invalid, "--fail-on: %w", err)
	}
	if f.maxFileSize <= 0 {
		return policy.Rules{}, errs.E(errs.Invalid, "--max-file-size %d: a positive number of bytes is expected", f.maxFileSize)
	}
	at := a.Now()
	if f.at != "" {
		if at, err = time.Parse(time.RFC3339, f.at); err != nil {
			return policy.Rules{}, errs.E(errs.Invalid, "--at %q is no time such as 2026-01-31T12:00:00Z", f.at)
		}
	}
	return policy.Rules{FailOn: failOn, AllowIncomplete: f.allowIncomplete, FailOnIncomplete: f.failOnIncomplete,
		Ignores: ignores, At: at, MaxAge: time.Duration(f.maxAge)}, nil
}

// verdict ends the command with the gates' exit code. What the table would have
// said is said on Stderr when only a document for machines is shown.
func (a *app) verdict(result *finding.Result, outputs []output) error {
	shown := slices.ContainsFunc(outputs, func(o output) bool { return o.file == "" && o.writer.Name() != "json" })
	if !shown {
		if result.Database.Sample {
			a.message("sample data: the result is no verdict")
		}
		for _, g := range result.Gates {
			a.message("%s: %s", g.Name, g.Reason)
		}
	}
	if code := policy.ExitCode(result.Gates); code != policy.ExitClean {
		return exitError(code)
	}
	return nil
}
