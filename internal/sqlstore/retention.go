package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// ForgetScans deletes scans that are old. Those with which the use of a component
// began or ended stay: they say when that was.
func (n *nouns) ForgetScans(ctx context.Context, keep, limit int) (int64, error) {
	return n.rows(ctx, "forget scans", `
		delete from scans where seq in (
			select seq from (
				select id, seq, version_id, row_number() over (partition by project_id, repository_id, coalesce(version_id, 0) order by seq desc) as nth
				from scans where state in ('done', 'failed', 'cancelled')
			) as old
			where nth > $1
				and not exists (select 1 from versions where scan_id = old.id)
				and not exists (select 1 from projects where last_scan_id = old.id)
				and not exists (select 1 from usages u where u.version_id = old.version_id and (u.scan_from = old.seq or u.scan_to = old.seq))
			order by seq limit $2)`, keep, limit)
}

// ForgetLogs lets go of logs that are old.
func (n *nouns) ForgetLogs(ctx context.Context, before time.Time) (int64, error) {
	return n.rows(ctx, "forget logs", `update scans set log = '' where log <> '' and finished_at < $1`, before.UnixMilli())
}

// ForgetInventories deletes what nothing names. Who names an inventory locks its row
// (see SetVersionInventory), so what is locked here is named by nobody once it is
// looked at again, and by nobody afterwards.
func (n *nouns) ForgetInventories(ctx context.Context, upTo store.ContentMark, limit int) (inventories, units int64, err error) {
	inventories, err = n.forgetUnnamed(ctx, "inventories", upTo.Inventory, limit,
		"select inventory_id from versions where inventory_id is not null", "select inventory_id from scans where inventory_id is not null")
	if err != nil {
		return 0, 0, err
	}
	units, err = n.forgetUnnamed(ctx, "units", upTo.Unit, limit, "select unit_id from inventory_units")
	return inventories, units, err
}

// forgetUnnamed deletes rows of a table whose ids none of some selects gives.
func (n *nouns) forgetUnnamed(ctx context.Context, table string, upTo int64, limit int, named ...string) (gone int64, err error) {
	unnamed := " except " + strings.Join(named, " except ")
	err = n.within(ctx, func(in *nouns) error {
		held, err := collect(ctx, in.write, func(row func(...any) error) (id int64, err error) { return id, row(&id) },
			"select id from "+table+" where id in (select id from "+table+" where id <= $1"+unnamed+" order by 1 limit $2)"+in.dialect.skipLocked(), upTo, limit)
		if err != nil || len(held) == 0 {
			gone = 0
			return err
		}
		gone, err = in.rows(ctx, "forget "+table, "delete from "+table+" where id in (select id from "+table+" where id"+in.dialect.ints(1)+unnamed+")", list(held))
		return err
	})
	return gone, err
}

// ContentMark reads the last numbers.
func (n *nouns) ContentMark(ctx context.Context) (store.ContentMark, error) {
	return one(ctx, n.read, func(row func(...any) error) (m store.ContentMark, err error) { return m, row(&m.Inventory, &m.Unit) }, "mark",
		"select coalesce((select max(id) from inventories), 0), coalesce((select max(id) from units), 0)")
}

func (n *nouns) rows(ctx context.Context, doing, query string, args ...any) (int64, error) {
	result, err := n.write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, unavailable(fmt.Errorf("%s: %w", doing, err))
	}
	return result.RowsAffected()
}

// BlobsInUse lists the digests that rows name, but for blobs that are their own
// names: see blob.Small.
func (n *nouns) BlobsInUse(ctx context.Context) ([]string, error) {
	return collect(ctx, n.read, func(row func(...any) error) (digest string, err error) { return digest, row(&digest) }, `
		select upload from scans where upload like 'sha256:%' union select ledger from scans where ledger like 'sha256:%'
		union select result from scans where result like 'sha256:%' union select log from scans where log like 'sha256:%'
		union select result from analyses where result like 'sha256:%' union select blob from releases where blob like 'sha256:%'`)
}
