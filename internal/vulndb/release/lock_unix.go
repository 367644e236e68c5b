//go:build unix

package release

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the file's lock if it is free. The kernel gives it back when the
// file is closed, at the latest with the process.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
