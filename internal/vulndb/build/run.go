package build

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Report is the outcome of a build.
type Report struct {
	Metadata vulndb.Metadata
	Sources  []Source
}

// Skipped counts the records that could not be used.
func (r Report) Skipped() int {
	n := 0
	for _, s := range r.Sources {
		n += len(s.Skipped)
	}
	return n
}

// Records counts the records that were read, usable or not.
func (r Report) Records() int {
	n := r.Skipped()
	for _, s := range r.Sources {
		n += s.Records
	}
	return n
}

// Limits of what a build puts up with.
type Limits struct {
	// SkippedShare is the greatest share of records, 0 to 1, that may be unusable.
	SkippedShare float64
	// Check, unless nil, ends the build at the set with this number, from 0, that
	// it does not accept.
	Check func(n int, s Source) error
}

// A set of which most is unusable is no part of the database: it would vanish
// among the others' records. A few strange files beside them are no set.
const (
	leastSkipped    = 10
	maxSkippedOfSet = 0.5
)

// accept asks the caller first: it may have another copy of the set.
func (l Limits) accept(n int, s Source) error {
	if l.Check != nil {
		if err := l.Check(n, s); err != nil {
			return err
		}
	}
	if bad := len(s.Skipped); bad >= leastSkipped && float64(bad) > maxSkippedOfSet*float64(bad+s.Records) {
		return errs.E(errs.Damaged, "%d of %d records cannot be used, the first since %s: is it of another feed?", bad, bad+s.Records, s.Skipped[0].Reason)
	}
	return nil
}

const gcPercent = 30

// Run builds the database out from sets. A record that cannot be used is left
// out and reported; beyond the limit the build fails with errs.Damaged and out
// stays as it was. progress is called with each set's name before it is read.
func Run(ctx context.Context, out string, sets []feed.Set, options Options, limits Limits, progress func(set string)) (Report, error) {
	// What a build holds lives until its end: collecting more often costs little and
	// keeps a million rows in 257 MB of heap instead of 400.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	b, err := New(ctx, out, options)
	if err != nil {
		return Report{}, err
	}
	var report Report
	names := map[string]bool{}
	for _, set := range sets {
		progress(set.Name())
		source, err := b.addSet(ctx, set)
		if err != nil {
			return report, errors.Join(err, b.Abort())
		}
		source.Name = unused(names, source.Name)
		report.Sources = append(report.Sources, source)
		if err := limits.accept(len(report.Sources)-1, source); err != nil {
			return report, errors.Join(fmt.Errorf("read %s: %w", source.Name, err), b.Abort())
		}
	}
	if skipped, all := report.Skipped(), report.Records(); all > 0 && float64(skipped) > limits.SkippedShare*float64(all) {
		err := errs.E(errs.Damaged, "%d of %d records cannot be used, more than the share of %g: %s is left as it was", skipped, all, limits.SkippedShare, out)
		return report, errors.Join(err, b.Abort())
	}
	report.Metadata, err = b.Finish(ctx, report.Sources)
	return report, err
}

// unused tells sets of the same name apart: two sources may each hold one.
func unused(names map[string]bool, name string) string {
	out := name
	for n := 2; names[out]; n++ {
		out = name + " " + strconv.Itoa(n)
	}
	names[out] = true
	return out
}

func (b *Builder) addSet(ctx context.Context, set feed.Set) (Source, error) {
	source := Source{Name: set.Name()}
	if kind, ok := set.(interface{ Feed() string }); ok {
		source.Feed = kind.Feed()
		b.feed = source.Feed
	}
	if aged, ok := set.(interface{ Age() feed.Age }); ok {
		source.Age = aged.Age()
	}
	digest, err := set.Each(ctx, func(r feed.Record) error {
		if r.Err != nil {
			source.Skipped = append(source.Skipped, Skipped{Entry: r.Entry, Reason: r.Err.Error()})
			return nil
		}
		source.Records++
		if r.Advisory.ID == "" {
			return b.decorate(ctx, &r)
		}
		return b.Add(ctx, r.Provider, &r.Advisory)
	})
	if err != nil {
		return source, fmt.Errorf("read %s: %w", set.Name(), err)
	}
	source.Digest = digest
	return source, nil
}
