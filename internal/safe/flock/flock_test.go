package flock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-sca/assay/internal/safe/flock"
)

func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, err := flock.Wait(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if got, err := flock.Try(second); got || err != nil {
		t.Errorf("a held file: %t, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := flock.Wait(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := flock.Try(second); !got || err != nil {
		t.Errorf("a free file: %t, %v", got, err)
	}
	if _, err := flock.Wait(t.Context(), filepath.Join(path, "below")); err == nil {
		t.Error("a lock below a file")
	}
}
