package build

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/safe/flock"
)

// What a build writes until its file has its name. The lock is held as long as the
// build's process lives: what has none, or one that nobody holds, is left behind.
const (
	unfinished = ".building"
	blobsOf    = unfinished + ".blobs"
	lockOf     = unfinished + ".lock"
)

// claim makes a name beside out for a build, with its lock.
func claim(out string) (temporary string, lock *os.File, err error) {
	const tries = 10
	for range tries {
		lock, err := os.CreateTemp(filepath.Dir(out), filepath.Base(out)+".*"+lockOf)
		if err != nil {
			return "", nil, err
		}
		held, err := flock.Try(lock)
		if err != nil {
			return "", nil, errors.Join(err, release(lock))
		}
		if held && same(lock) {
			return strings.TrimSuffix(lock.Name(), ".lock"), lock, nil
		}
		// Another build has taken the new file for one that is left behind.
		if err := lock.Close(); err != nil {
			return "", nil, err
		}
	}
	return "", nil, errors.New("other builds take the temporary file away")
}

// same tells whether the file still has its name.
func same(f *os.File) bool {
	here, err := f.Stat()
	there, e := os.Stat(f.Name())
	return err == nil && e == nil && os.SameFile(here, there)
}

// release ends a lock. Its file goes last: until then others leave the rest alone.
func release(lock *os.File) error {
	return errors.Join(lock.Close(), remove(lock.Name()))
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sweep removes what builds of out have left behind that were killed.
func sweep(out string) error {
	dir, base := filepath.Split(out)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), base+".")
		if !ok || !e.Type().IsRegular() {
			continue
		}
		for _, suffix := range []string{unfinished, blobsOf, lockOf} {
			if number, ok := strings.CutSuffix(rest, suffix); ok && isNumber(number) {
				err = errors.Join(err, sweepOne(filepath.Join(dir, base+"."+number+unfinished)))
			}
		}
	}
	return err
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// sweepOne removes the files of one build unless it lives.
func sweepOne(temporary string) error {
	lock, err := os.OpenFile(temporary+".lock", os.O_RDWR, 0)
	if err == nil {
		held, err := flock.Try(lock)
		if !held || err != nil || !same(lock) {
			return errors.Join(err, lock.Close())
		}
		return errors.Join(remove(temporary), remove(temporary+".blobs"), release(lock))
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(remove(temporary), remove(temporary+".blobs"))
}
