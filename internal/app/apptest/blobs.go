package apptest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
)

// Blobs keeps blobs in memory. Set Fail to make every call fail.
type Blobs struct {
	mu   sync.Mutex
	all  map[string][]byte
	Fail error
}

var _ blob.Store = (*Blobs)(nil)

// NewBlobs returns an empty store.
func NewBlobs() *Blobs { return &Blobs{all: map[string][]byte{}} }

// Put implements blob.Store.
func (b *Blobs) Put(_ context.Context, r io.Reader) (string, int64, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(content))
	b.all[digest] = content
	return digest, int64(len(content)), b.Fail
}

// Open implements blob.Store.
func (b *Blobs) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	content, ok := b.all[digest]
	switch {
	case b.Fail != nil:
		return nil, b.Fail
	case !ok:
		return nil, errs.E(errs.NotFound, "there is no blob %s", digest)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

// Delete implements blob.Store.
func (b *Blobs) Delete(_ context.Context, digest string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, digest)
	return b.Fail
}

// List implements blob.Store.
func (b *Blobs) List(_ context.Context, yield func(blob.Info) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for digest, content := range b.all {
		if err := yield(blob.Info{Digest: digest, Size: int64(len(content)), Stored: Start}); err != nil {
			return err
		}
	}
	return b.Fail
}

// Check implements blob.Store.
func (b *Blobs) Check(context.Context) error { return b.Fail }
