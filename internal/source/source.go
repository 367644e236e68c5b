// Package source opens what is to be scanned (a folder, one file, a git
// repository at a ref) as a tree of files with an identity. It never executes
// anything of a source and never follows a link out of it; it knows no formats.
package source

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
)

// Source is an opened source. Close it when all is read.
type Source struct {
	Tree        fs.FS
	File        string // the one file to scan, in Tree; empty: all of it
	Description finding.Source
	// Trusted: the user's own working copy, whose configuration file may speak.
	Trusted bool
	folder  string // of a file of this machine: where it is, absolute; else ""
	close   func() error
}

// Close releases what the source holds: files, processes, temporary folders.
func (s *Source) Close() error {
	if s.close == nil {
		return nil // made from a tree
	}
	return s.close()
}

// Open recognises what target is: a URL or scp-like address of a git repository
// (with "@ref" at its end or ref given), a folder, or a file. A ref with a folder
// reads that commit of the repository there, not the working copy. "dir:" and
// "git:" say it outright.
func Open(ctx context.Context, target, ref string) (*Source, error) {
	if forced, ok := strings.CutPrefix(target, "git:"); ok && !strings.HasPrefix(forced, "//") {
		if info, err := os.Stat(forced); err == nil && info.IsDir() {
			return openLocal(ctx, forced, "", cmp.Or(ref, "HEAD"))
		}
		return openRemote(ctx, forced, ref)
	}
	local, isDir := strings.CutPrefix(target, "dir:")
	if !isDir && isRemote(target) {
		return openRemote(ctx, target, ref)
	}
	info, err := os.Stat(local)
	if err != nil {
		return nil, errs.E(errs.Invalid, "scan %s: %w", target, reason(err))
	}
	switch {
	case ref != "" && !info.IsDir():
		return openLocal(ctx, filepath.Dir(local), filepath.Base(local), ref)
	case ref != "":
		return openLocal(ctx, local, "", ref)
	case info.IsDir():
		return openDir(local)
	}
	return openFile(local)
}

func reason(err error) error {
	if at, ok := err.(*fs.PathError); ok { //nolint:errorlint // straight from the os package
		return at.Err
	}
	return err
}

func openDir(dir string) (*Source, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errs.E(errs.Invalid, "scan %s: %w", dir, reason(err))
	}
	return &Source{Tree: root.FS(), Description: finding.Source{Kind: "directory", Name: baseName(dir)},
		Trusted: true, close: root.Close}, nil
}

func openFile(file string) (*Source, error) {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, errs.E(errs.Invalid, "scan %s: %w", file, reason(err))
	}
	name := filepath.Base(file)
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		folder = "" // the file is then known by its own name alone
	}
	return &Source{folder: folder, Tree: root.FS(), File: name, Description: finding.Source{Kind: "file", Name: name},
		Trusted: true, close: root.Close}, nil
}

// baseName is the folder's own name, also for "." and "..".
func baseName(dir string) string {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return filepath.Base(dir)
	}
	return filepath.Base(absolute)
}

var _ io.Closer = (*Source)(nil)

// NeedsNetwork tells whether a target is fetched from elsewhere.
func NeedsNetwork(target string) bool {
	if forced, ok := strings.CutPrefix(target, "git:"); ok && !strings.HasPrefix(forced, "//") {
		target = forced
	}
	return isRemote(target) && !strings.HasPrefix(target, "file://")
}
