package store

import (
	"context"
	"time"
)

// Retention forgets what is old.
type Retention interface {
	// ForgetScans deletes scans that have ended, but the last keep of each version,
	// the last successful one of each version and the last one of each project; at
	// most limit, the oldest first. It tells how many.
	ForgetScans(ctx context.Context, keep, limit int) (int64, error)
	// ForgetLogs lets go of the logs of scans that ended before an instant.
	ForgetLogs(ctx context.Context, before time.Time) (int64, error)
	// BlobsInUse lists the digests of all blobs that a row names.
	BlobsInUse(ctx context.Context) ([]string, error)
}
