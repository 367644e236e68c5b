package rpmfeed

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// maxRecords bounds the advisories of one set that are held to be joined; the
// longest list has some ten thousand.
const maxRecords = 1_000_000

// Join makes one record of those with the same id: lists of updates repeat an
// advisory for each release, repository and architecture.
func Join(sets []feed.Set, err error) ([]feed.Set, error) {
	if err != nil {
		return nil, err
	}
	for i := range sets {
		sets[i] = joined{sets[i]}
	}
	return sets, nil
}

type joined struct{ feed.Set }

// Each yields the records in the order of their ids, after what cannot be used.
func (j joined) Each(ctx context.Context, yield func(feed.Record) error) (string, error) {
	byID := map[string]feed.Record{}
	digest, err := j.Set.Each(ctx, func(r feed.Record) error {
		if r.Err != nil {
			return yield(r)
		}
		have, ok := byID[r.Advisory.ID]
		if !ok && len(byID) == maxRecords {
			return errs.E(errs.TooLarge, "it has over %d advisories", maxRecords)
		}
		if ok {
			r.Entry = min(have.Entry, r.Entry)
			var err error
			if r.Advisory, err = merge(have.Advisory, r.Advisory); err != nil {
				return yield(feed.Record{Entry: r.Entry, Err: err})
			}
		}
		byID[r.Advisory.ID] = r
		return nil
	})
	if err != nil {
		return "", err
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		r := byID[id]
		if err := finish(&r.Advisory); err != nil {
			r = feed.Record{Entry: r.Entry, Err: err}
		}
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return digest, nil
}

// merge takes the words of the newer record, and the lists and other fields of
// both.
func merge(a, b advisory.Advisory) (advisory.Advisory, error) {
	if newer(&b, &a) {
		a, b = b, a
	}
	if b.Published != "" && (a.Published == "" || b.Published < a.Published) {
		a.Published = b.Published
	}
	a.Affected = append(a.Affected, b.Affected...)
	a.Upstream = append(a.Upstream, b.Upstream...)
	a.Related = append(a.Related, b.Related...)
	a.Weaknesses = append(a.Weaknesses, b.Weaknesses...)
	a.References = append(a.References, b.References...)
	a.Severity = append(a.Severity, b.Severity...)
	fields := map[string]any{}
	if err := errors.Join(Spread(fields, b.Extra), Spread(fields, a.Extra)); err != nil {
		return a, err
	}
	var err error
	a.Extra, err = Extra(fields)
	return a, err
}

// newer orders two records by time and else by what they say, so that their order
// in the feed does not matter.
func newer(a, b *advisory.Advisory) bool {
	for _, pair := range [][2]string{{a.Modified, b.Modified}, {a.Published, b.Published}, {a.Summary, b.Summary}, {a.Details, b.Details},
		{a.Word, b.Word}} {
		if pair[0] != pair[1] {
			return pair[0] > pair[1]
		}
	}
	return string(a.Extra) > string(b.Extra)
}

// finish sorts the lists and takes out what is there twice.
func finish(a *advisory.Advisory) error {
	var all Updates
	for _, entry := range a.Affected {
		if err := all.Add(entry); err != nil {
			return err
		}
	}
	a.Affected = all.Affected(nil)
	a.Upstream, a.Related, a.Weaknesses = sorted(a.Upstream), sorted(a.Related), sorted(a.Weaknesses)
	slices.SortStableFunc(a.References, func(x, y advisory.Reference) int {
		return slices.Compare(append([]string{x.URL}, x.Tags...), append([]string{y.URL}, y.Tags...))
	})
	a.References = slices.CompactFunc(a.References, func(x, y advisory.Reference) bool {
		return x.URL == y.URL && slices.Equal(x.Tags, y.Tags)
	})
	slices.SortFunc(a.Severity, func(x, y advisory.Severity) int {
		return slices.Compare([]string{x.Type, x.Score, x.Source}, []string{y.Type, y.Score, y.Source})
	})
	a.Severity = slices.Compact(a.Severity)
	return nil
}
