package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
)

// The floors: what any scanner must do at least.
const (
	readFloor   = "floor: read"
	decodeFloor = "floor: decode JSON"
	walkFloor   = "floor: walk"
	everyFloor  = "floor: read every file"
)

var floorNames = []string{readFloor, decodeFloor, walkFloor, everyFloor}

// npmLock is the least that a scanner decodes of a package-lock.json.
type npmLock struct {
	Packages map[string]struct {
		Version, Resolved, Integrity, License string
		Dev                                   bool
		Dependencies                          map[string]string
	}
}

// floorOnce takes the time of reading, and of decoding with the standard library.
func floorOnce(target string) error {
	times := map[string]time.Duration{}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = treeFloor(target, times)
	} else {
		err = fileFloor(target, times)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(times)
}

func fileFloor(file string, times map[string]time.Duration) error {
	began := time.Now()
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	times[readFloor] = time.Since(began)
	began = time.Now()
	var lock npmLock
	err = json.Unmarshal(data, &lock)
	times[decodeFloor] = time.Since(began)
	return err
}

func treeFloor(dir string, times map[string]time.Duration) error {
	var files, wanted []string
	extractors := all.Extractors()
	began := time.Now()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	times[walkFloor] = time.Since(began)
	for _, path := range files {
		if slices.ContainsFunc(extractors, func(e extract.Extractor) bool { return e.Wants(filepath.ToSlash(path)) }) {
			wanted = append(wanted, path)
		}
	}
	if times[readFloor], err = readAll(wanted); err != nil {
		return err
	}
	times[everyFloor], err = readAll(files)
	return err
}

func readAll(files []string) (time.Duration, error) {
	began := time.Now()
	for _, path := range files {
		if _, err := os.ReadFile(path); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
