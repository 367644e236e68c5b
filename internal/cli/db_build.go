package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/update"
)

// defaultSkipped is the share of unusable records beyond which a build fails:
// real feeds have a few in ten thousand.
const defaultSkipped = 0.01

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
	r, err := build.Run(cmd.Context(), out, sets, build.Options{Built: a.Now(), Describe: feeds.Provider}, build.Limits{SkippedShare: share}, p.Read)
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
	for n, source := range sources {
		found := feeds.Sets
		if isURL(source) {
			found = func(source string) ([]feed.Set, error) {
				o, err := a.updateOptions(&database{source: source, ecosystems: ecosystems}, p)
				if err != nil {
					return nil, err
				}
				// Two sources may have archives of the same name.
				o.Cache = filepath.Join(o.Cache, "source-"+strconv.Itoa(n+1))
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
