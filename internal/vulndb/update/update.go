// Package update brings the installed advisory database up to date: it fetches
// what has changed from a source, builds a new file, checks it and swaps it in.
// Whatever fails, the database that was in use stays in use.
package update

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	Source     string   // a URL or folder in the layout of the public OSV export
	Ecosystems []string // to fetch from a URL, by OSV name
	Optional   []string // those of them that the source may lack
	Dir        release.Dir
	Cache      string // the folder for downloads
	Client     *http.Client
	Agent      string // the User-Agent header
	Limits     build.Limits
	Now        time.Time
	Sets       func(path string) ([]feed.Set, error) // finds the records in a folder or archive
	Describe   func(provider string) feed.Provider
	Progress   Progress
	Backoff    time.Duration // the first wait between attempts; 0: a second
}

// Progress is told what happens.
type Progress interface {
	Download(name string, got, total int64) // total -1: unknown
	Read(set string)
	Absent(ecosystem string) // the source has none of an optional ecosystem
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
	sets, err := o.sets(ctx)
	if err != nil {
		return build.Report{}, err
	}
	file, err := o.Dir.Temporary()
	if err != nil {
		return build.Report{}, err
	}
	report, err := build.Run(ctx, file, sets, build.Options{Built: o.Now, Describe: o.Describe}, o.Limits, o.Progress.Read)
	if err != nil {
		return report, err
	}
	if err := validate(ctx, file, report.Metadata); err != nil {
		return report, errors.Join(err, os.Remove(file))
	}
	return report, o.Dir.Install(file, report.Metadata.Digest, report.Metadata.Built)
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

// isURL tells a URL from a path.
func isURL(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

func (o Options) sets(ctx context.Context) ([]feed.Set, error) {
	if !isURL(o.Source) {
		return o.Sets(o.Source)
	}
	return Download(ctx, o)
}

// Download fetches the archives of the ecosystems asked for, those that have
// changed, and returns their records. An ecosystem that the source does not have
// is an error unless it is optional: a database without it says of its packages
// that they were not checked.
func Download(ctx context.Context, o Options) ([]feed.Set, error) {
	if strings.HasSuffix(o.Source, ".zip") {
		return o.fetch(ctx, []string{o.Source}, "all")
	}
	var sets []feed.Set
	for _, ecosystem := range o.Ecosystems {
		escaped := url.PathEscape(ecosystem)
		base := strings.TrimSuffix(o.Source, "/")
		found, err := o.fetch(ctx, []string{base + "/" + escaped + "/all.zip", base + "/" + escaped + ".zip"}, ecosystem)
		if errors.Is(err, errGone) && slices.Contains(o.Optional, ecosystem) {
			o.Progress.Absent(ecosystem)
			continue
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, found...)
	}
	return sets, nil
}

// fetch downloads the first of some addresses that the server has.
func (o Options) fetch(ctx context.Context, addresses []string, name string) ([]feed.Set, error) {
	folder := filepath.Join(o.Cache, strings.ReplaceAll(url.PathEscape(name), "%20", " "))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, errs.E(errs.Unavailable, "make the download folder: %w", err)
	}
	// The archive's folder names the set, as in the public layout.
	file := filepath.Join(folder, "all.zip")
	var err error
	for _, address := range addresses {
		d := download{client: o.Client, url: address, file: file, agent: o.Agent, backoff: o.Backoff, limit: maxBytes,
			progress: func(got, total int64) { o.Progress.Download(name, got, total) }}
		if d.backoff == 0 {
			d.backoff = time.Second
		}
		if err = d.run(ctx); err == nil {
			if err := checkArchive(file); err != nil {
				return nil, errs.E(errs.Damaged, "download %s: %w", address, err)
			}
			return o.Sets(file)
		}
		if !errors.Is(err, errGone) {
			return nil, unavailable(address, err)
		}
	}
	return nil, unavailable(strings.Join(addresses, " or "), err)
}

// unavailable keeps the kind of an error that has one.
func unavailable(address string, err error) error {
	if kind := errs.KindOf(err); kind != errs.Unknown {
		return errs.E(kind, "download %s: %w", address, err)
	}
	return errs.E(errs.Unavailable, "download %s: %w", address, err)
}

// checkArchive refuses what is no archive, such as a proxy's page, and forgets
// it, so that the next attempt fetches it anew.
func checkArchive(file string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return errors.Join(fmt.Errorf("what came is no zip archive: %w", err), os.Remove(file), os.Remove(file+".state"))
	}
	return archive.Close()
}
