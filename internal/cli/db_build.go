package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/update"
)

// defaultSkipped is the share of unusable records beyond which a build fails:
// real feeds have a few in ten thousand.
const defaultSkipped = 0.01

func (a *app) dbBuildCommand() *cobra.Command {
	var out string
	var share float64
	var sequence int64
	cmd := &cobra.Command{
		Use:   "build --out FILE SOURCE...",
		Short: "Build a database file from feeds of advisories",
		Long: `Builds a database from one or more sources: a folder or URL in the layout of the public
OSV export (<Ecosystem>/all.zip, <Ecosystem>.zip, or loose JSON records), an archive, or
another feed with its name and a colon before it. FILE appears whole or not at all. The
same records give the same content digest.

Records that cannot be used are reported and left out; beyond --max-skipped of all
records nothing is built.`,
		Example: `  assay db build --out advisories.db ~/osv
  assay db build --out advisories.db npm/all.zip our-own-advisories/
  assay db build --out advisories.db ~/osv kev:known_exploited_vulnerabilities.json`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringVar(&out, "out", "", "database `FILE` to write")
	cmd.Flags().Float64Var(&share, "max-skipped", defaultSkipped, "greatest `SHARE` of records, 0 to 1, that may be unusable")
	cmd.Flags().Int64Var(&sequence, "sequence", 0, "`NUMBER` of the release in its line, upwards from 1; 0: it is of none")
	var d database
	cmd.Flags().StringSliceVar(&d.ecosystems, "db-ecosystems", purl.Ecosystems(), "ecosystems to fetch from a URL, a `LIST` with commas")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := a.settings(cmd, nil); err != nil {
			return err
		}
		if out == "" {
			return errs.E(errs.Invalid, "--out FILE is needed: where to write the database")
		}
		if !(share >= 0 && share <= 1) {
			return errs.E(errs.Invalid, "--max-skipped %g is no share between 0 and 1", share)
		}
		if sequence < 0 {
			return errs.E(errs.Invalid, "--sequence %d is no number of a release", sequence)
		}
		d.sources = args
		return a.dbBuild(cmd, build.Limits{SkippedShare: share}, out, sequence, &d)
	}
	return cmd
}

func (a *app) dbBuild(cmd *cobra.Command, limits build.Limits, out string, sequence int64, d *database) error {
	p := a.newProgress()
	o, err := a.updateOptions(d, p)
	if err != nil {
		p.end()
		return err
	}
	o.Limits, o.Sequence = limits, sequence
	start := time.Now()
	r, err := update.Build(cmd.Context(), o, out)
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
		if s.Records+len(s.Skipped) == 0 {
			a.message("%s has no records", s.Name)
		}
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
