package vulndb

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"
)

const (
	diffExploitedQuery = `select d.cve, p.name, d.digest, b.value from known_exploited d
join providers p on p.id = d.provider_id join blobs b on b.id = d.blob_id order by d.cve`
	diffEndOfLifeQuery = `select d.product || ' ' || d.cycle, p.name, d.digest, b.value from end_of_life d
join providers p on p.id = d.provider_id join blobs b on b.id = d.blob_id order by d.product, d.cycle`
	predictsQuery = `select exists (select 1 from epss where provider_id in (select value from json_each($1)))`
	diffEPSSQuery = `select cve, provider_id, score, percentile, date from epss order by cve`
)

// decoration is a row that decorates, by its key.
type decoration struct {
	provider string
	digest   []byte
	value    []byte // as stored
}

func (db *DB) decorationRows(ctx context.Context, query string) (map[string]decoration, error) {
	out := map[string]decoration{}
	err := db.each(ctx, query, func(scan func(...any) error) error {
		var key string
		var d decoration
		err := scan(&key, &d.provider, &d.digest, &d.value)
		out[key] = d
		return err
	})
	return out, err
}

func (d *differ) knownExploited(ctx context.Context) error {
	return d.decorations(ctx, diffExploitedQuery, SubjectKnownExploited, &d.sum.KnownExploited)
}

func (d *differ) endOfLife(ctx context.Context) error {
	return d.decorations(ctx, diffEndOfLifeQuery, SubjectEndOfLife, &d.sum.EndOfLife)
}

// decorations compares tables that are small.
func (d *differ) decorations(ctx context.Context, query string, subject Subject, counts *Counts) error {
	old, err := d.a.decorationRows(ctx, query)
	if err != nil {
		return err
	}
	current, err := d.b.decorationRows(ctx, query)
	if err != nil {
		return err
	}
	for _, key := range union(old, current) {
		x, was := old[key]
		y, is := current[key]
		c := Change{Kind: KindChanged, Subject: subject, Provider: y.provider, ID: key, Fields: []FieldChange{}}
		switch {
		case !was:
			c.Kind = KindAdded
		case !is:
			c.Kind, c.Provider = KindRemoved, x.provider
		case bytes.Equal(x.digest, y.digest) && x.provider == y.provider:
			continue
		default:
			if c.Fields, err = d.decorationFields(ctx, x, y); err != nil {
				return err
			}
		}
		d.note(counts, c.Provider, c.Kind)
		if err := d.yield(c); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) decorationFields(ctx context.Context, x, y decoration) ([]FieldChange, error) {
	old, err := d.a.blob(ctx, x.value)
	if err != nil {
		return nil, d.a.damaged(err)
	}
	current, err := d.b.blob(ctx, y.value)
	if err != nil {
		return nil, d.b.damaged(err)
	}
	c := comparison{out: []FieldChange{}}
	if x.provider != y.provider {
		c.note("provider", quoted(x.provider), quoted(y.provider))
	}
	if err := c.values("", old, current); err != nil {
		return nil, d.b.damaged(err)
	}
	return c.out, nil
}

func quoted(text string) jsontext.Value {
	// The error says that it is no UTF-8 and was replaced.
	value, _ := jsontext.AppendQuote(nil, text)
	return value
}

// prediction is a row of epss.
type prediction struct {
	cve, provider     string
	score, percentile float64
	date              string
}

// predictions hands the rows over in portions, by CVE.
func (db *DB) predictions(ctx context.Context, providers map[int64]string, out chan<- []prediction) error {
	defer close(out)
	list := make([]prediction, 0, chunk)
	hand := func() error {
		select {
		case out <- list:
			list = make([]prediction, 0, chunk)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	last := "" // most rows have the date of the one before
	var date sql.RawBytes
	err := db.each(ctx, diffEPSSQuery, func(scan func(...any) error) error {
		var p prediction
		var provider int64
		if err := scan(&p.cve, &provider, &p.score, &p.percentile, &date); err != nil {
			return err
		}
		if string(date) != last {
			last = string(date)
		}
		p.provider, p.date = providers[provider], last
		if list = append(list, p); len(list) == chunk {
			return hand()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return hand()
}

// epss merges two tables that are large and mostly differ: each day has its own
// predictions.
func (d *differ) epss(ctx context.Context) error {
	if concerned, err := d.predict(ctx); err != nil || !concerned {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	var sides [2]stream
	for i, db := range []*DB{d.a, d.b} {
		stored, err := db.providerNumbers(ctx)
		if err != nil {
			return err
		}
		names := make(map[int64]string, len(stored))
		for _, p := range stored {
			names[p.id] = p.name
		}
		sides[i].in = make(chan []prediction, 2)
		group.Go(func() error { return db.predictions(inner, names, sides[i].in) })
	}
	group.Go(func() error { return d.mergePredictions(inner, &sides[0], &sides[1]) })
	return group.Wait()
}

// predict tells whether a provider that differs makes predictions.
func (d *differ) predict(ctx context.Context) (bool, error) {
	concerned := false
	for _, side := range []struct {
		db        *DB
		providers []int64
	}{{d.a, d.ofA}, {d.b, d.ofB}} {
		list, err := json.Marshal(side.providers)
		if err != nil {
			return false, err
		}
		err = side.db.each(ctx, predictsQuery, func(scan func(...any) error) error {
			var does bool
			err := scan(&does)
			concerned = concerned || does
			return err
		}, string(list))
		if err != nil {
			return false, err
		}
	}
	return concerned, nil
}

// stream is one side's predictions, with the next in hand.
type stream struct {
	in   chan []prediction
	list []prediction
}

// next is nil at the end.
func (s *stream) next(ctx context.Context) (*prediction, error) {
	for len(s.list) == 0 {
		select {
		case list, ok := <-s.in:
			if !ok {
				return nil, ctx.Err()
			}
			s.list = list
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &s.list[0], nil
}

func (s *stream) take() { s.list = s.list[1:] }

func (d *differ) mergePredictions(ctx context.Context, a, b *stream) error {
	for {
		x, err := a.next(ctx)
		if err != nil {
			return err
		}
		y, err := b.next(ctx)
		if err != nil || x == nil && y == nil {
			return err
		}
		if x != nil && y != nil && x.cve != y.cve {
			if x.cve < y.cve {
				y = nil
			} else {
				x = nil
			}
		}
		if x != nil {
			a.take()
		}
		if y != nil {
			b.take()
		}
		if err := d.predicted(x, y); err != nil {
			return err
		}
	}
}

// predicted notes what became of one prediction; of two days it is renewed if the
// score is the same.
func (d *differ) predicted(x, y *prediction) error {
	c := Change{Kind: KindChanged, Subject: SubjectEPSS, Fields: []FieldChange{}}
	switch {
	case x == nil:
		c.Kind, c.Provider, c.ID = KindAdded, y.provider, y.cve
		c.Fields = []FieldChange{{Field: "score", New: number(y.score)}}
	case y == nil:
		c.Kind, c.Provider, c.ID = KindRemoved, x.provider, x.cve
		c.Fields = []FieldChange{{Field: "score", Old: number(x.score)}}
	case *x == *y:
		return nil
	case x.score == y.score:
		d.sum.EPSSRenewed++
		return nil
	default:
		c.Provider, c.ID = y.provider, y.cve
		c.Fields = []FieldChange{{Field: "score", Old: number(x.score), New: number(y.score)},
			{Field: "percentile", Old: number(x.percentile), New: number(y.percentile)}}
	}
	d.note(&d.sum.EPSS, c.Provider, c.Kind)
	if !d.options.EPSS {
		return nil
	}
	return d.yield(c)
}

func number(f float64) jsontext.Value { return jsontext.Value(fmt.Sprint(f)) }
