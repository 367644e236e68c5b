package update

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/flock"
	"github.com/assay-sca/assay/internal/vulndb/build"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Build fetches what has changed of the sources and builds the database out.
func Build(ctx context.Context, o Options, out string) (build.Report, error) {
	units, err := o.units()
	if err != nil {
		return build.Report{}, err
	}
	if !remoteAmong(units) {
		return o.fetcher().build(ctx, units, out)
	}
	if err := os.MkdirAll(o.Cache, 0o755); err != nil {
		return build.Report{}, errs.E(errs.Unavailable, "make the download folder: %w", err)
	}
	lock, err := flock.Wait(ctx, filepath.Join(o.Cache, "lock"))
	if err != nil {
		return build.Report{}, errs.E(errs.Unavailable, "lock the download folder: %w", err)
	}
	report, err := o.remoteBuild(ctx, units, out)
	return report, errors.Join(err, lock.Close())
}

func remoteAmong(units []*unit) bool {
	for _, u := range units {
		if len(u.files) > 0 {
			return true
		}
	}
	return false
}

func (o Options) remoteBuild(ctx context.Context, units []*unit, out string) (build.Report, error) {
	f := o.fetcher()
	units, err := f.fetch(ctx, units)
	if err != nil {
		return build.Report{}, err
	}
	report, err := f.build(ctx, units, out)
	if err != nil && ctx.Err() == nil {
		reverted, e := f.revertBad(ctx, units)
		if e != nil {
			return report, errors.Join(err, e)
		}
		if e := nothingRenewed(units, err); e != nil || !reverted {
			return report, err
		}
		report, err = f.build(ctx, units, out)
	}
	if err != nil {
		return report, err
	}
	return report, errors.Join(f.accept(units), o.prune())
}

// build builds from what is there.
func (f *fetcher) build(ctx context.Context, units []*unit, out string) (build.Report, error) {
	var sets []feed.Set
	var owners []*unit
	for _, u := range units {
		found, err := u.sets()
		if err != nil {
			return build.Report{}, err
		}
		for range found {
			owners = append(owners, u)
		}
		sets = append(sets, found...)
	}
	limits := f.Limits
	limits.Check = func(n int, s build.Source) error {
		if !f.replaceable(owners[n]) {
			return nil
		}
		return f.usable(s.Records, len(s.Skipped))
	}
	return build.Run(ctx, out, sets, build.Options{Built: f.Now, Sequence: f.Sequence, Describe: f.Describe}, limits, f.Progress.Read)
}

// usable judges a part that could be replaced by an earlier one: an empty or
// broken one is no success.
func (f *fetcher) usable(records, skipped int) error {
	all := records + skipped
	if all == 0 {
		return errs.E(errs.Invalid, "it has no records")
	}
	if float64(skipped) > f.Limits.SkippedShare*float64(all) {
		return errs.E(errs.Damaged, "%d of %d records cannot be used", skipped, all)
	}
	return nil
}

// revertBad reads what has come since the last database and replaces what cannot
// be used by what was good then.
func (f *fetcher) revertBad(ctx context.Context, units []*unit) (bool, error) {
	found := false
	for _, u := range units {
		if !f.replaceable(u) {
			continue
		}
		err := f.read(ctx, u)
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		if err == nil {
			continue
		}
		done, err := f.revert(u, err)
		if err != nil {
			return found, err
		}
		found = found || done
	}
	return found, nil
}

func (f *fetcher) read(ctx context.Context, u *unit) error {
	sets, err := u.sets()
	if err != nil {
		return err
	}
	for _, set := range sets {
		records, skipped := 0, 0
		if _, err := set.Each(ctx, func(r feed.Record) error {
			if r.Err != nil {
				skipped++
			} else {
				records++
			}
			return nil
		}); err != nil {
			return err
		}
		if err := f.usable(records, skipped); err != nil {
			return err
		}
	}
	return nil
}

// sets finds what is to be read of a unit.
func (u *unit) sets() ([]feed.Set, error) {
	sets, err := u.feed.Sets(u.path)
	if err != nil {
		return nil, err
	}
	for i, set := range sets {
		sets[i] = feed.Of(set, u.feed.Name())
	}
	if u.changes != nil {
		if sets, err = u.changes.over(u.feed, sets, u.files[0].work); err != nil {
			return nil, err
		}
	}
	if u.age.Reason != "" {
		for i, set := range sets {
			sets[i] = aged{set, u.age}
		}
	}
	return sets, nil
}

// aged is a set that says how old it is.
type aged struct {
	feed.Set
	age feed.Age
}

// Age is told to the build.
func (a aged) Age() feed.Age { return a.age }

// Feed passes the kind of the set on.
func (a aged) Feed() string { return kindOf(a.Set) }

func kindOf(set feed.Set) string {
	if kind, ok := set.(interface{ Feed() string }); ok {
		return kind.Feed()
	}
	return ""
}

// unusedAfter is how long the downloads of a source are kept that nobody uses.
const unusedAfter = 30 * 24 * time.Hour

// prune removes the downloads of sources that are no longer used, so that the
// cache does not grow for ever.
func (o Options) prune() error {
	for _, source := range o.Sources {
		if f, place := o.Named(source); isURL(place) {
			if err := replaceFile(filepath.Join(o.Cache, key(f, place), "used"), []byte(o.Now.UTC().Format(time.RFC3339))); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	entries, err := os.ReadDir(o.Cache)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && o.unused(e) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(o.Cache, e.Name())))
		}
	}
	return err
}

func (o Options) unused(e fs.DirEntry) bool {
	data, err := os.ReadFile(filepath.Join(o.Cache, e.Name(), "used"))
	if err != nil {
		info, err := e.Info()
		return err == nil && o.Now.Sub(info.ModTime()) > unusedAfter
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(data)))
	return err != nil || o.Now.Sub(at) > unusedAfter
}
