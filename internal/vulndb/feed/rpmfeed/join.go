package rpmfeed

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// maxRecords bounds the advisories of one set; the longest list has some ten
// thousand.
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

// Feed is the name of the feed that the set is part of.
func (j joined) Feed() string {
	if of, ok := j.Set.(interface{ Feed() string }); ok {
		return of.Feed()
	}
	return ""
}

// Each reads the set twice: first how often each id is there, so that a record is
// given as soon as its last copy was read and not all are held at once. The order
// is that of the last copies, after the feed's own.
func (j joined) Each(ctx context.Context, yield func(feed.Record) error) (string, error) {
	left := map[string]int{}
	if _, err := j.Set.Each(ctx, func(r feed.Record) error {
		if r.Err == nil {
			left[r.Advisory.ID]++
		}
		if len(left) > maxRecords {
			return errs.E(errs.TooLarge, "it has over %d advisories", maxRecords)
		}
		return ctx.Err()
	}); err != nil {
		return "", err
	}
	held := map[string][]feed.Record{}
	digest, err := j.Set.Each(ctx, func(r feed.Record) error {
		if r.Err != nil {
			return yield(r)
		}
		id := r.Advisory.ID
		if left[id]--; left[id] != 0 {
			held[id] = append(held[id], r)
			return nil
		}
		copies := append(held[id], r)
		delete(held, id)
		return yield(merge(copies))
	})
	if err == nil && len(held) > 0 {
		err = errs.E(errs.Damaged, "it was changed while it was read")
	}
	if err != nil {
		return "", err
	}
	return digest, nil
}

// merge takes the words of the newest record, and the lists and other fields of
// all.
func merge(all []feed.Record) feed.Record {
	out := all[0]
	slices.SortStableFunc(all, func(a, b feed.Record) int { return order(&a.Advisory, &b.Advisory) })
	a := all[len(all)-1].Advisory
	fields := map[string]any{}
	var updates Updates
	var err error
	for i, r := range all {
		out.Entry = min(out.Entry, r.Entry)
		if len(all) > 1 {
			err = errors.Join(err, Spread(fields, r.Advisory.Extra))
		}
		for _, entry := range r.Advisory.Affected {
			err = errors.Join(err, updates.Add(entry))
		}
		if i == len(all)-1 {
			break
		}
		b := &r.Advisory
		if b.Published != "" && (a.Published == "" || b.Published < a.Published) {
			a.Published = b.Published
		}
		a.Upstream = append(a.Upstream, b.Upstream...)
		a.Related = append(a.Related, b.Related...)
		a.Weaknesses = append(a.Weaknesses, b.Weaknesses...)
		a.References = append(a.References, b.References...)
		a.Severity = append(a.Severity, b.Severity...)
	}
	if len(all) > 1 && err == nil {
		a.Extra, err = Extra(fields)
	}
	if err != nil {
		return feed.Record{Entry: out.Entry, Provider: out.Provider, Err: err}
	}
	a.Affected = updates.Affected(nil)
	finish(&a)
	return feed.Record{Entry: out.Entry, Provider: out.Provider, Advisory: a}
}

// order puts the newer record behind, and else goes by what they say, so that the
// place in the feed does not matter.
func order(a, b *advisory.Advisory) int {
	for _, pair := range [][2]string{{a.Modified, b.Modified}, {a.Published, b.Published}, {a.Summary, b.Summary}, {a.Details, b.Details},
		{a.Word, b.Word}, {string(a.Extra), string(b.Extra)}} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c
		}
	}
	return 0
}

// finish sorts the lists and takes out what is there twice.
func finish(a *advisory.Advisory) {
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
}
