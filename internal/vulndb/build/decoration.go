package build

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// decoration is a row about a vulnerability or a product, until all are there:
// of two with one key the later holds.
type decoration struct {
	provider string
	key      string
	order    string // the greater holds
	digest   [sha256.Size]byte
	value    any
}

// decorate takes in what is no advisory.
func (b *Builder) decorate(ctx context.Context, r *feed.Record) error {
	switch {
	case r.KnownExploited != nil:
		return b.keep("known_exploited "+r.KnownExploited.CVE, r.Provider, r.KnownExploited.CVE, r.KnownExploited.Added, r.KnownExploited)
	case r.EPSS != nil:
		return b.addScore(ctx, r.Provider, r.EPSS)
	case r.EndOfLife == nil:
		return errs.E(errs.Damaged, "a record of %s has no id", r.Provider)
	default:
		e := r.EndOfLife
		return b.keep("end_of_life "+e.Product+" "+e.Cycle, r.Provider, e.Product+" "+e.Cycle, e.Ends, e)
	}
}

// addScore stores at once: there are hundreds of thousands.
func (b *Builder) addScore(ctx context.Context, provider string, e *advisory.EPSS) error {
	b.scored = true
	_, err := b.insert.score.ExecContext(ctx, e.CVE, b.provider(provider).id, e.Score, e.Percentile, e.Date)
	return err
}

// scoreLines counts the scores and gives their lines of the providers' digests.
func (b *Builder) scoreLines(ctx context.Context, lines map[string][]string) error {
	rows, err := b.tx.QueryContext(ctx, `select provider_id, cve, score, percentile, date from epss`)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // ends with the transaction
	names := map[int64]string{}
	for name, p := range b.providers {
		names[p.id] = name
	}
	for rows.Next() {
		var provider int64
		var e advisory.EPSS
		if err := rows.Scan(&provider, &e.CVE, &e.Score, &e.Percentile, &e.Date); err != nil {
			return err
		}
		data, err := vulndb.EncodeDecoration(&e)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(data)
		name := names[provider]
		lines[name] = append(lines[name], vulndb.DigestLine("epss "+e.CVE, digest[:]))
		b.providers[name].records++
		b.scores++
	}
	return rows.Err()
}

func (b *Builder) keep(at, provider, key, order string, value any) error {
	data, err := vulndb.EncodeDecoration(value)
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	b.provider(provider)
	d := decoration{provider: provider, key: key, order: order, digest: sha256.Sum256(data), value: value}
	earlier, known := b.decorated[at]
	if known && (earlier.order > d.order || earlier.order == d.order && string(earlier.digest[:]) >= string(d.digest[:])) {
		return nil
	}
	b.decorated[at] = d
	return nil
}

func (b *Builder) storeDecorations(ctx context.Context) error {
	for _, at := range sortedKeys(b.decorated) {
		d := b.decorated[at]
		if err := b.storeDecoration(ctx, d); err != nil {
			return fmt.Errorf("store %s: %w", d.key, err)
		}
	}
	return nil
}

func (b *Builder) storeDecoration(ctx context.Context, d decoration) error {
	p := b.providers[d.provider]
	p.records++
	data, err := vulndb.EncodeDecoration(d.value)
	if err != nil {
		return err
	}
	blob, err := b.blobs.add(data)
	if err != nil {
		return err
	}
	switch v := d.value.(type) {
	case *advisory.KnownExploited:
		_, err = b.tx.ExecContext(ctx, `insert into known_exploited values ($1, $2, $3, $4, $5, $6, $7)`,
			v.CVE, p.id, v.Added, v.Due, strings.EqualFold(v.Ransomware, "known"), d.digest[:], blob)
	case *advisory.EndOfLife:
		_, err = b.tx.ExecContext(ctx, `insert into end_of_life values ($1, $2, $3, $4, $5, $6)`,
			v.Product, v.Cycle, p.id, v.Ends, d.digest[:], blob)
	}
	return err
}
