// Package update brings the installed advisory database up to date: it fetches
// what has changed from its sources, builds a new file, checks it and swaps it in.
// Whatever fails, the database that was in use stays in use. A source that fails
// while others are renewed leaves its last good records in the new database, with
// their age and the reason.
package update

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/release"
)

// DefaultSource is the public OSV export.
const DefaultSource = "https://osv-vulnerabilities.storage.googleapis.com"

// Options of an update.
type Options struct {
	Sources    []string // [FEED:]URL or [FEED:]FOLDER
	Ecosystems []string // to fetch from a URL in the layout of the public OSV export, by OSV name
	Optional   []string // those of them that a source may lack
	Dir        release.Dir
	Cache      string // the folder for downloads
	Client     *http.Client
	Agent      string // the User-Agent header
	Limits     build.Limits
	Now        time.Time
	Named      func(source string) (f feed.Feed, place string) // takes a feed's name off a source
	Describe   func(feedName, provider string) feed.Provider
	Progress   Progress
	Backoff    time.Duration // the first wait between attempts; 0: a second
	Sequence   int64         // the number of what Build makes; Run counts on from the installed one
}

// Progress is told what happens.
type Progress interface {
	Download(name string, got, total int64) // total -1: unknown
	Read(set string)
	Absent(ecosystem string)         // the source has none of an optional ecosystem
	Stale(name string, age feed.Age) // it cannot be renewed; what was fetched earlier is used. Without Captured: there is none
}

// Run updates the database and returns what was built.
func Run(ctx context.Context, o Options) (build.Report, error) {
	unlock, err := o.Dir.Lock(ctx)
	if err != nil {
		return build.Report{}, err
	}
	report, err := run(ctx, o)
	return report, errors.Join(err, unlock())
}

func run(ctx context.Context, o Options) (build.Report, error) {
	file, err := o.Dir.Temporary()
	if err != nil {
		return build.Report{}, err
	}
	o.Sequence = following(ctx, o.Dir)
	report, err := Build(ctx, o, file)
	if err != nil {
		return report, err
	}
	if err := validate(ctx, file, report.Metadata); err != nil {
		return report, errors.Join(err, os.Remove(file))
	}
	return report, o.Dir.Install(file, report.Metadata.Digest, report.Metadata.Built)
}

// following is the number after the installed database's. Where there is none, or
// it cannot be read, a line begins.
func following(ctx context.Context, dir release.Dir) int64 {
	file, err := dir.Current()
	if err != nil {
		return 1
	}
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return 1
	}
	defer db.Close() //nolint:errcheck // only read
	return db.Metadata().Sequence + 1
}

// validate reads the new file as a scan will.
func validate(ctx context.Context, file string, want vulndb.Metadata) error {
	db, err := vulndb.Open(ctx, file)
	if err != nil {
		return err
	}
	_, err = db.Verify(ctx)
	if err == nil && db.Metadata() != want {
		err = errs.E(errs.Damaged, "the new database does not say what was built")
	}
	return errors.Join(err, db.Close())
}
