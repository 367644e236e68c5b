package corpus

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/all"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/purl"
)

// The shape of a tree of all formats.
const (
	entryNumbers    = 1000 // entries are numbered from below this
	manifestEntries = 50   // at most, of a manifest
	lockEntries     = 150  // at most, of a lockfile
)

// Formats writes a tree of 2,000 manifests and lockfiles of all formats, each
// equally often, among 50,000 other files. All formats of an ecosystem lie in one
// folder, so that every manifest is paired. They are made by the patterns of the
// module at root.
func (c Catalogue) Formats(dir, root string, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 1))
	if err := writeOthers(dir, r); err != nil {
		return err
	}
	groups := ecosystemGroups()
	for n, written := 0, 0; written < manifests; n++ {
		group := groups[n%len(groups)]
		project := filepath.Join(dir, folder(n), "shop-"+strconv.Itoa(n))
		first := r.IntN(entryNumbers)
		for _, e := range group[:min(len(group), manifests-written)] {
			if err := c.formatFile(project, root, e, first, r); err != nil {
				return err
			}
			written++
		}
	}
	return nil
}

// ecosystemGroups are the formats by the folder in which they are kept.
func ecosystemGroups() [][]extract.Extractor {
	var groups [][]extract.Extractor
	last := ""
	for _, e := range all.Extractors() {
		if family := filepath.Dir(extracttest.LeafFolder(e)); family != last {
			last = family
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], e)
	}
	return groups
}

func (c Catalogue) formatFile(project, root string, e extract.Extractor, first int, r *rand.Rand) error {
	pattern, err := extracttest.ReadPattern(filepath.Join(root, extracttest.LeafFolder(e)))
	if err != nil {
		return err
	}
	path, err := pattern.Path(e)
	if err != nil {
		return err
	}
	most := lockEntries
	if e.Format().Role == extract.Manifest {
		most = manifestEntries
	}
	path = filepath.Join(project, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	text := pattern.File(first, most/10+r.IntN(most*9/10))
	return os.WriteFile(path, c.withKnown(text, e.Format().Ecosystem), 0o644)
}

var entryName = regexp.MustCompile(`\blib-(\d+)\b`)

// withKnown gives a third of the packages names that advisories speak of, where
// an ecosystem's names can stand anywhere.
func (c Catalogue) withKnown(text []byte, ecosystem string) []byte {
	if ecosystem != purl.NPM && ecosystem != purl.PyPI && ecosystem != purl.Cargo && ecosystem != purl.RubyGems {
		return text
	}
	return entryName.ReplaceAllFunc(text, func(name []byte) []byte {
		n, err := strconv.Atoi(string(name[len("lib-"):]))
		if err != nil || n%3 > 0 || n >= len(c[ecosystem]) || !simpleName.MatchString(c[ecosystem][n].Name) {
			return name
		}
		return []byte(c[ecosystem][n].Name)
	})
}

var simpleName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
