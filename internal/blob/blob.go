// Package blob keeps large things by their content: uploads, logs, results,
// database files. A blob is written before the row that names it.
package blob

import (
	"context"
	"io"
	"time"
)

// Store keeps blobs. Digests are "sha256:" and 64 hexadecimal digits, of the
// content as it was put; see Small for others.
type Store interface {
	// Put stores what r gives and returns its digest and size in bytes. Nothing is
	// stored of a reader that fails. Storing again what is there is no error.
	Put(ctx context.Context, r io.Reader) (digest string, size int64, err error)
	// Open reads a blob; errs.NotFound if there is none.
	Open(ctx context.Context, digest string) (io.ReadCloser, error)
	// Delete removes a blob; removing what is not there is no error.
	Delete(ctx context.Context, digest string) error
	// List yields every blob, in no order.
	List(ctx context.Context, yield func(Info) error) error
	// Check tells whether the store can be read and written now.
	Check(ctx context.Context) error
}

// Info is a blob without its content.
type Info struct {
	Digest string
	Size   int64
	Stored time.Time
}
