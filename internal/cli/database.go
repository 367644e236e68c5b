package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	feeds "github.com/assay-sca/assay/internal/vulndb/feed/all"
	"github.com/assay-sca/assay/internal/vulndb/release"
	"github.com/assay-sca/assay/internal/vulndb/sample"
	"github.com/assay-sca/assay/internal/vulndb/update"
)

// sampleName is the --db that means the embedded sample.
const sampleName = "sample"

// database are the flags by which commands find the database.
type database struct {
	file       string
	offline    bool
	sources    []string
	ecosystems []string
	maxAge     age
}

func (d *database) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.file, "db", "", "advisory database `FILE`, or \"sample\" for the embedded demonstration data (default: the installed one)")
}

const defaultMaxAge = age(5 * day)

func (d *database) bindUpdate(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&d.sources, "db-source", []string{update.DefaultSource}, "`[FEED:]URL or FOLDER` that the database is updated from, of OSV exports (<Ecosystem>/all.zip) if no feed is named; may be given several times")
	cmd.Flags().StringSliceVar(&d.ecosystems, "db-ecosystems", purl.Ecosystems(), "ecosystems to fetch from a URL, a `LIST` with commas")
}

func (a *app) releases() (release.Dir, error) {
	cache, err := a.cache()
	if err != nil {
		return "", err
	}
	return release.Dir(filepath.Join(cache, "db")), nil
}

// open opens the database that the flags name. Close it with the function
// returned.
func (a *app) open(ctx context.Context, d *database) (*vulndb.DB, func() error, error) {
	switch d.file {
	case sampleName:
		return openSample(ctx)
	case "":
		dir, err := a.releases()
		if err != nil {
			return nil, nil, err
		}
		db, err := openCurrent(ctx, dir)
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	db, err := vulndb.Open(ctx, d.file)
	if err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

// openCurrent opens the installed database. Between reading the pointer and
// opening the file two updates may have come and gone: then look again.
func openCurrent(ctx context.Context, dir release.Dir) (*vulndb.DB, error) {
	const tries = 3
	for n := 1; ; n++ {
		file, err := dir.Current()
		if err != nil {
			return nil, err
		}
		db, err := vulndb.Open(ctx, file)
		if err == nil || errs.KindOf(err) != errs.NotFound || n == tries {
			return db, err
		}
	}
}

// sayOutdated tells which of the records that an answer relies on are older than
// the database.
func (a *app) sayOutdated(ctx context.Context, db *vulndb.DB) error {
	outdated, err := db.Outdated(ctx)
	if !a.quiet {
		for _, line := range outdated {
			a.message("%s", line)
		}
	}
	return err
}

// openSample builds the embedded sample in a temporary folder.
func openSample(ctx context.Context) (*vulndb.DB, func() error, error) {
	file, remove, err := buildSample(ctx)
	if err != nil {
		return nil, nil, err
	}
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return db, func() error { return errors.Join(db.Close(), remove()) }, nil
}

// buildSample writes the embedded sample as a file in a temporary folder.
func buildSample(ctx context.Context) (string, func() error, error) {
	set, err := feeds.FromFS("sample", sample.Advisories())
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "assay-sample-")
	if err != nil {
		return "", nil, fmt.Errorf("unpack the sample: %w", err)
	}
	remove := func() error { return os.RemoveAll(dir) }
	file := filepath.Join(dir, "sample.db")
	// A fixed time: the sample is what it is, whenever it is unpacked.
	options := build.Options{Built: time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC), Sample: true, Describe: feeds.Provider}
	if _, err := build.Run(ctx, file, []feed.Set{set}, options, build.Limits{}, func(string) {}); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return file, remove, nil
}

// databaseFile is the file that a name means: itself, or the sample.
func databaseFile(ctx context.Context, name string) (string, func() error, error) {
	if name == sampleName {
		return buildSample(ctx)
	}
	return name, func() error { return nil }, nil
}

// ensure opens the database for a scan. An installed one that is missing or too
// old is updated first, unless the network is off limits.
func (a *app) ensure(ctx context.Context, d *database, now time.Time, p *progress) (*vulndb.DB, func() error, error) {
	db, closeDB, err := a.open(ctx, d)
	if d.file != "" || d.offline {
		return db, closeDB, lacking(d, err)
	}
	if err == nil && (d.maxAge == 0 || now.Sub(db.Metadata().Built) <= time.Duration(d.maxAge)) {
		return db, closeDB, nil
	}
	if err != nil && errs.KindOf(err) != errs.NotFound {
		a.message("%s", oneLine(err))
	}
	if failed := a.update(ctx, d, p); failed != nil {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err == nil {
			a.message("the update failed, the database of %s stays in use: %v", db.Metadata().Built.Format(time.DateOnly), failed)
			return db, closeDB, nil
		}
		return nil, nil, errs.E(errs.KindOf(err), "%w, and one cannot be fetched: %w", err, failed)
	}
	if err == nil {
		if err := closeDB(); err != nil {
			return nil, nil, err
		}
	}
	return a.open(ctx, d)
}

// lacking says what to do about a database that is not there.
func lacking(d *database, err error) error {
	if err == nil || errs.KindOf(err) != errs.NotFound {
		return err
	}
	if d.file != "" {
		return errs.E(errs.NotFound, "%w: build one with `assay db build --out %s SOURCE`", err, d.file)
	}
	if d.offline {
		err = errs.E(errs.NotFound, "%w, and --offline forbids to fetch one", err)
	}
	return errs.E(errs.NotFound, "%w: run `assay db update`, name a file with --db, or build one with `assay db build`", err)
}

// portable leaves of the paths that may stand in an error of the database only
// the files' names: it becomes part of a result, which is the same wherever it is
// made.
func (a *app) portable(d *database, text string) string {
	paths := []string{d.file}
	for _, source := range d.sources {
		_, place := feeds.Named(source)
		paths = append(paths, place)
	}
	for _, path := range paths {
		if absolute, err := filepath.Abs(path); err == nil && path != "" && !isURL(path) {
			text = strings.ReplaceAll(text, absolute, filepath.Base(absolute))
		}
	}
	if cache, err := a.cache(); err == nil {
		text = strings.ReplaceAll(text, cache+string(filepath.Separator), "")
	}
	return text
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

func (a *app) update(ctx context.Context, d *database, p *progress) error {
	if !a.quiet {
		shown := make([]string, len(d.sources))
		for i, source := range d.sources {
			shown[i] = update.Shown(source)
		}
		a.message("updating the advisory database from %s", strings.Join(shown, ", "))
	}
	o, err := a.updateOptions(d, p)
	if err != nil {
		return err
	}
	_, err = update.Run(ctx, o)
	return err
}

// optional are the ecosystems that a source may lack: of those that nobody asked
// for, the ones for which little is published.
func (d *database) optional() []string {
	if !slices.Equal(d.ecosystems, purl.Ecosystems()) {
		return nil
	}
	return slices.DeleteFunc(purl.Ecosystems(), func(e string) bool { return !purl.Rare(e) })
}

// checkSource refuses what has the form of a feed's name but is none, instead of
// looking for a folder of that name.
func checkSource(source string) error {
	_, place := feeds.Named(source)
	if place == "" {
		return errs.E(errs.Invalid, "the source %q names no folder, file or URL", source)
	}
	name, rest, ok := strings.Cut(source, ":")
	if place != source || isURL(source) || !ok || len(name) < 2 || strings.ContainsAny(name, `/\.`) {
		return nil
	}
	if _, err := os.Lstat(source); err == nil {
		return nil
	}
	if strings.HasPrefix(rest, "//") {
		return errs.E(errs.Invalid, "the source %s is no http or https address", update.Shown(source))
	}
	var names []string
	for _, f := range feeds.Feeds() {
		names = append(names, f.Name())
	}
	slices.Sort(names)
	return errs.E(errs.Invalid, "there is no feed %q: use %s", name, strings.Join(names, ", "))
}

func (a *app) updateOptions(d *database, p *progress) (update.Options, error) {
	for _, source := range d.sources {
		if err := checkSource(source); err != nil {
			return update.Options{}, err
		}
	}
	cache, err := a.cache()
	if err != nil {
		return update.Options{}, err
	}
	dir, err := a.releases()
	if err != nil {
		return update.Options{}, err
	}
	return update.Options{
		Sources: d.sources, Ecosystems: d.ecosystems, Optional: d.optional(), Dir: dir, Cache: filepath.Join(cache, "downloads"), Client: a.Client,
		Agent: "assay/" + Version(), Limits: build.Limits{SkippedShare: defaultSkipped}, Now: a.Now(), Named: feeds.Named, Describe: feeds.Provider, Progress: p,
	}, nil
}
