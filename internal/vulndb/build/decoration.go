package build

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
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
func (b *Builder) decorate(r *feed.Record) error {
	switch {
	case r.KnownExploited != nil:
		return b.keep("known_exploited "+r.KnownExploited.CVE, r.Provider, r.KnownExploited.CVE, r.KnownExploited.Added, r.KnownExploited)
	case r.EPSS != nil:
		return b.keep("epss "+r.EPSS.CVE, r.Provider, r.EPSS.CVE, r.EPSS.Date, r.EPSS)
	default:
		e := r.EndOfLife
		return b.keep("end_of_life "+e.Product+" "+e.Cycle, r.Provider, e.Product+" "+e.Cycle, e.Ends, e)
	}
}

func (b *Builder) keep(at, provider, key, order string, value any) error {
	data, err := vulndb.EncodeDecoration(value)
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
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
	p := b.provider(d.provider)
	p.records++
	if e, ok := d.value.(*advisory.EPSS); ok {
		_, err := b.tx.ExecContext(ctx, `insert into epss values ($1, $2, $3, $4, $5)`, e.CVE, p.id, e.Score, e.Percentile, e.Date)
		return err
	}
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
