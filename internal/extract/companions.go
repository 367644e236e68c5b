package extract

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Known tells whether one of the formats wants a file of this path.
func Known(name string, extractors []Extractor) bool {
	return slices.ContainsFunc(extractors, func(e Extractor) bool { return e.Wants(name) })
}

// Companions lists the files to read for one file: itself and, for a lock, the
// manifests beside it that tell what is direct. The error says which names are
// known.
func Companions(tree fs.FS, name string, extractors []Extractor) ([]string, error) {
	at := slices.IndexFunc(extractors, func(e Extractor) bool { return e.Wants(name) })
	if at < 0 {
		if kind := unsupportedKind(path.Base(name)); kind != "" {
			return []string{name}, nil // the ledger will say so
		}
		return nil, errs.E(errs.Invalid, "scan %s: no format is known by this name; known are %s", name, knownFiles(extractors))
	}
	files := []string{name}
	entries, err := fs.ReadDir(tree, path.Dir(name))
	if err != nil {
		return files, nil //nolint:nilerr // the folder cannot be listed; the file may still be read
	}
	for _, entry := range entries {
		sibling := path.Join(path.Dir(name), entry.Name())
		if entry.IsDir() || sibling == name {
			continue
		}
		for _, e := range extractors {
			if e.Wants(sibling) && pairs(name, extractors[at].Format(), sibling, e.Format()) {
				files = append(files, sibling)
			}
		}
	}
	return files, nil
}

func knownFiles(extractors []Extractor) string {
	var names []string
	for _, e := range extractors {
		names = append(names, e.Format().Files)
	}
	return strings.Join(names, ", ")
}
