package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// ForgetScans deletes scans that are old.
func (n *nouns) ForgetScans(ctx context.Context, keep, limit int) (int64, error) {
	return n.rows(ctx, "forget scans", `
		delete from scans where seq in (
			select seq from (
				select id, seq, row_number() over (partition by project_id, repository_id, coalesce(version_id, 0) order by seq desc) as nth
				from scans where state in ('done', 'failed', 'cancelled')
			) as old
			where nth > $1
				and not exists (select 1 from versions where scan_id = old.id)
				and not exists (select 1 from projects where last_scan_id = old.id)
			order by seq limit $2)`, keep, limit)
}

// ForgetLogs lets go of logs that are old.
func (n *nouns) ForgetLogs(ctx context.Context, before time.Time) (int64, error) {
	return n.rows(ctx, "forget logs", `update scans set log = '' where log <> '' and finished_at < $1`, before.UnixMilli())
}

func (n *nouns) rows(ctx context.Context, doing, query string, args ...any) (int64, error) {
	result, err := n.write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, unavailable(fmt.Errorf("%s: %w", doing, err))
	}
	return result.RowsAffected()
}

// BlobsInUse lists the digests that rows name.
func (n *nouns) BlobsInUse(ctx context.Context) ([]string, error) {
	return collect(ctx, n.read, func(row func(...any) error) (digest string, err error) { return digest, row(&digest) }, `
		select upload from scans where upload <> '' union select ledger from scans where ledger <> ''
		union select result from scans where result <> '' union select log from scans where log <> ''
		union select result from analyses where result <> '' union select blob from releases`)
}
