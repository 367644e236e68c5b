// Package release keeps the installed advisory databases: files named by their
// content digest in one folder, and a pointer to the current one that is swapped
// by rename. A reader that has opened a file keeps it, whatever is installed.
package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/flock"
)

// Dir is the folder of installed databases.
type Dir string

const (
	pointer    = "current"
	unfinished = "new-" // what an update builds, until it has its name
)

var fileName = regexp.MustCompile(`^[0-9a-f]{64}(-[0-9]+)?\.db$`)

// Current is the path of the database in use; errs.NotFound if there is none.
func (d Dir) Current() (string, error) {
	data, err := os.ReadFile(filepath.Join(string(d), pointer))
	if errors.Is(err, os.ErrNotExist) {
		return "", errs.E(errs.NotFound, "no advisory database is installed")
	}
	if err != nil {
		return "", errs.E(errs.Unavailable, "find the advisory database: %w", err)
	}
	name := strings.TrimSpace(string(data))
	if !fileName.MatchString(name) {
		return "", errs.E(errs.Damaged, "%s does not name a database: run `assay db update`", filepath.Join(string(d), pointer))
	}
	return filepath.Join(string(d), name), nil
}

// Temporary is a path in the folder for a database to be built. Whoever calls it
// holds the lock: what is unfinished there is of updates that died.
func (d Dir) Temporary() (string, error) {
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return "", errs.E(errs.Unavailable, "make the database folder: %w", err)
	}
	if err := d.remove(leftover); err != nil {
		return "", errs.E(errs.Unavailable, "remove what an earlier update has left: %w", err)
	}
	return filepath.Join(string(d), fmt.Sprintf("%s%d", unfinished, os.Getpid())), nil
}

// Install moves a database file, which lies in the folder, to its name and makes
// it current. The one in use before is kept until the next installation: a
// reader may be about to open it.
func (d Dir) Install(file, digest string, built time.Time) error {
	// The digest is of the content alone: a build of the same content at another
	// time is another file.
	name := fmt.Sprintf("%s-%d.db", strings.TrimPrefix(digest, "sha256:"), built.Unix())
	if !fileName.MatchString(name) {
		return errs.E(errs.Invalid, "install advisory database: %q is no digest", digest)
	}
	previous, _ := d.Current()
	if err := os.Rename(file, filepath.Join(string(d), name)); err != nil {
		return fmt.Errorf("install advisory database: %w", err)
	}
	if err := d.point(name); err != nil {
		return fmt.Errorf("install advisory database: %w", err)
	}
	return d.prune(name, filepath.Base(previous))
}

// point writes the pointer beside itself, makes it durable and swaps it in.
func (d Dir) point(name string) error {
	f, err := os.CreateTemp(string(d), pointer+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(name + "\n")
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), filepath.Join(string(d), pointer))
}

// prune removes other releases, and what updates that died have left.
func (d Dir) prune(keep ...string) error {
	return d.remove(func(name string) bool {
		return (fileName.MatchString(name) || leftover(name)) && !slices.Contains(keep, name)
	})
}

// leftover tells what has not got its name yet.
func leftover(name string) bool {
	return strings.HasPrefix(name, unfinished) || strings.HasPrefix(name, pointer+".")
}

func (d Dir) remove(unwanted func(name string) bool) error {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !unwanted(e.Name()) {
			continue
		}
		if e := os.Remove(filepath.Join(string(d), e.Name())); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Lock makes sure that one process at a time updates the folder; it waits for the
// other's end. The lock ends with the process, whatever becomes of it.
func (d Dir) Lock(ctx context.Context) (unlock func() error, err error) {
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return nil, errs.E(errs.Unavailable, "make the database folder: %w", err)
	}
	f, err := flock.Wait(ctx, filepath.Join(string(d), "lock"))
	if err != nil && ctx.Err() == nil {
		return nil, errs.E(errs.Unavailable, "lock the database folder: %w", err)
	}
	if err != nil {
		return nil, ctx.Err()
	}
	return f.Close, nil
}
