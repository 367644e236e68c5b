// Package flock holds files for one process at a time. The kernel gives a lock
// back at the latest with the process that holds it, whatever becomes of that.
package flock

import (
	"context"
	"errors"
	"os"
	"time"
)

const poll = 100 * time.Millisecond

// Wait makes the file if there is none and waits until no other process holds it.
// The lock ends when the file that is returned is closed.
func Wait(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		locked, err := Try(f)
		if locked {
			return f, nil
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(poll):
		}
	}
}
