package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/store"
)

// Retention says how long things are kept that nobody asked to keep.
type Retention struct {
	Scans int           // of each version; negative: all
	Logs  time.Duration // of scans that have ended; negative: for ever
	Blobs time.Duration // that no row names: what an upload has stored and not yet named must be younger
	// UpTo are the last inventory and unit that go if nothing names them: what was the
	// last one a good while ago. Zero: none goes.
	UpTo store.ContentMark
}

// Forgotten is what was let go of.
type Forgotten struct{ Scans, Logs, Inventories, Units, Blobs int64 }

// forgetBatch is how many scans are deleted in one transaction.
const forgetBatch = 500

// Forget lets go of what is older than it is to be kept. It may be called by
// several processes at once.
func (a *App) Forget(ctx context.Context, keep Retention) (f Forgotten, err error) {
	for batch := int64(forgetBatch); keep.Scans >= 0 && batch == forgetBatch; f.Scans += batch {
		if batch, err = a.Store.ForgetScans(ctx, max(keep.Scans, 1), forgetBatch); err != nil {
			return f, err
		}
	}
	if keep.Logs >= 0 {
		if f.Logs, err = a.Store.ForgetLogs(ctx, a.Clock().Add(-keep.Logs)); err != nil {
			return f, err
		}
	}
	if f.Inventories, f.Units, err = a.forgetInventories(ctx, keep.UpTo); err != nil {
		return f, err
	}
	f.Blobs, err = a.forgetBlobs(ctx, a.Clock().Add(-keep.Blobs))
	return f, err
}

// forgetInventories deletes what nothing names, batch by batch.
func (a *App) forgetInventories(ctx context.Context, upTo store.ContentMark) (inventories, units int64, err error) {
	for upTo != (store.ContentMark{}) {
		i, u, err := a.Store.ForgetInventories(ctx, upTo, forgetBatch)
		inventories, units = inventories+i, units+u
		if err != nil || i < forgetBatch && u < forgetBatch {
			return inventories, units, err
		}
	}
	return 0, 0, nil
}

// forgetBlobs deletes blobs that were stored before an instant and that no row
// names. They are listed before the rows are read: a row that names one of them
// from then on has stored it again, which makes it young.
func (a *App) forgetBlobs(ctx context.Context, before time.Time) (int64, error) {
	var old []string
	if err := a.Blobs.List(ctx, func(i blob.Info) error {
		if i.Stored.Before(before) {
			old = append(old, i.Digest)
		}
		return nil
	}); err != nil || len(old) == 0 {
		return 0, err
	}
	named, err := a.Store.BlobsInUse(ctx)
	if err != nil {
		return 0, err
	}
	used := make(map[string]bool, len(named))
	for _, digest := range named {
		used[digest] = true
	}
	gone := int64(0)
	for _, digest := range old {
		if used[digest] {
			continue
		}
		if err := a.Blobs.Delete(ctx, digest); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}
