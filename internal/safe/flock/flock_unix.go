//go:build unix

package flock

import (
	"errors"
	"os"
	"syscall"
)

// Try takes the file's lock if it is free. It ends when the file is closed.
func Try(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
