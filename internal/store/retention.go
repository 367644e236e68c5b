package store

import (
	"context"
	"time"
)

// ContentMark is a point in the order in which inventories and units are stored.
type ContentMark struct{ Inventory, Unit int64 }

// Retention forgets what is old.
type Retention interface {
	// ForgetScans deletes scans that have ended, but the last keep of each version,
	// the last successful one of each version, the last one of each project and those
	// with which the use of a component began or ended; at most limit, the oldest first. It tells how many.
	ForgetScans(ctx context.Context, keep, limit int) (int64, error)
	// ForgetLogs lets go of the logs of scans that ended before an instant.
	ForgetLogs(ctx context.Context, before time.Time) (int64, error)
	// ForgetInventories deletes inventories that no version and no scan names, and
	// then units that no inventory has, both with numbers up to those of upTo only:
	// what has just been stored may be about to be named. At most limit of each, the
	// oldest first. For no transaction of others.
	ForgetInventories(ctx context.Context, upTo ContentMark, limit int) (inventories, units int64, err error)
	// ContentMark is the last inventory and unit that there is.
	ContentMark(ctx context.Context) (ContentMark, error)
	// BlobsInUse lists the digests of all blobs that a row names.
	BlobsInUse(ctx context.Context) ([]string, error)
}
