package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/report"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/update"
)

// defaultSkipped is the share of unusable records beyond which a build fails:
// real feeds have a few in ten thousand.
const defaultSkipped = 0.01

func (a *app) dbCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "db", Short: "Build, update and search the advisory database"}
	cmd.AddCommand(a.dbBuildCommand(), a.dbUpdateCommand(), a.dbStatusCommand(), a.dbSearchCommand())
	return cmd
}

func (a *app) dbBuildCommand() *cobra.Command {
	var out string
	var share float64
	cmd := &cobra.Command{
		Use:   "build --out FILE SOURCE...",
		Short: "Build a database file from OSV exports",
		Long: `Builds a database from one or more sources: a folder or URL in the layout of the public
OSV export (<Ecosystem>/all.zip, <Ecosystem>.zip, or loose JSON records), or an archive.
FILE appears whole or not at all. The same records give the same content digest.

Records that cannot be used are reported and left out; beyond --max-skipped of all
records nothing is built.`,
		Example: `  assay db build --out advisories.db ~/osv
  assay db build --out advisories.db npm/all.zip our-own-advisories/`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringVar(&out, "out", "", "database `FILE` to write")
	cmd.Flags().Float64Var(&share, "max-skipped", defaultSkipped, "greatest `SHARE` of records, 0 to 1, that may be unusable")
	var d database
	cmd.Flags().StringSliceVar(&d.ecosystems, "db-ecosystems", defaultEcosystems(), "ecosystems to fetch from a URL")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if out == "" {
			return errs.E(errs.Invalid, "--out FILE is needed: where to write the database")
		}
		return a.dbBuild(cmd, out, share, d.ecosystems, args)
	}
	return cmd
}

func (a *app) dbBuild(cmd *cobra.Command, out string, share float64, ecosystems, sources []string) error {
	p := a.newProgress()
	sets, err := a.sets(cmd, sources, ecosystems, p)
	if err != nil {
		p.end()
		return err
	}
	start := time.Now()
	r, err := build.Run(cmd.Context(), out, sets, build.Options{Built: a.Now()}, build.Limits{SkippedShare: share}, p.Read)
	p.end()
	a.reportSkipped(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Stdout, "built %s: release %s, %d records from %d sources in %s\ndigest %s\n", out, r.Metadata.Release,
		r.Metadata.Records, len(r.Sources), time.Since(start).Round(10*time.Millisecond), r.Metadata.Digest)
	return err
}

// maxSkippedShown bounds what is said of unusable records; the database holds all.
const maxSkippedShown = 20

func (a *app) reportSkipped(r build.Report) {
	shown := 0
	for _, s := range r.Sources {
		for _, skipped := range s.Skipped {
			if shown++; shown <= maxSkippedShown {
				a.message("skipped %s in %s: %s", skipped.Entry, s.Name, skipped.Reason)
			}
		}
	}
	if shown > maxSkippedShown {
		a.message("and %d more records were skipped", shown-maxSkippedShown)
	}
}

// sets finds the records of all sources; those at URLs are downloaded first.
func (a *app) sets(cmd *cobra.Command, sources, ecosystems []string, p *progress) ([]feed.Set, error) {
	var sets []feed.Set
	for _, source := range sources {
		found := feeds.Sets
		if strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://") {
			found = func(source string) ([]feed.Set, error) {
				o, err := a.updateOptions(&database{source: source, ecosystems: ecosystems}, p)
				if err != nil {
					return nil, err
				}
				return update.Download(cmd.Context(), o)
			}
		}
		list, err := found(source)
		if err != nil {
			return nil, err
		}
		sets = append(sets, list...)
	}
	return sets, nil
}

func (a *app) dbUpdateCommand() *cobra.Command {
	var d database
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Bring the installed database up to date",
		Long: `Fetches the advisories that have changed from --db-source, builds a new database, checks
it and puts it in the place of the installed one. An interrupted download is resumed by
the next update. If anything fails, the old database stays in use.`,
		Example: `  assay db update
  assay db update --db-source https://mirror.example.org/osv
  assay db update --db-source ~/osv-export`,
		Args: cobra.NoArgs,
	}
	d.bindUpdate(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		return a.dbUpdate(cmd, &d)
	}
	return cmd
}

func (a *app) dbUpdate(cmd *cobra.Command, d *database) error {
	p := a.newProgress()
	o, err := a.updateOptions(d, p)
	if err != nil {
		p.end()
		return err
	}
	r, err := update.Run(cmd.Context(), o)
	p.end()
	a.reportSkipped(r)
	if err != nil {
		return errs.E(errs.KindOf(err), "the update failed: %w; %s", err, a.inUse(cmd))
	}
	_, err = fmt.Fprintf(a.Stdout, "updated: release %s, %d records\n", r.Metadata.Release, r.Metadata.Records)
	return err
}

// inUse says what is left to work with after a failed update.
func (a *app) inUse(cmd *cobra.Command) string {
	db, closeDB, err := a.open(cmd.Context(), &database{})
	if err != nil {
		return "no database is installed"
	}
	defer closeDB() //nolint:errcheck // only read
	return fmt.Sprintf("the database of %s stays in use", db.Metadata().Built.Format(time.RFC3339))
}

// printJSON writes a value for machines.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// bindFormat adds the -o of the small commands.
func bindFormat(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVarP(format, "output", "o", "table", "`FORMAT`: table or json")
}

func checkFormat(format string) error {
	if format != "table" && format != "json" {
		return errs.E(errs.Invalid, "unknown output format %q: use table or json", format)
	}
	return nil
}

type statusJSON struct {
	Path       string         `json:"path"`
	Release    string         `json:"release"`
	Digest     string         `json:"digest"`
	Schema     string         `json:"schema"`
	Built      string         `json:"built"`
	AgeSeconds int64          `json:"age_seconds"`
	Sample     bool           `json:"sample"`
	Records    int            `json:"records"`
	Valid      bool           `json:"valid"`
	Problem    string         `json:"problem,omitempty"`
	Providers  []providerJSON `json:"providers"`
	Ecosystems map[string]int `json:"ecosystems"`
	Sources    []sourceJSON   `json:"sources"`
}

type providerJSON struct {
	Name      string `json:"name"`
	Records   int    `json:"records"`
	Withdrawn int    `json:"withdrawn"`
	Modified  string `json:"modified"`
}

type sourceJSON struct {
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	Records int    `json:"records"`
	Skipped int    `json:"skipped"`
}

func (a *app) dbStatusCommand() *cobra.Command {
	var d database
	var format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say which database is in use, how old it is, and whether it is sound",
		Long: `Reads the whole database and checks every record against its digest. The exit code is 2
when there is no database or it is damaged.`,
		Example: "  assay db status\n  assay db status --db advisories.db -o json",
		Args:    cobra.NoArgs,
	}
	d.bind(cmd)
	bindFormat(cmd, &format)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if err := checkFormat(format); err != nil {
			return err
		}
		return a.dbStatus(cmd, &d, format)
	}
	return cmd
}

func (a *app) dbStatus(cmd *cobra.Command, d *database, format string) error {
	db, closeDB, err := a.open(cmd.Context(), d)
	if err != nil {
		return a.lacking(d, err)
	}
	defer closeDB() //nolint:errcheck // only read
	s, err := a.gatherStatus(cmd, db)
	if err != nil {
		return err
	}
	if format == "json" {
		err = a.printJSON(s)
	} else {
		err = a.printStatus(s)
	}
	if err == nil && !s.Valid {
		err = exitError(2)
	}
	return err
}

func (a *app) gatherStatus(cmd *cobra.Command, db *vulndb.DB) (statusJSON, error) {
	ctx, m := cmd.Context(), db.Metadata()
	s := statusJSON{Path: db.Path(), Release: m.Release, Digest: m.Digest, Schema: m.Schema, Built: m.Built.Format(time.RFC3339),
		AgeSeconds: int64(a.Now().Sub(m.Built) / time.Second), Sample: m.Sample, Records: m.Records, Valid: true}
	if _, err := db.Verify(ctx); err != nil {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		s.Valid, s.Problem = false, err.Error()
	}
	providers, err1 := db.Providers(ctx)
	sources, err2 := db.Sources(ctx)
	ecosystems, err3 := db.Ecosystems(ctx)
	if err := errors.Join(err1, err2, err3); err != nil && s.Valid {
		return s, err
	}
	s.Ecosystems = ecosystems
	for _, p := range providers {
		modified := ""
		if !p.Modified.IsZero() {
			modified = p.Modified.Format(time.RFC3339)
		}
		s.Providers = append(s.Providers, providerJSON{p.Name, p.Records, p.Withdrawn, modified})
	}
	for _, x := range sources {
		s.Sources = append(s.Sources, sourceJSON(x))
	}
	return s, nil
}

func (a *app) printStatus(s statusJSON) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 4, 2, ' ', 0)
	valid := "yes: every record is what its digest says"
	if !s.Valid {
		valid = "NO: " + s.Problem
	}
	sample := ""
	if s.Sample {
		sample = " (SAMPLE DATA: a demonstration, not a database)"
	}
	fmt.Fprintf(w, "Release\t%s%s\nFile\t%s\nBuilt\t%s, %s ago\nRecords\t%d\nDigest\t%s\nSchema\t%s\nValid\t%s\n", s.Release, sample, s.Path,
		s.Built, report.Age(time.Duration(s.AgeSeconds)*time.Second), s.Records, s.Digest, s.Schema, valid)
	fmt.Fprintf(w, "\nPROVIDER\tRECORDS\tWITHDRAWN\tNEWEST\n")
	for _, p := range s.Providers {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", p.Name, p.Records, p.Withdrawn, p.Modified)
	}
	fmt.Fprintf(w, "\nECOSYSTEM\tLIVE RECORDS\n")
	names := make([]string, 0, len(s.Ecosystems))
	for name := range s.Ecosystems {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(w, "%s\t%d\n", name, s.Ecosystems[name])
	}
	fmt.Fprintf(w, "\nSOURCE\tRECORDS\tSKIPPED\n")
	for _, x := range s.Sources {
		fmt.Fprintf(w, "%s\t%d\t%d\n", x.Name, x.Records, x.Skipped)
	}
	return w.Flush()
}
